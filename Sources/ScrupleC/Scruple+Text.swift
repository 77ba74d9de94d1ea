import CScruple

/// The statuses in words, in the header's order, a zero byte behind each. One string and not a table of pointers,
/// which a linker would put into RAM.
private let words: StaticString = """
  done\0\
  the model's address is not a multiple of 4\0\
  the model ends too early\0\
  bytes follow the model's end\0\
  not a .scruple file: it does not start with SCRU\0\
  the file has another version of the format\0\
  the checksum differs, so the file was damaged\0\
  a field of the file has an illegal value\0\
  a field of the file contradicts others\0\
  a reserved field or padding of the file is not zero\0\
  a section of the file has an unknown kind\0\
  an operation of the file is unknown\0\
  a weight layout of the file is unknown\0\
  an operation of the file reaches outside the arena\0\
  an operation's input and output overlap\0\
  the arena is smaller than the model needs\0\
  the arena's address is not a multiple of 4\0\
  a pointer is NULL\0\
  the model is not open\0\
  an unknown status\0
  """

/// What a status means.
@c @implementation
public func scruple_status_text(_ status: scruple_status) -> UnsafePointer<CChar>! {
  let lastOfFile = scruple_status(SCRUPLE_OVERLAPPING_REGIONS)
  let (firstOfCall, lastOfCall) = (
    scruple_status(SCRUPLE_ARENA_TOO_SMALL), scruple_status(SCRUPLE_NOT_OPEN)
  )
  var skipped = lastOfFile &+ 1 &+ min(status &- firstOfCall, lastOfCall &- firstOfCall &+ 1)
  if status <= lastOfFile { skipped = status }
  // SAFETY: there are as many texts as statuses, and one more.
  var text = unsafe UnsafeRawPointer(words.utf8Start).assumingMemoryBound(to: CChar.self)
  while skipped > 0 {
    if unsafe text.pointee == 0 { skipped &-= 1 }
    unsafe text += 1
  }
  return unsafe text
}

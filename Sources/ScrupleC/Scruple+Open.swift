import CScruple
import ScrupleRuntime

// The functions of scruple.h; the header says what they do.

/// The size that the header at the start of a piece of flash states; 0 without one.
@c @implementation
public func scruple_file_size(_ bytes: UnsafeRawPointer!, _ size: UInt32) -> UInt32 {
  guard unsafe bytes != nil else { return 0 }
  let partition = unsafe UnsafeRawBufferPointer(start: bytes, count: Int(truncatingIfNeeded: size)).bytes
  return UInt32(truncatingIfNeeded: Model.fileSize(partition) ?? 0)
}

/// Validates a model where it lies.
@c @implementation
public func scruple_open(
  _ model: UnsafeMutablePointer<scruple_model>!, _ bytes: UnsafeRawPointer!, _ size: UInt32,
  _ fault: UnsafeMutablePointer<scruple_fault>!
) -> scruple_status {
  guard let model = unsafe model else { return Status.nullPointer }
  unsafe model.pointee = unsafe scruple_model(bytes: nil, size: 0)
  unsafe fault?.pointee = scruple_fault(offset: 0, value: 0, expected: 0)
  guard unsafe bytes != nil else { return Status.nullPointer }
  do throws(ModelError) {
    let file = unsafe UnsafeRawBufferPointer(start: bytes, count: Int(truncatingIfNeeded: size)).bytes
    _ = try Model(validating: file)
  } catch {
    let (status, what) = error.status
    unsafe fault?.pointee = what
    return status
  }
  unsafe model.pointee = unsafe scruple_model(bytes: bytes, size: size)
  return Status.ok
}

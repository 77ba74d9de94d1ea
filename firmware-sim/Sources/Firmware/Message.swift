import Board

/// A request's header.
struct Header {
  let kind: UInt32
  let argument: UInt32
  let length: UInt32

  /// The next one; nil where the stream ends between messages.
  static func read() -> Header? {
    var words: InlineArray<3, UInt32> = [0, 0, 0]
    var span = words.mutableSpan
    let bytes = UInt32(WireRequest.headerWords * 4)
    let received = unsafe span.withUnsafeMutableBytes { unsafe board_read($0.baseAddress, bytes) }
    if received == 0 { return nil }
    if received < bytes {
      var reply = Reply()
      reply.append(received)
      reply.append(bytes)
      reply.send(0, .streamCut)
      return nil
    }
    return Header(kind: words[0], argument: words[1], length: words[2])
  }
}

/// Up to 16 words that answer a request, gathered so that one message is one call of the host.
struct Reply {
  private var words = InlineArray<16, UInt32>(repeating: 0)
  private var count = WireRequest.headerWords

  mutating func append(_ word: UInt32) {
    words[count] = word
    count &+= 1
  }

  mutating func append(_ word: UInt64) {
    append(UInt32(truncatingIfNeeded: word))
    append(UInt32(truncatingIfNeeded: word &>> 32))
  }

  /// Sends the header and the words; `following` bytes that belong to the same message are the caller's to write.
  mutating func send(_ kind: UInt32, _ status: WireStatus, following: Int = 0) {
    words[0] = kind
    words[1] = status.rawValue
    words[2] = UInt32(truncatingIfNeeded: (count &- WireRequest.headerWords) &* 4 &+ following)
    let bytes = UInt32(truncatingIfNeeded: count &* 4)
    var span = words.mutableSpan
    unsafe span.withUnsafeMutableBytes { unsafe board_write($0.baseAddress, bytes) }
  }
}

import Board
import ScrupleRuntime

/// Answers requests: takes models out of the partition, where they lie, and runs them in the arena.
///
/// Whatever is wrong with a request is a status; only the stream's end ends the program.
struct Server {
  let partition = unsafe UnsafeRawBufferPointer(start: board_partition(), count: Int(board_partition_size()))
  let arena = unsafe UnsafeMutableRawBufferPointer(start: board_arena(), count: Int(board_arena_size()))

  /// Where the loaded model lies in the partition; empty before the first.
  var loaded: Range<Int> = 0..<0

  mutating func serve() {
    while let header = Header.read() {
      guard answer(header) else { return }
    }
  }

  /// Answers one request; false when it was the last.
  private mutating func answer(_ header: Header) -> Bool {
    switch WireRequest(rawValue: header.kind) {
    case .hello: hello(header)
    case .fill: fill(header)
    case .load: load(header)
    case .infer: infer(header)
    case .profile: profile(header)
    case .calibrate: calibrate(header)
    case .provoke: provoke(header)
    case .end: false
    case nil: unknown(header)
    }
  }

  // MARK: Requests without a model; each says whether the stream goes on

  private func hello(_ header: Header) -> Bool {
    guard header.length == 0 else { return refuse(header, .payloadLength, expected: 0) }
    var reply = Reply()
    reply.append(WireRequest.version)
    reply.append(UInt32(truncatingIfNeeded: arena.count))
    reply.append(UInt32(truncatingIfNeeded: partition.count))
    reply.append(board_stack_size())
    reply.append(board_partition_is_writable() ? 1 : UInt32(0))
    reply.send(header.kind, .done)
    return true
  }

  private func fill(_ header: Header) -> Bool {
    guard board_partition_is_writable(), lies(header.length, at: header.argument) else {
      return refuse(header, .outsidePartition, expected: board_partition_size())
    }
    // The one board that says so has its partition in memory.
    let memory = unsafe UnsafeMutableRawBufferPointer(mutating: partition)
    guard receive(header, unsafe memory.baseAddress, at: Int(header.argument)) else { return false }
    var reply = Reply()
    reply.send(header.kind, .done)
    return true
  }

  /// Whether `size` bytes at `start` lie in the partition.
  func lies(_ size: UInt32, at start: UInt32) -> Bool {
    start <= board_partition_size() && size <= board_partition_size() &- start
  }

  private func calibrate(_ header: Header) -> Bool {
    guard header.length == 0 else { return refuse(header, .payloadLength, expected: 0) }
    board_counter_start()
    let nothing = board_counter_read()
    board_counter_start()
    board_loop(header.argument)
    let loop = board_counter_read()
    var reply = Reply()
    reply.append(loop)
    reply.append(nothing)
    reply.send(header.kind, .done)
    return true
  }

  private func provoke(_ header: Header) -> Bool {
    guard header.length == 0 else { return refuse(header, .payloadLength, expected: 0) }
    board_provoke(header.argument)
    var reply = Reply()
    reply.send(header.kind, .done)
    return true
  }

  private func unknown(_ header: Header) -> Bool {
    guard discard(header) else { return false }
    var reply = Reply()
    reply.append(header.kind)
    reply.send(header.kind, .unknownRequest)
    return true
  }

  // MARK: Payloads

  /// Reads the payload to `offset` bytes after `memory`; false, and told to the host, where the stream is cut.
  func receive(_ header: Header, _ memory: UnsafeMutableRawPointer?, at offset: Int) -> Bool {
    let received = unsafe board_read(memory.map { unsafe $0 + offset }, header.length)
    return received == header.length || cut(header, received)
  }

  /// Reads the payload away; false, and told to the host, where the stream is cut.
  func discard(_ header: Header) -> Bool {
    var left = header.length
    while left > 0 {
      let piece = min(left, UInt32(truncatingIfNeeded: arena.count))
      let received = unsafe board_read(arena.baseAddress, piece)
      left &-= received
      if received < piece { return cut(header, header.length &- left) }
    }
    return true
  }

  /// Reads the payload away and says what is wrong with its length.
  func refuse(_ header: Header, _ status: WireStatus, expected: UInt32) -> Bool {
    guard discard(header) else { return false }
    var reply = Reply()
    reply.append(header.length)
    reply.append(expected)
    reply.send(header.kind, status)
    return true
  }

  private func cut(_ header: Header, _ received: UInt32) -> Bool {
    var reply = Reply()
    reply.append(received)
    reply.append(header.length)
    reply.send(header.kind, .streamCut)
    return false
  }
}

import Board
import ScrupleRuntime

extension Server {
  // MARK: Loading

  /// Validates the model at `argument`, where it lies.
  mutating func load(_ header: Header) -> Bool {
    guard header.length == 4 else { return refuse(header, .payloadLength, expected: 4) }
    guard receive(header, unsafe arena.baseAddress, at: 0) else { return false }
    let size = unsafe arena.load(as: UInt32.self)
    loaded = 0..<0
    var reply = Reply()
    guard lies(size, at: header.argument) else {
      reply.append(header.argument)
      reply.append(size)
      reply.append(board_partition_size())
      reply.send(header.kind, .outsidePartition)
      return true
    }
    let place = Int(header.argument)..<Int(header.argument) &+ Int(size)
    let bytes = unsafe UnsafeRawBufferPointer(rebasing: partition[place])
    let top = board_stack_pointer()
    unsafe board_stack_paint(top)
    board_counter_start()
    do throws(ModelError) {
      let model = try Model(validating: unsafe bytes.bytes)
      let ticks = board_counter_read()
      let stack = board_stack_used(top)
      guard model.arenaSize <= arena.count else {
        reply.append(UInt32(truncatingIfNeeded: model.arenaSize))
        reply.append(UInt32(truncatingIfNeeded: arena.count))
        reply.send(header.kind, .arenaTooSmall)
        return true
      }
      loaded = place
      reply.append(UInt32(truncatingIfNeeded: model.arenaSize))
      reply.append(UInt32(truncatingIfNeeded: model.inputCount))
      reply.append(UInt32(truncatingIfNeeded: model.classCount))
      reply.append(UInt32(truncatingIfNeeded: model.operationCount))
      reply.append(ticks)
      reply.append(stack)
      reply.send(header.kind, .done)
    } catch {
      let fault = error.words
      reply.append(fault.fault.rawValue)
      reply.append(fault.offset)
      reply.append(fault.value)
      reply.append(fault.expected)
      reply.send(header.kind, .invalidModel)
    }
    return true
  }

  // MARK: Running

  /// Runs the model on the payload.
  func infer(_ header: Header) -> Bool {
    guard let alive = input(header) else {
      // SAFETY: `load` validated these bytes.
      let model = unsafe Model(trusting: UnsafeRawBufferPointer(rebasing: partition[loaded]).bytes)
      var span = unsafe arena.mutableBytes
      var reply = Reply()
      board_counter_start()
      guard let verdict = try? model.run(arena: &span) else {
        reply.send(header.kind, .refused)
        return true
      }
      let ticks = board_counter_read()
      reply.append(ticks)
      reply.append(UInt32(truncatingIfNeeded: verdict.classIndex))
      reply.append(verdict.confidence)
      reply.append(verdict.lower)
      reply.append(verdict.upper)
      reply.append(verdict.accepted ? 1 : UInt32(0))
      reply.append(UInt64(bitPattern: verdict.largestLogit))
      reply.append(verdict.sum)
      let probabilities = model.classCount &* 4
      reply.send(header.kind, .done, following: probabilities)
      unsafe board_write(
        arena.baseAddress.map { unsafe $0 + model.logitsOffset }, UInt32(truncatingIfNeeded: probabilities))
      return true
    }
    return alive
  }

  /// Measures the payload's inference operation by operation, after the stack of a whole one.
  func profile(_ header: Header) -> Bool {
    guard let alive = input(header) else {
      // SAFETY: `load` validated these bytes.
      let model = unsafe Model(trusting: UnsafeRawBufferPointer(rebasing: partition[loaded]).bytes)
      let operations = model.operationCount
      var span = unsafe arena.mutableBytes
      var reply = Reply()
      let top = board_stack_pointer()
      unsafe board_stack_paint(top)
      _ = try? model.run(arena: &span)
      reply.append(board_stack_used(top))
      reply.send(header.kind, .done, following: (operations &+ 1) &* 4)
      // The arena holds no input any more; the time doesn't depend on it.
      for index in 0..<operations {
        board_counter_start()
        model.step(index, arena: &span)
        write(board_counter_read())
      }
      board_counter_start()
      _ = model.verdict(arena: &span)
      write(board_counter_read())
      return true
    }
    return alive
  }

  private func write(_ word: UInt32) {
    var word = word
    unsafe withUnsafeBytes(of: &word) { unsafe board_write($0.baseAddress, 4) }
  }

  /// Reads the loaded model's input into the arena. Nil when it is there; otherwise whether the stream goes on.
  private func input(_ header: Header) -> Bool? {
    if loaded.isEmpty { return refuse(header, .noModel, expected: 0) }
    // SAFETY: `load` validated these bytes.
    let model = unsafe Model(trusting: UnsafeRawBufferPointer(rebasing: partition[loaded]).bytes)
    let expected = UInt32(truncatingIfNeeded: model.inputCount)
    if header.length != expected { return refuse(header, .inputLength, expected: expected) }
    return receive(header, unsafe arena.baseAddress, at: model.inputOffset) ? nil : false
  }
}

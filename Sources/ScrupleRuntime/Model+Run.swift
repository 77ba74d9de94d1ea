extension Model {
  /// Classifies the input that the caller has written to ``inputCount`` bytes of the arena at ``inputOffset``.
  ///
  /// The arena's other bytes may hold anything. The input is overwritten.
  ///
  /// - Parameter arena: ``arenaSize`` bytes or more at an address that is a multiple of 4.
  public func run(arena: inout MutableRawSpan) throws(RunError) -> Verdict {
    try checkArena(arena)
    for i in 0..<operationCount { step(i, arena: &arena) }
    return verdict(arena: &arena)
  }

  /// Whether the model can run in `arena`.
  public func checkArena(_ arena: borrowing MutableRawSpan) throws(RunError) {
    guard arena.byteCount >= arenaSize else {
      throw .arenaTooSmall(byteCount: arena.byteCount, needed: arenaSize)
    }
    let remainder = unsafe arena.withUnsafeBytes {
      Int(bitPattern: $0.baseAddress) & (FileLayout.addressAlignment &- 1)
    }
    guard remainder == 0 else { throw .misalignedArena(remainder: remainder) }
  }

  /// Runs operation `index` alone. The operations are to be run in order, from 0 to ``operationCount`` − 1, and
  /// ``verdict(arena:)`` after them.
  ///
  /// - Parameter arena: as ``checkArena(_:)`` wants it.
  public func step(_ index: Int, arena: inout MutableRawSpan) {
    precondition(index >= 0 && index < operationCount && arena.byteCount >= arenaSize)
    let base = descriptorOffset(index)
    let codes = word(base)
    let clamp = word(base &+ FileLayout.Descriptor.inputZeroPoint)
    unsafe bytes.withUnsafeBytes { file in
      unsafe arena.withUnsafeMutableBytes { memory in
        // SAFETY: spans of validated sizes aren't empty; see Dense for the rest.
        let file = unsafe file.baseAddress.unsafelyUnwrapped
        let memory = unsafe memory.baseAddress.unsafelyUnwrapped
        unsafe Dense(
          weights: (file + field(base &+ FileLayout.Descriptor.weightsOffset)).assumingMemoryBound(
            to: UInt32.self),
          bias: (file + field(base &+ FileLayout.Descriptor.biasOffset)).assumingMemoryBound(to: Int32.self),
          multiplier: (file + field(base &+ FileLayout.Descriptor.multiplierOffset))
            .assumingMemoryBound(to: Int32.self),
          input: UnsafePointer(
            (memory + field(base &+ FileLayout.Descriptor.inputOffset)).assumingMemoryBound(to: UInt32.self)),
          output: memory + field(base &+ FileLayout.Descriptor.outputOffset),
          groups: (field(base &+ FileLayout.Descriptor.inputCount) &+ 3) &>> 2,
          outputs: field(base &+ FileLayout.Descriptor.outputCount),
          isLogits: UInt8(truncatingIfNeeded: codes &>> 16) == FileLayout.OutputKind.logits,
          scaling: Scaling(
            shift: Int32(truncatingIfNeeded: codes &>> 24),
            zeroPoint: Int32(truncatingIfNeeded: (clamp &>> 8) & 0xFF),
            low: Int32(truncatingIfNeeded: (clamp &>> 16) & 0xFF),
            high: Int32(truncatingIfNeeded: clamp &>> 24))
        ).run()
      }
    }
  }
}

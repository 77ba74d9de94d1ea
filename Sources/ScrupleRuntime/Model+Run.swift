extension Model {
  /// Classifies the input that the caller has written to ``inputCount`` bytes of the arena at ``inputOffset``.
  ///
  /// The arena's other bytes may hold anything. The input is overwritten.
  ///
  /// - Parameter arena: ``arenaSize`` bytes or more at an address that is a multiple of 4.
  public func run(arena: inout MutableRawSpan) throws(RunError) -> Verdict {
    try checkArena(arena)
    runOperations(arena: &arena)
    return verdict(arena: &arena)
  }

  /// All operations. A function of its own, so that what remains of ``run(arena:)`` is small enough to be inlined, which
  /// saves a copy of the verdict.
  @inline(never)
  private func runOperations(arena: inout MutableRawSpan) {
    for i in 0..<operationCount { step(i, arena: &arena) }
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
    unsafe bytes.withUnsafeBytes { file in
      unsafe arena.withUnsafeMutableBytes { memory in
        // SAFETY: spans of validated sizes aren't empty, and the descriptor is a validated one.
        let step = unsafe Step(
          model: self, base: descriptorOffset(index), file: file.baseAddress.unsafelyUnwrapped,
          memory: memory.baseAddress.unsafelyUnwrapped)
        unsafe step.run()
      }
    }
  }
}

extension Board {
  /// Checks that a model's file fits the flash and its arena the RAM that the board's program leaves.
  ///
  /// - Throws: ``DeviceError/flashTooSmall(board:needed:available:peak:)`` or
  ///   ``DeviceError/ramTooSmall(board:needed:available:peak:)``, naming what takes most.
  public func checkFit(of engine: Engine) throws(DeviceError) {
    if engine.fileSize > modelCapacity {
      throw .flashTooSmall(
        board: name, needed: engine.fileSize, available: modelCapacity, peak: engine.largestWeights)
    }
    if engine.arenaSize > arenaCapacity {
      throw .ramTooSmall(
        board: name, needed: engine.arenaSize, available: arenaCapacity, peak: engine.peakTensors)
    }
  }
}

extension Engine {
  /// The operation with the most weights, in words.
  var largestWeights: String {
    guard let largest = operations.indices.max(by: { weightBytes($0) < weightBytes($1) }) else {
      return "nothing"
    }
    let operation = operations[largest]
    return "the \(weightBytes(largest)) bytes of weights of operation \(largest) "
      + "(\(operation.kind) \(operation.inputCount) → \(operation.outputCount))"
  }

  private func weightBytes(_ index: Int) -> Int {
    operations[index].biasOffset - operations[index].weightsOffset
  }

  /// The operation during which most of the arena is alive, in words.
  var peakTensors: String {
    func live(_ index: Int) -> Int { operations[index].inputCount + operations[index].outputByteCount }
    guard let peak = operations.indices.max(by: { live($0) < live($1) }) else { return "nothing" }
    let operation = operations[peak]
    return "operation \(peak) (\(operation.kind)) with \(operation.inputCount) bytes of input and "
      + "\(operation.outputByteCount) of output"
  }
}

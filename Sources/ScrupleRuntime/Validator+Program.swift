extension Validator {
  /// What an operation leaves for the next one.
  private struct Tensor {
    var offset: UInt32
    var count: UInt32
    var zeroPoint: UInt32
  }

  /// The header's numbers, the operations and their constants.
  func validateProgram() throws(ModelError) {
    try require(12, in: 4, UInt32(FileLayout.maximumSize))
    try expect(12, word(12) & ~3)
    try require(24, in: 2, 256)
    let operations = word(32)
    try require(32, in: 1, 1024)
    try require(36, in: 0, 1 &<< 31)
    if word(40) != 0 { try require(40, in: FileLayout.Limit.smallestGapFactor, .max) }
    try expectZeros(from: 44, to: 48)
    try expect(56, operations &* 48)

    var tensor = Tensor(offset: word(20), count: word(16), zeroPoint: 0)
    var cursor = word(64)
    var descriptor = word(52)
    let last = descriptor &+ (operations &- 1) &* 48
    while descriptor <= last {
      tensor = try validateDense(descriptor, isLast: descriptor == last, input: tensor)
      cursor = try validateConstants(descriptor, cursor: cursor)
      descriptor &+= 48
    }
    try expect(68, cursor &- word(64))
    try expect(24, tensor.count)
    try expect(28, tensor.offset)
  }

  /// A dense operation's descriptor, but for the constants' offsets.
  private func validateDense(_ base: UInt32, isLast: Bool, input: Tensor) throws(ModelError) -> Tensor {
    guard byte(base) == UInt32(FileLayout.OperationCode.dense) else {
      throw .unknownOperation(offset: Int(base), code: byte(base))
    }
    guard byte(base &+ 1) == UInt32(FileLayout.WeightLayoutCode.pairPacked) else {
      throw .unknownWeightLayout(offset: Int(base &+ 1), code: byte(base &+ 1))
    }
    let logits: UInt32 = isLast ? 1 : 0
    try expect(base &+ 2, value: byte(base &+ 2), logits)
    try expect(base &+ 4, input.offset)
    try expect(base &+ 12, input.count)
    try expect(base &+ 32, value: byte(base &+ 32), input.zeroPoint)
    try require(base &+ 12, in: 1, 32768)
    try require(base &+ 16, in: 1, 32768)
    let outputs = word(base &+ 16)
    let output = word(base &+ 8)
    let inputEnd = try region(base &+ 4, byteCount: align(input.count, 4))
    let outputEnd = try region(base &+ 8, byteCount: isLast ? 4 &* outputs : align(outputs, 4))
    guard output >= inputEnd || input.offset >= outputEnd else {
      throw .overlappingRegions(offset: Int(base &+ 8), input: input.offset, output: output)
    }

    try require(base &+ 3, value: byte(base &+ 3), in: 0, isLast ? 0 : 31)
    if isLast {
      try expectZeros(from: base &+ 33, to: base &+ 36)
      try require(base &+ 36, value: byte(base &+ 36), in: 26, 57)
    } else {
      try require(base &+ 34, value: byte(base &+ 34), in: 0, byte(base &+ 35))
      try expectZeros(from: base &+ 36, to: base &+ 37)
    }
    try expectZeros(from: base &+ 37, to: base &+ 48)
    return Tensor(offset: output, count: outputs, zeroPoint: byte(base &+ 33))
  }

  /// The arena region that starts at the word at `field` is aligned and inside the arena. Returns its end.
  private func region(_ field: UInt32, byteCount: UInt32) throws(ModelError) -> UInt32 {
    let start = word(field)
    let arena = word(12)
    try expect(field, start & ~3)
    guard start <= arena, byteCount <= arena &- start else {
      throw .outsideArena(offset: Int(field), start: start, byteCount: byteCount, arenaSize: arena)
    }
    return start &+ byteCount
  }

  /// The constants of a dense operation follow `cursor`, and what pads them is zero. Returns their end.
  private func validateConstants(_ base: UInt32, cursor: UInt32) throws(ModelError) -> UInt32 {
    let inputs = word(base &+ 12)
    let outputs = word(base &+ 16)
    let padded = align(inputs, 4)
    let channels = align(outputs, 2)
    let weights = align(cursor, 16)
    let biases = weights &+ padded &* channels
    let multipliers = biases &+ 4 &* channels
    let end = multipliers &+ 4 &* channels
    // At most 2³⁰ + 2³⁰ + 2¹⁸ + 16, so nothing has wrapped.
    let section = word(64)
    try require(68, in: end &- section, .max)
    try expect(base &+ 20, weights)
    try expect(base &+ 24, biases)
    try expect(base &+ 28, multipliers)
    try expectZeros(from: cursor, to: weights)

    var entry = multipliers
    while entry < multipliers &+ 4 &* outputs {
      try require(entry, in: 1, 0x7FFF_FFFF)
      entry &+= 4
    }
    try expectZeros(from: entry, to: end)
    try expectZeros(from: biases &+ 4 &* outputs, to: multipliers)
    try validatePadding(weights, inputs: inputs, outputs: outputs)
    return end
  }

  /// Weights of inputs and of the channel that only fill up are zero: what stands in the arena behind an input
  /// can't change a result.
  private func validatePadding(_ weights: UInt32, inputs: UInt32, outputs: UInt32) throws(ModelError) {
    let pairs = (outputs &+ 1) &>> 1
    var pair: UInt32 = 0
    while pair < pairs {
      let isHalf = pair == outputs &>> 1
      var input = isHalf ? 0 : inputs
      while input < align(inputs, 4) {
        let index = WeightLayout.index(
          input: Int(truncatingIfNeeded: input), pair: Int(truncatingIfNeeded: pair),
          inputs: Int(truncatingIfNeeded: inputs), outputs: Int(truncatingIfNeeded: outputs))
        let at = weights &+ UInt32(truncatingIfNeeded: index) &* 2
        try expectZeros(from: at, to: input < inputs ? at &+ 1 : at &+ 2)
        input &+= 1
      }
      pair &+= 1
    }
  }
}

extension Validator {
  private typealias Descriptor = FileLayout.Descriptor

  /// What an operation leaves for the next one.
  private struct Tensor {
    var offset: UInt32
    var count: UInt32
    var zeroPoint: UInt32
  }

  /// The header's numbers, the operations and their constants.
  func validateProgram() throws(ModelError) {
    try require(Header.arenaSize, in: 4...FileLayout.maximumSize)
    try expect(Header.arenaSize, word(Header.arenaSize) & ~3)
    try require(Header.classCount, in: Limit.classes)
    try require(Header.operationCount, in: Limit.operations)
    try require(Header.threshold, in: 0, Limit.threshold.upperBound)
    if word(Header.gapFactor) != 0 { try require(Header.gapFactor, in: Limit.smallestGapFactor, .max) }
    try expectZeros(from: Header.reserved, to: Header.size)
    let size = field(Header.operationCount) &* Descriptor.size
    try expect(section(FileLayout.Section.operations, Entry.byteCount), UInt32(truncatingIfNeeded: size))

    var tensor = Tensor(offset: word(Header.inputOffset), count: word(Header.inputCount), zeroPoint: 0)
    let constants = field(section(FileLayout.Section.constants, Entry.offset))
    var cursor = constants
    var descriptor = field(section(FileLayout.Section.operations, Entry.offset))
    let last = descriptor &+ size &- Descriptor.size
    while descriptor <= last {
      tensor = try validateDense(descriptor, isLast: descriptor == last, input: tensor)
      cursor = try validateConstants(descriptor, cursor: cursor)
      descriptor &+= Descriptor.size
    }
    try expect(
      section(FileLayout.Section.constants, Entry.byteCount), UInt32(truncatingIfNeeded: cursor &- constants))
    try expect(Header.classCount, tensor.count)
    try expect(Header.logitsOffset, tensor.offset)
  }

  /// A dense operation's descriptor, but for the constants' offsets.
  private func validateDense(_ base: Int, isLast: Bool, input: Tensor) throws(ModelError) -> Tensor {
    let code = byte(base &+ Descriptor.code)
    guard code == UInt32(FileLayout.OperationCode.dense) else {
      throw .unknownOperation(offset: base &+ Descriptor.code, code: code)
    }
    let layout = byte(base &+ Descriptor.layout)
    guard layout == UInt32(FileLayout.WeightLayoutCode.pairPacked) else {
      throw .unknownWeightLayout(offset: base &+ Descriptor.layout, code: layout)
    }
    try expectByte(
      base &+ Descriptor.outputKind,
      UInt32(isLast ? FileLayout.OutputKind.logits : FileLayout.OutputKind.activations))
    try expect(base &+ Descriptor.inputOffset, input.offset)
    try expect(base &+ Descriptor.inputCount, input.count)
    try expectByte(base &+ Descriptor.inputZeroPoint, input.zeroPoint)
    try require(base &+ Descriptor.inputCount, in: Limit.denseCount)
    try require(base &+ Descriptor.outputCount, in: Limit.denseCount)
    let outputs = word(base &+ Descriptor.outputCount)
    let output = word(base &+ Descriptor.outputOffset)
    let inputEnd = try region(base &+ Descriptor.inputOffset, byteCount: (input.count &+ 3) & ~3)
    let outputEnd = try region(
      base &+ Descriptor.outputOffset, byteCount: isLast ? 4 &* outputs : (outputs &+ 3) & ~3)
    guard output >= inputEnd || input.offset >= outputEnd else {
      throw .overlappingRegions(offset: base &+ Descriptor.outputOffset, input: input.offset, output: output)
    }

    let shift = byte(base &+ Descriptor.preShift)
    try require(
      base &+ Descriptor.preShift, value: shift, in: 0, isLast ? 0 : UInt32(Limit.preShift.upperBound))
    if isLast {
      try expectZeros(from: base &+ Descriptor.outputZeroPoint, to: base &+ Descriptor.fractionBits)
      try require(
        base &+ Descriptor.fractionBits, value: byte(base &+ Descriptor.fractionBits), in: Limit.fractionBits)
    } else {
      try require(
        base &+ Descriptor.clampLow, value: byte(base &+ Descriptor.clampLow), in: 0,
        byte(base &+ Descriptor.clampHigh))
      try expectByte(base &+ Descriptor.fractionBits, 0)
    }
    try expectZeros(from: base &+ Descriptor.reserved, to: base &+ Descriptor.size)
    return Tensor(offset: output, count: outputs, zeroPoint: byte(base &+ Descriptor.outputZeroPoint))
  }

  /// The byte at `offset` is what other fields determine.
  private func expectByte(_ offset: Int, _ expected: UInt32) throws(ModelError) {
    try expect(offset, value: byte(offset), expected)
  }

  /// The arena region that starts at the word at `offset` is aligned and inside the arena. Returns its end.
  private func region(_ offset: Int, byteCount: UInt32) throws(ModelError) -> UInt32 {
    let start = word(offset)
    let arena = word(Header.arenaSize)
    try expect(offset, start & ~3)
    guard start <= arena, byteCount <= arena &- start else {
      throw .outsideArena(offset: offset, start: start, byteCount: byteCount, arenaSize: arena)
    }
    return start &+ byteCount
  }

  /// The constants of a dense operation follow `cursor`, and what pads them is zero. Returns their end.
  private func validateConstants(_ base: Int, cursor: Int) throws(ModelError) -> Int {
    let inputs = field(base &+ Descriptor.inputCount)
    let outputs = field(base &+ Descriptor.outputCount)
    let weights = FileLayout.align16(cursor)
    let biases = weights &+ WeightLayout.byteCount(inputs: inputs, outputs: outputs)
    let size = 4 &* WeightLayout.channelCount(outputs: outputs)
    let multipliers = biases &+ size
    // At most 2³⁰ + 2³⁰ − 2¹⁵ for the weights and 2¹⁸ for the rest: less than 2³¹ as long as the cursor is 2¹⁹
    // below 2³⁰. It is: a section of that size leaves no room for the header.
    let end = multipliers &+ size
    let start = field(section(FileLayout.Section.constants, Entry.offset))
    try require(
      section(FileLayout.Section.constants, Entry.byteCount), in: UInt32(truncatingIfNeeded: end &- start),
      .max)
    try expect(base &+ Descriptor.weightsOffset, UInt32(truncatingIfNeeded: weights))
    try expect(base &+ Descriptor.biasOffset, UInt32(truncatingIfNeeded: biases))
    try expect(base &+ Descriptor.multiplierOffset, UInt32(truncatingIfNeeded: multipliers))
    try expectZeros(from: cursor, to: weights)

    let last = multipliers &+ 4 &* outputs
    var entry = multipliers
    while entry < last {
      try require(entry, in: 1, 0x7FFF_FFFF)
      entry &+= 4
    }
    try expectZeros(from: last, to: end)
    try expectZeros(from: biases &+ 4 &* outputs, to: multipliers)
    try validatePadding(weights, inputs: inputs, outputs: outputs)
    return end
  }

  /// Weights of inputs and of the channel that only fill up are zero: what stands in the arena behind an input
  /// can't change a result.
  private func validatePadding(_ weights: Int, inputs: Int, outputs: Int) throws(ModelError) {
    let padded = FileLayout.align4(inputs)
    for pair in 0..<WeightLayout.pairCount(outputs: outputs) {
      // The last pair of an odd number of outputs holds no second channel.
      let isHalf = pair == outputs &>> 1
      var input = isHalf ? 0 : inputs
      while input < padded {
        let index = WeightLayout.index(input: input, pair: pair, inputs: inputs, outputs: outputs)
        let offset = weights &+ 2 &* index
        try expectZeros(from: offset, to: offset &+ (input < inputs ? 1 : 2))
        input &+= 1
      }
    }
  }
}

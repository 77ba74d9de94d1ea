import CScrupleIntrinsics

extension Validator {
  /// An operation's constants follow `cursor`, and what pads them is zero. Returns their end.
  func validateConstants(_ base: Int, cursor: Int) throws(ModelError) -> Int {
    var inputs = field(base &+ Descriptor.inputCount)
    var outputs = field(base &+ Descriptor.outputCount)
    let code = byte(base &+ Descriptor.code)
    if scr_has_image_operations() != 0 && code != UInt32(Code.dense) {
      if code > UInt32(Code.depthwise) { return cursor }
      let geometry = unsafe ImageGeometry(bytes, at: base)
      outputs = geometry.outputChannels
      inputs = geometry.taps &* (code == UInt32(Code.convolution) ? geometry.inputChannels : 1)
    }
    let isInQuads = scr_has_image_operations() != 0 && code == UInt32(Code.depthwise)
    let size =
      isInQuads
      ? QuadLayout.byteCount(taps: inputs, channels: outputs)
      : WeightLayout.byteCount(inputs: inputs, outputs: outputs)
    let channels = isInQuads ? QuadLayout.channelCount(outputs) : WeightLayout.channelCount(outputs: outputs)
    let weights = FileLayout.align16(cursor)
    let biases = weights &+ size
    let multipliers = biases &+ 4 &* channels
    // At most 2³⁰ for the weights and 2¹⁸ for the rest: less than 2³¹ as long as the cursor is 2¹⁹ below 2³⁰. It is: a
    // section of that size leaves no room for the header.
    let end = multipliers &+ 4 &* channels
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
    if isInQuads {
      try validateQuadPadding(weights, taps: inputs, channels: outputs)
    } else {
      try validatePairPadding(weights, inputs: inputs, outputs: outputs)
    }
    return end
  }

  /// Weights of inputs and of the channel that only fill up are zero: what stands in the arena behind an input
  /// can't change a result.
  private func validatePairPadding(_ weights: Int, inputs: Int, outputs: Int) throws(ModelError) {
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

  /// Weights of the channels that only fill up are zero.
  private func validateQuadPadding(_ weights: Int, taps: Int, channels: Int) throws(ModelError) {
    var channel = channels
    while channel < QuadLayout.channelCount(channels) {
      for tap in 0..<taps {
        let offset = weights &+ 2 &* QuadLayout.index(tap: tap, channel: channel, taps: taps)
        try expectZeros(from: offset, to: offset &+ 2)
      }
      channel &+= 1
    }
  }
}

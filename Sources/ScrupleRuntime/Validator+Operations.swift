import CScrupleIntrinsics

extension Validator {
  private typealias Sum = FileLayout.AdditionDescriptor

  /// An operation's descriptor, but for the constants' offsets.
  func validateOperation(_ base: Int, isLast: Bool) throws(ModelError) {
    let code = byte(base &+ Descriptor.code)
    let lastCode = scr_has_image_operations() != 0 ? Code.addition : Code.dense
    guard code >= UInt32(Code.dense), code <= UInt32(lastCode) else {
      throw .unknownOperation(offset: base &+ Descriptor.code, code: code)
    }
    let layout = byte(base &+ Descriptor.layout)
    let expected =
      code <= UInt32(Code.convolution)
      ? FileLayout.WeightLayoutCode.pairPacked
      : code == UInt32(Code.depthwise) ? FileLayout.WeightLayoutCode.quads : FileLayout.WeightLayoutCode.none
    guard layout == UInt32(expected) else {
      throw .unknownWeightLayout(offset: base &+ Descriptor.layout, code: layout)
    }
    try expectByte(
      base &+ Descriptor.outputKind,
      UInt32(isLast ? FileLayout.OutputKind.logits : FileLayout.OutputKind.activations))
    if isLast { try expectByte(base &+ Descriptor.code, UInt32(Code.dense)) }
    if code == UInt32(Code.dense) || scr_has_image_operations() == 0 {
      try validateDense(base, isLast: isLast)
    } else if code == UInt32(Code.addition) {
      try validateAddition(base)
    } else {
      try validateWindowed(base, UInt8(truncatingIfNeeded: code))
    }
  }

  private func validateDense(_ base: Int, isLast: Bool) throws(ModelError) {
    try require(base &+ Descriptor.inputCount, in: Limit.denseCount)
    try require(base &+ Descriptor.outputCount, in: Limit.denseCount)
    let input = try validateInput(
      of: base, at: base &+ Descriptor.inputOffset, count: word(base &+ Descriptor.inputCount),
      countOffset: base &+ Descriptor.inputCount, zeroPoint: base &+ Descriptor.inputZeroPoint)
    let outputs = word(base &+ Descriptor.outputCount)
    let output = try region(base &+ Descriptor.outputOffset, count: isLast ? 4 &* outputs : outputs)
    try expectDisjoint(base &+ Descriptor.outputOffset, output, from: input)
    try requireByte(
      base &+ Descriptor.preShift, in: 0, isLast ? 0 : UInt32(truncatingIfNeeded: Limit.preShift.upperBound))
    if isLast {
      try expectZeros(from: base &+ Descriptor.outputZeroPoint, to: base &+ Descriptor.fractionBits)
      try require(
        base &+ Descriptor.fractionBits, value: byte(base &+ Descriptor.fractionBits), in: Limit.fractionBits)
    } else {
      try validateClamp(base)
      try expectByte(base &+ Descriptor.fractionBits, 0)
    }
    try expectZeros(from: base &+ Descriptor.reserved, to: base &+ Descriptor.size)
  }

  /// A convolution or pooling.
  private func validateWindowed(_ base: Int, _ code: UInt8) throws(ModelError) {
    try validateGeometry(base, code)
    let geometry = unsafe ImageGeometry(bytes, at: base)
    let input = try validateInput(
      of: base, at: base &+ Descriptor.inputOffset, count: geometry.inputByteCount,
      countOffset: base &+ Image.height, zeroPoint: base &+ Descriptor.inputZeroPoint)
    let output = try region(base &+ Descriptor.outputOffset, count: geometry.outputByteCount)
    try expectDisjoint(base &+ Descriptor.outputOffset, output, from: input)
    let patches =
      code == Code.convolution
      ? PatchLayout.scratchByteCount(inputs: geometry.taps &* geometry.inputChannels) : 0
    if patches > 0 {
      let scratch = try region(base &+ Image.scratchOffset, count: UInt32(truncatingIfNeeded: patches))
      try expectDisjoint(base &+ Image.scratchOffset, scratch, from: input)
      try expectDisjoint(base &+ Image.scratchOffset, scratch, from: output)
    } else {
      try expect(base &+ Image.scratchOffset, 0)
    }
    try requireByte(
      base &+ Descriptor.preShift, in: 0,
      code == Code.maximumPooling ? 0 : UInt32(truncatingIfNeeded: Limit.preShift.upperBound))
    if code == Code.convolution || code == Code.depthwise { return try validateClamp(base) }
    try expectByte(base &+ Descriptor.outputZeroPoint, byte(base &+ Descriptor.inputZeroPoint))
    try expectZeros(from: base &+ Descriptor.clampLow, to: base &+ Image.kernelHeight)
    try expectZeros(from: base &+ Descriptor.weightsOffset, to: base &+ Image.multiplier)
    if code == Code.averagePooling {
      try require(base &+ Image.multiplier, in: 1, 0x7FFF_FFFF)
    } else {
      try expect(base &+ Image.multiplier, 0)
    }
  }

  /// Extents, window, steps and padding.
  private func validateGeometry(_ base: Int, _ code: UInt8) throws(ModelError) {
    let geometry = unsafe ImageGeometry(bytes, at: base)
    func require(_ offset: Int, _ value: Int, in low: Int, _ high: Int) throws(ModelError) {
      try self.require(
        base &+ offset, value: UInt32(truncatingIfNeeded: value), in: UInt32(truncatingIfNeeded: low),
        UInt32(truncatingIfNeeded: high))
    }
    try require(Image.height, geometry.height, in: 1, Limit.extent.upperBound)
    try require(Image.width, geometry.width, in: 1, Limit.extent.upperBound)
    try require(Image.inputChannels, geometry.inputChannels, in: 1, Limit.extent.upperBound)
    try require(Image.outputChannels, geometry.outputChannels, in: 1, Limit.extent.upperBound)
    if code != Code.convolution {
      try expect(
        base &+ Image.outputChannels, value: UInt32(truncatingIfNeeded: geometry.outputChannels),
        UInt32(truncatingIfNeeded: geometry.inputChannels))
    }
    try require(Image.strideHeight, geometry.strideHeight, in: 1, Limit.window.upperBound)
    try require(Image.strideWidth, geometry.strideWidth, in: 1, Limit.window.upperBound)
    // No window lies in the padding alone; an average knows of none.
    let (rows, columns) =
      code == Code.averagePooling ? (0, 0) : (geometry.kernelHeight &- 1, geometry.kernelWidth &- 1)
    try require(
      Image.kernelHeight, geometry.kernelHeight, in: 1,
      geometry.height &+ geometry.paddingTop &+ geometry.paddingBottom)
    try require(
      Image.kernelWidth, geometry.kernelWidth, in: 1,
      geometry.width &+ geometry.paddingLeft &+ geometry.paddingRight)
    try require(Image.paddingTop, geometry.paddingTop, in: 0, rows)
    try require(Image.paddingLeft, geometry.paddingLeft, in: 0, columns)
    try require(Image.paddingBottom, geometry.paddingBottom, in: 0, rows)
    try require(Image.paddingRight, geometry.paddingRight, in: 0, columns)
    // 255 · 255 · 2¹⁵ is below 2³¹.
    if code == Code.convolution {
      try require(
        Image.inputChannels, geometry.taps &* geometry.inputChannels, in: 1, Limit.denseCount.upperBound)
    } else if code == Code.depthwise {
      try require(Image.kernelHeight, geometry.taps, in: 1, Limit.depthwiseTaps.upperBound)
    }
  }

  private func validateAddition(_ base: Int) throws(ModelError) {
    let count = word(base &+ Sum.count)
    try require(base &+ Sum.count, in: 1...FileLayout.maximumSize)
    let first = try validateInput(
      of: base, at: base &+ Descriptor.inputOffset, count: count, countOffset: base &+ Sum.count,
      zeroPoint: base &+ Descriptor.inputZeroPoint)
    let second = try validateInput(
      of: base, at: base &+ Sum.secondInputOffset, count: count, countOffset: base &+ Sum.count,
      zeroPoint: base &+ Sum.secondZeroPoint)
    let output = try region(base &+ Descriptor.outputOffset, count: count)
    if output.start != first.start && output.start != second.start {
      try expectDisjoint(base &+ Descriptor.outputOffset, output, from: first)
      try expectDisjoint(base &+ Descriptor.outputOffset, output, from: second)
    }
    try require(
      base &+ Sum.shift, value: byte(base &+ Sum.shift), in: Limit.additionShift)
    try require(base &+ Sum.firstMultiplier, in: Limit.additionMultiplier)
    try require(base &+ Sum.secondMultiplier, in: Limit.additionMultiplier)
    try expect(base &+ Descriptor.multiplierOffset, 0)
    try validateClamp(base)
    try expectZeros(from: base &+ Sum.secondZeroPoint &+ 1, to: base &+ Descriptor.size)
  }

  private func validateClamp(_ base: Int) throws(ModelError) {
    try requireByte(base &+ Descriptor.clampLow, in: 0, byte(base &+ Descriptor.clampHigh))
  }
}

import ScrupleRuntime

extension IntegerProgram {
  /// The name and version that files say they were written by.
  static let tool = "scruple 0.1"

  /// The `.scruple` file of this program; see `docs/format.md`.
  ///
  /// - Throws: when a bound cannot be proven or a count exceeds the format's limits.
  public func encoded() throws(QuantizationError) -> [UInt8] {
    try checkLimits()
    try proveBounds()
    let plan = arenaPlan
    let sectionCount = 3
    let tableEnd = FileLayout.Header.size + sectionCount * FileLayout.SectionEntry.size
    let operationsStart = FileLayout.align16(tableEnd)
    let constantsStart = FileLayout.align16(operationsStart + layers.count * FileLayout.Descriptor.size)
    let (descriptors, constants) = encodedLayers(plan: plan, constantsStart: constantsStart)
    let metadata = metadata.encoded(inputCount: inputCount)

    var file = [UInt8](repeating: 0, count: FileLayout.Header.size)
    var table: [(kind: UInt32, offset: Int, size: Int)] = []
    var body: [UInt8] = []
    for (kind, content) in [
      (FileLayout.Section.operations, descriptors), (FileLayout.Section.constants, constants),
      (FileLayout.Section.metadata, metadata),
    ] {
      body.pad(to: FileLayout.sectionAlignment)
      table.append((kind, operationsStart + body.count, content.count))
      body += content
    }
    for entry in table {
      file.append(littleEndian: entry.kind)
      file.append(littleEndian: UInt32(entry.offset))
      file.append(littleEndian: UInt32(entry.size))
    }
    file.pad(to: FileLayout.sectionAlignment)
    file += body
    file.pad(to: FileLayout.checksumSize)
    let fileSize = file.count + FileLayout.checksumSize
    try Self.check("file size", fileSize, FileLayout.maximumSize)
    writeHeader(into: &file, sectionCount: sectionCount, fileSize: fileSize, plan: plan)
    file.append(littleEndian: crc32(file.span.bytes))
    return file
  }

  /// Size in bytes of the file that `encoded()` writes: what the model takes of a device's flash.
  public func flashSize() throws(QuantizationError) -> Int { try encoded().count }

  private func writeHeader(into file: inout [UInt8], sectionCount: Int, fileSize: Int, plan: ArenaPlan) {
    file.store(FileLayout.magic, at: FileLayout.Header.magic)
    file.store(FileLayout.version, at: FileLayout.Header.version)
    file.store(UInt16(sectionCount), at: FileLayout.Header.sectionCount)
    for (offset, value) in [
      (FileLayout.Header.fileSize, fileSize), (FileLayout.Header.arenaSize, plan.size),
      (FileLayout.Header.inputCount, inputCount), (FileLayout.Header.inputOffset, plan.buffers[0].offset),
      (FileLayout.Header.classCount, classCount),
      (FileLayout.Header.logitsOffset, plan.buffers[layers.count].offset),
      (FileLayout.Header.operationCount, layers.count),
    ] {
      file.store(UInt32(value), at: offset)
    }
    file.store(metadata.threshold, at: FileLayout.Header.threshold)
    file.store(metadata.gapFactor, at: FileLayout.Header.gapFactor)
  }

  /// The operation descriptors and the constants that they point to.
  private func encodedLayers(plan: ArenaPlan, constantsStart: Int) -> (
    descriptors: [UInt8], constants: [UInt8]
  ) {
    var descriptors: [UInt8] = []
    var constants: [UInt8] = []
    var inputZeroPoint: UInt8 = 0
    for (index, layer) in layers.enumerated() {
      switch layer {
      case .dense(let dense):
        constants.pad(to: FileLayout.sectionAlignment)
        let weightsOffset = constantsStart + constants.count
        constants += dense.packedWeights()
        let biasOffset = constantsStart + constants.count
        constants.appendChannels(dense.bias)
        let multiplierOffset = constantsStart + constants.count
        constants.appendChannels(dense.multipliers)
        var descriptor = dense.descriptor(inputZeroPoint: &inputZeroPoint)
        for (field, value) in [
          (FileLayout.Descriptor.inputOffset, plan.buffers[index].offset),
          (FileLayout.Descriptor.outputOffset, plan.buffers[index + 1].offset),
          (FileLayout.Descriptor.weightsOffset, weightsOffset),
          (FileLayout.Descriptor.biasOffset, biasOffset),
          (FileLayout.Descriptor.multiplierOffset, multiplierOffset),
        ] {
          descriptor.store(UInt32(value), at: field)
        }
        descriptors += descriptor
      }
    }
    return (descriptors, constants)
  }

  private func checkLimits() throws(QuantizationError) {
    try Self.check("operations", layers.count, FileLayout.Limit.operations.upperBound)
    try Self.check("classes", classCount, FileLayout.Limit.classes.upperBound)
    let names =
      if case .tabular(let features) = metadata.input.kind { features.map(\.name) } else { [String]() }
    for text in metadata.labels + names where text.utf8.contains(0) {
      throw .network(reason: "the name \"\(text)\" contains a zero byte, which a file cannot hold")
    }
    for (index, layer) in layers.enumerated() {
      try Self.check("inputs of layer \(index)", layer.inputs, FileLayout.Limit.denseCount.upperBound)
      try Self.check("outputs of layer \(index)", layer.outputs, FileLayout.Limit.denseCount.upperBound)
    }
  }

  private static func check(_ what: String, _ count: Int, _ limit: Int) throws(QuantizationError) {
    guard count <= limit else { throw .tooLarge(what: what, count: count, limit: limit) }
  }
}

extension IntegerDense {
  /// The weights in the file's order.
  fileprivate func packedWeights() -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: WeightLayout.byteCount(inputs: inputs, outputs: outputs))
    for pair in 0..<WeightLayout.pairCount(outputs: outputs) {
      let (a, b) = (2 * pair, 2 * pair + 1)
      for input in 0..<inputs {
        let halfword = WeightLayout.pack(
          weights[a * inputs + input], b < outputs ? weights[b * inputs + input] : 0)
        bytes.store(
          halfword, at: 2 * WeightLayout.index(input: input, pair: pair, inputs: inputs, outputs: outputs))
      }
    }
    return bytes
  }

  /// The descriptor without its offsets; `inputZeroPoint` becomes the output's.
  fileprivate func descriptor(inputZeroPoint: inout UInt8) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: FileLayout.Descriptor.size)
    bytes[FileLayout.Descriptor.code] = FileLayout.OperationCode.dense
    bytes[FileLayout.Descriptor.layout] = FileLayout.WeightLayoutCode.pairPacked
    bytes[FileLayout.Descriptor.preShift] = UInt8(preShift)
    bytes.store(UInt32(inputs), at: FileLayout.Descriptor.inputCount)
    bytes.store(UInt32(outputs), at: FileLayout.Descriptor.outputCount)
    bytes[FileLayout.Descriptor.inputZeroPoint] = inputZeroPoint
    switch output {
    case .activation(let zeroPoint, let low, let high):
      bytes[FileLayout.Descriptor.outputKind] = FileLayout.OutputKind.activations
      bytes[FileLayout.Descriptor.outputZeroPoint] = UInt8(zeroPoint)
      bytes[FileLayout.Descriptor.clampLow] = UInt8(low)
      bytes[FileLayout.Descriptor.clampHigh] = UInt8(high)
      inputZeroPoint = UInt8(zeroPoint)
    case .logits(let fractionBits):
      bytes[FileLayout.Descriptor.outputKind] = FileLayout.OutputKind.logits
      bytes[FileLayout.Descriptor.fractionBits] = UInt8(fractionBits)
    }
    return bytes
  }
}

extension [UInt8] {
  /// Appends one Int32 per channel, and a zero when their number is odd.
  fileprivate mutating func appendChannels(_ values: [Int32]) {
    for value in values { append(littleEndian: value) }
    if values.count % 2 == 1 { append(littleEndian: Int32(0)) }
  }
}

import ScrupleNetwork
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
    for (index, layer) in layers.enumerated() {
      var descriptor = LayerDescriptor(layer)
      descriptor.place(
        inputs: sources[index].map { plan.buffers[$0 + 1].offset }, output: plan.buffers[index + 1].offset,
        scratch: plan.scratch(ofOperation: index)?.offset)
      descriptor.setZeroPoints(sources[index].map { zeroPoint(ofSource: $0) })
      if let tensors = layer.encodedConstants {
        constants.pad(to: FileLayout.sectionAlignment)
        descriptor.pointToConstants(
          tensors.map { tensor in
            defer { constants += tensor }
            return constantsStart + constants.count
          })
      }
      descriptors += descriptor.bytes
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
    for (index, layer) in layers.enumerated() { try layer.checkLimits(index) }
  }

  private static func check(_ what: String, _ count: Int, _ limit: Int) throws(QuantizationError) {
    guard count <= limit else { throw .tooLarge(what: what, count: count, limit: limit) }
  }
}

extension IntegerLayer {
  /// Counts and extents that the format has room for.
  fileprivate func checkLimits(_ index: Int) throws(QuantizationError) {
    func check(_ what: String, _ count: Int, _ range: ClosedRange<Int>) throws(QuantizationError) {
      guard count <= range.upperBound else {
        throw .tooLarge(what: "\(what) of layer \(index)", count: count, limit: range.upperBound)
      }
    }
    func check(_ image: ImageShape, _ window: Window) throws(QuantizationError) {
      guard window.output(of: image) != nil else {
        throw .network(reason: "layer \(index): the window \(window) doesn't fit an image of \(image)")
      }
      try check("rows", image.height, FileLayout.Limit.extent)
      try check("columns", image.width, FileLayout.Limit.extent)
      try check("channels", image.channels, FileLayout.Limit.extent)
      for extent in [window.kernelHeight, window.kernelWidth, window.strideHeight, window.strideWidth] {
        try check("window or stride", extent, FileLayout.Limit.window)
      }
    }
    switch self {
    case .dense: break
    case .convolution(let convolution): try check(convolution.image, convolution.window)
    case .depthwise(let depthwise): try check(depthwise.image, depthwise.window)
    case .pooling(let pooling): try check(pooling.image, pooling.window)
    case .addition: break
    }
    if let kernel {
      try check("inputs", kernel.inputs, FileLayout.Limit.denseCount)
      try check("outputs", kernel.outputs, FileLayout.Limit.denseCount)
    }
  }
}

import ScrupleNetwork
import ScrupleRuntime

extension ProgramMetadata {
  /// Reads the metadata section of a validated file; threshold and gap, which the header holds, stay 0.
  init(decoding bytes: [UInt8], inputs: Int, operations: Int) throws(ProgramFileError) {
    let entries = MetadataEntries(of: bytes)
    let temperature = try entries.doubles(FileLayout.Tag.temperature, "temperature", count: 1)
    let scales = try entries.doubles(FileLayout.Tag.activationScales, "activation scales", count: operations)
    let scaleOffset = entries.offset(of: FileLayout.Tag.activationScales)
    for scale in scales + temperature where !(scale.isFinite && scale > 0) {
      throw .metadata(offset: scaleOffset, reason: "a scale or temperature of \(scale) is not positive")
    }
    guard scales[0] == 1 / 255 else {
      throw .metadata(offset: scaleOffset, reason: "the input's step is \(scales[0]), not 1/255")
    }
    let labels = try entries.require(FileLayout.Tag.labels, "labels")
    let floatModel = entries.payload(FileLayout.Tag.floatModel) ?? []
    guard floatModel.isEmpty || floatModel.count == 32 else {
      throw .metadata(
        offset: entries.offset(of: FileLayout.Tag.floatModel),
        reason: "a float model's checksum of \(floatModel.count) bytes, not 32")
    }
    self.init(
      name: try entries.text(entries.require(FileLayout.Tag.name, "name")[...], FileLayout.Tag.name),
      labels: try labels.split(separator: 0, omittingEmptySubsequences: false).dropLast().map {
        label throws(ProgramFileError) in try entries.text(label, FileLayout.Tag.labels)
      },
      input: try entries.inputDescription(count: inputs), temperature: Float(temperature[0]),
      limits: scales.dropFirst().map { Float($0 * 255) }, checksum: Array(floatModel))
  }
}

/// The entries of the metadata section.
private struct MetadataEntries {
  private var payloads: [UInt32: Range<Int>] = [:]
  private let bytes: [UInt8]
  private let end: Int

  init(of bytes: [UInt8]) {
    self.bytes = bytes
    var section = 0..<0
    for index in 0..<Int(bytes.load(UInt16.self, at: FileLayout.Header.sectionCount)) {
      let entry = FileLayout.Header.size + index * FileLayout.SectionEntry.size
      guard bytes.load(UInt32.self, at: entry + FileLayout.SectionEntry.kind) == FileLayout.Section.metadata
      else { continue }
      let start = Int(bytes.load(UInt32.self, at: entry + FileLayout.SectionEntry.offset))
      section = start..<start + Int(bytes.load(UInt32.self, at: entry + FileLayout.SectionEntry.byteCount))
    }
    end = section.upperBound
    var cursor = section.lowerBound
    while cursor < section.upperBound {
      let count = Int(bytes.load(UInt32.self, at: cursor + FileLayout.MetadataEntry.byteCount))
      let start = cursor + FileLayout.MetadataEntry.payload
      payloads[bytes.load(at: cursor + FileLayout.MetadataEntry.tag)] = start..<start + count
      cursor = start + FileLayout.align4(count)
    }
  }

  func payload(_ tag: UInt32) -> ArraySlice<UInt8>? { payloads[tag].map { bytes[$0] } }

  func offset(of tag: UInt32) -> Int { payloads[tag]?.lowerBound ?? end }

  func require(_ tag: UInt32, _ name: String) throws(ProgramFileError) -> ArraySlice<UInt8> {
    guard let payload = payload(tag) else { throw .metadata(offset: end, reason: "no \(name)") }
    return payload
  }

  func text(_ payload: ArraySlice<UInt8>, _ tag: UInt32) throws(ProgramFileError) -> String {
    guard let text = String(validating: payload, as: UTF8.self) else {
      throw .metadata(offset: offset(of: tag), reason: "text that is not UTF-8")
    }
    return text
  }

  func doubles(_ tag: UInt32, _ name: String, count: Int) throws(ProgramFileError) -> [Double] {
    let payload = try require(tag, name)
    guard payload.count == 8 * count else {
      throw .metadata(offset: offset(of: tag), reason: "\(payload.count) bytes of \(name), not \(8 * count)")
    }
    return (0..<count).map { bytes.double(at: payload.startIndex + 8 * $0) }
  }

  func inputDescription(count: Int) throws(ProgramFileError) -> InputDescription {
    let tag = FileLayout.Tag.inputDescription
    let payload = try require(tag, "input description")
    func malformed(_ reason: String) -> ProgramFileError {
      .metadata(offset: offset(of: tag), reason: reason)
    }
    guard payload.count >= 4 else { throw malformed("an input description of \(payload.count) bytes") }
    let start = payload.startIndex + 4
    switch payload[payload.startIndex] {
    case InputCode.image:
      guard payload.count == 16 else {
        throw malformed("an image description of \(payload.count) bytes, not 16")
      }
      let extents = (0..<3).map { Int(bytes.load(UInt32.self, at: start + 4 * $0)) }
      let product = extents.reduce((value: 1, overflows: false)) {
        let (value, overflows) = $0.value.multipliedReportingOverflow(by: $1)
        return (value, $0.overflows || overflows)
      }
      guard !product.overflows, product.value == count else {
        throw malformed("an image of \(extents) for \(count) inputs")
      }
      return InputDescription(.image(height: extents[0], width: extents[1], channels: extents[2]))
    case InputCode.tabular:
      guard payload.count >= 4 + 16 * count else {
        throw malformed("a description of fewer than \(count) features")
      }
      let names = payload[(start + 16 * count)...].split(separator: 0, omittingEmptySubsequences: false)
      guard names.count == count + 1, names[count].isEmpty else {
        throw malformed("\(names.count - 1) feature names for \(count) inputs")
      }
      var features: [InputDescription.Feature] = []
      for index in 0..<count {
        let (low, high) = (bytes.double(at: start + 16 * index), bytes.double(at: start + 16 * index + 8))
        guard low.isFinite, high.isFinite, low < high else {
          throw malformed("a feature's range \(low)...\(high)")
        }
        features.append(.init(name: try text(names[index], tag), low: low, high: high))
      }
      return InputDescription(.tabular(features))
    case let code:
      throw malformed("the unknown kind of input \(code)")
    }
  }
}

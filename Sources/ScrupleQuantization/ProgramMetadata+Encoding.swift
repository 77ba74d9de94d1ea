import ScrupleNetwork
import ScrupleRuntime

/// Codes of the input description in the metadata section.
enum InputCode {
  static let image: UInt8 = 1
  static let tabular: UInt8 = 2
}

extension ProgramMetadata {
  /// The metadata section.
  func encoded(inputCount: Int) -> [UInt8] {
    var section: [UInt8] = []
    section.appendEntry(FileLayout.Tag.name, Array(name.utf8))
    section.appendEntry(FileLayout.Tag.labels, labels.flatMap { Array($0.utf8) + [0] })
    section.appendEntry(FileLayout.Tag.inputDescription, input.encoded())
    if !checksum.isEmpty { section.appendEntry(FileLayout.Tag.floatModel, checksum) }
    section.appendEntry(FileLayout.Tag.temperature, [Double(temperature)].encoded())
    section.appendEntry(
      FileLayout.Tag.activationScales, ([1 / 255] + limits.map { Double($0) / 255 }).encoded())
    section.appendEntry(FileLayout.Tag.tool, Array(IntegerProgram.tool.utf8))
    return section
  }
}

extension InputDescription {
  fileprivate func encoded() -> [UInt8] {
    switch kind {
    case .image(let height, let width, let channels):
      var bytes: [UInt8] = [InputCode.image, 0, 0, 0]
      for extent in [height, width, channels] { bytes.append(littleEndian: UInt32(extent)) }
      return bytes
    case .tabular(let features):
      let ranges = features.flatMap { [$0.low, $0.high] }.encoded()
      return [InputCode.tabular, 0, 0, 0] + ranges + features.flatMap { Array($0.name.utf8) + [0] }
    }
  }
}

extension [Double] {
  fileprivate func encoded() -> [UInt8] {
    var bytes: [UInt8] = []
    for value in self { bytes.append(littleEndian: value.bitPattern) }
    return bytes
  }
}

extension [UInt8] {
  fileprivate mutating func appendEntry(_ tag: UInt32, _ payload: [UInt8]) {
    append(littleEndian: tag)
    append(littleEndian: UInt32(payload.count))
    self += payload
    pad(to: 4)
  }
}

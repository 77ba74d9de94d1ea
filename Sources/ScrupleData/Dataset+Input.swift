import ScrupleNetwork

extension Dataset {
  /// The numbers that a float network reads: `(x − low)/(high − low)` of rows, `pixel/255` of images.
  ///
  /// - Parameters:
  ///   - range: numbers of samples.
  ///   - input: the network's input; its shape must be this dataset's (see ``matching(_:resize:)``).
  /// - Returns: `range.count` × `input.count`, row-major.
  public func normalized(_ range: Range<Int>, for input: InputDescription) throws(DataError) -> [Float] {
    try check(input)
    let part = (range.lowerBound * shape.count)..<(range.upperBound * shape.count)
    switch samples {
    case .bytes(let all): return InputDescription.normalized(Array(all[part]))
    case .values(let all): return input.normalize(Array(all[part]))
    }
  }

  /// The bytes that the device reads: images as they are, rows on their features' 256 steps.
  ///
  /// - Returns: `range.count` × `input.count`, row-major.
  public func quantized(_ range: Range<Int>, for input: InputDescription) throws(DataError) -> [UInt8] {
    try check(input)
    let part = (range.lowerBound * shape.count)..<(range.upperBound * shape.count)
    switch samples {
    case .bytes(let all): return Array(all[part])
    case .values(let all): return input.quantize(Array(all[part]))
    }
  }

  /// The dataset in the form that a network's input asks for: of a table, the features with the input's
  /// names, in its order (by position where one of the two has no names); a table of whole numbers
  /// in 0...255 as images if the input is one; images as grey or RGB.
  ///
  /// - Parameter resize: whether images of another size are resized; without it they are an error.
  public func matching(_ input: InputDescription, resize: Bool = false) throws(DataError) -> Dataset {
    switch (input.kind, samples) {
    case (.tabular(let features), .values):
      return try selecting(features: features.map(\.name))
    case (.image, .values(let values)) where shape.count == input.count:
      return try asImages(values, input.shape)
    case (.image(let height, let width, let channels), .bytes):
      return try asImages(height: height, width: width, channels: channels, resize: resize)
    default:
      throw mismatch(input)
    }
  }

  /// The features with the given names, in that order. Names are compared without case, units in brackets,
  /// and the difference between spaces, hyphens and underscores. If neither side's names match and
  /// the counts do, the columns are taken as they stand.
  public func selecting(features wanted: [String]) throws(DataError) -> Dataset {
    guard case .values(let all) = samples else {
      throw .wrongShape(
        file: name, expected: "a table with \(wanted.joined(separator: ", "))", found: "images of \(shape)",
        remedy: "")
    }
    let plain = featureNames.map(Self.plainName)
    let columns = wanted.map { plain.firstIndex(of: Self.plainName($0)) }
    if let missing = columns.firstIndex(of: nil) {
      if wanted.count == shape.count, featureNames.isEmpty || columns.allSatisfy({ $0 == nil }) {
        return self
      }
      guard !featureNames.isEmpty else {
        throw .wrongShape(
          file: name, expected: "\(wanted.count) features (\(wanted.joined(separator: ", ")))",
          found: "\(shape.count)", remedy: "name them in a header line, or give as many columns")
      }
      throw .unknownColumn(file: name, name: wanted[missing], columns: featureNames)
    }
    let chosen = columns.compactMap(\.self)
    if chosen == Array(0..<shape.count) { return self }
    var values: [Float] = []
    values.reserveCapacity(count * chosen.count)
    let width = shape.count
    for row in stride(from: 0, to: all.count, by: width) {
      for column in chosen { values.append(all[row + column]) }
    }
    return Dataset(
      name: name, source: source, samples: .values(values), shape: Shape([chosen.count]),
      featureNames: chosen.map { featureNames[$0] }, labels: labels, labelNames: labelNames)
  }

  /// The smallest and largest value of each feature; of images, 0 and 255.
  public var featureRanges: [ClosedRange<Float>] {
    guard case .values(let all) = samples else { return Array(repeating: 0...255, count: shape.count) }
    let width = shape.count
    return (0..<width).map { feature in
      let column = stride(from: feature, to: all.count, by: width).map { all[$0] }
      return (column.min() ?? 0)...(column.max() ?? 0)
    }
  }

  static func plainName(_ name: String) -> String {
    let unitless = name.prefix { $0 != "(" && $0 != "[" }
    let spaced = unitless.map { "-_ ".contains($0) ? " " : $0 }
    return String(spaced).lowercased().split(separator: " ").joined(separator: " ")
  }

  private func check(_ input: InputDescription) throws(DataError) {
    guard shape == input.shape else { throw mismatch(input) }
  }

  private func mismatch(_ input: InputDescription) -> DataError {
    .wrongShape(
      file: name, expected: Self.words(input),
      found: isImage ? Self.imageWords(shape) : "\(shape.count) features",
      remedy: "this dataset doesn't fit the model")
  }

  private static func words(_ input: InputDescription) -> String {
    switch input.kind {
    case .image: imageWords(input.shape)
    case .tabular(let features):
      "\(features.count) features (\(features.map(\.name).joined(separator: ", ")))"
    }
  }

  static func imageWords(_ shape: Shape) -> String {
    guard shape.dimensions.count == 3 else { return "images of \(shape)" }
    let (height, width, channels) = (shape.dimensions[0], shape.dimensions[1], shape.dimensions[2])
    let colour = channels == 1 ? "grey" : channels == 3 ? "RGB" : "\(channels)-channel"
    return "\(colour) images \(width) wide and \(height) high"
  }
}

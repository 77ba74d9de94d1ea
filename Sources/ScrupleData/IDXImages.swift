import ScrupleNetwork

/// Images in IDX files, with their labels in a second file.
enum IDXImages {
  /// - Parameters:
  ///   - labels: the file with the labels; nil for unlabelled images.
  ///   - labelNames: nil to call the classes by their numbers.
  static func read(
    images: String, labels: String?, name: String, labelNames: [String]? = nil
  ) throws(DataError) -> Dataset {
    let pixels = try IDXFile(contentsOfFile: images)
    guard (3...4).contains(pixels.dimensions.count) else {
      throw .malformed(
        file: images, format: "IDX", offset: 3, expected: "3 or 4 dimensions for images",
        found: "\(pixels.dimensions.count)")
    }
    let shape = Shape(Array(pixels.dimensions[1...]) + (pixels.dimensions.count == 3 ? [1] : []))
    guard pixels.dimensions[0] > 0, shape.count > 0 else { throw .empty(file: images) }
    var numbers: [Int]?
    var names = labelNames ?? []
    if let labels {
      let file = try IDXFile(contentsOfFile: labels)
      if labelNames == nil { names = (0...Int(file.elements.max() ?? 0)).map(String.init) }
      numbers = try file.labels(count: pixels.dimensions[0], classes: names.count, file: labels)
    }
    return Dataset(
      name: name, source: images, samples: .bytes(pixels.elements), shape: shape, labels: numbers,
      labelNames: numbers == nil ? [] : names)
  }

  /// The labels that belong to an images file by MNIST's way of naming; nil if there is no such file.
  static func labels(for images: String) -> String? {
    guard let range = images.ranges(of: "images").last else { return nil }
    let rest = String(images[range.upperBound...])
    for ending in [rest, rest.replacing("idx3", with: "idx1"), rest.replacing("idx4", with: "idx1")] {
      let candidate = String(images[..<range.lowerBound]) + "labels" + ending
      if FileBytes.kind(candidate) == .file { return candidate }
    }
    return nil
  }
}

import ScrupleNetwork

/// The datasets that have a name, and how each is read.
enum NamedSets {
  static let digitNames = (0...9).map(String.init)
  static let fashionNames = [
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
  ]
  static let fashionRemedy = "apt-get install dataset-fashion-mnist"
  static let mnistRemedy = "tools/fetch-mnist"
  static let digitsRemedy = "tools/fetch-digits"

  /// Fisher's irises: compiled in, so that they are always there.
  static func iris() throws(DataError) -> Dataset {
    var iris = try CSVFile.decode(
      Array(irisTable.utf8), file: "iris", name: "iris", labels: .named("species"))
    iris.source = "compiled in"
    return iris
  }

  static func fashion(_ part: DatasetPart) throws(DataError) -> Dataset {
    try idx(
      "fashion-mnist", part, labelNames: fashionNames, remedy: fashionRemedy,
      example: DataFolder.debianFashion + "/t10k-images-idx3-ubyte.gz"
    ) { name in
      let debian = DataFolder.debianFashion + "/" + name
      return FileBytes.kind(debian) == .file ? debian : DataFolder.find("fashion-mnist/" + name)
    }
  }

  static func mnist(_ part: DatasetPart) throws(DataError) -> Dataset {
    try idx(
      "mnist", part, labelNames: digitNames, remedy: mnistRemedy,
      example: "data/mnist/t10k-images-idx3-ubyte.gz"
    ) { name in DataFolder.find("mnist/" + name) }
  }

  /// MNIST's digits 0 to 3 alone.
  static func mnistFour(_ part: DatasetPart) throws(DataError) -> Dataset {
    let all = try mnist(part)
    let labels = all.labels ?? []
    let few = all.selecting(labels.indices.filter { labels[$0] < 4 })
    return Dataset(
      name: "mnist-0-3", source: few.source, samples: few.samples, shape: few.shape, labels: few.labels,
      labelNames: Array(digitNames.prefix(4)))
  }

  /// 1,797 handwritten digits, 8×8, their 17 levels spread over 0…255. Not split by their authors.
  static func digits() throws(DataError) -> Dataset {
    guard let file = DataFolder.find("digits/digits.csv.gz") else {
      throw .notInstalled(dataset: "digits", file: "data/digits/digits.csv.gz", remedy: digitsRemedy)
    }
    let table = try CSVFile.decode(Gzip.read(file), file: file, name: "digits")
    guard case .values(let values) = table.samples, table.shape.count == 64, let labels = table.labels,
      table.labelNames == digitNames
    else {
      throw .wrongShape(
        file: file, expected: "64 pixels and a digit in each row", found: "\(table.shape.count) columns",
        remedy: digitsRemedy)
    }
    var pixels: [UInt8] = []
    pixels.reserveCapacity(values.count)
    for (index, value) in values.enumerated() {
      guard (0...16).contains(value), let level = Int(exactly: value) else {
        throw .notAPixel(dataset: file, sample: index / 64, found: value)
      }
      pixels.append(UInt8((level * 255 + 8) / 16))
    }
    return Dataset(
      name: "digits", source: file, samples: .bytes(pixels), shape: Shape([8, 8, 1]), labels: labels,
      labelNames: digitNames)
  }

  /// A set in MNIST's four files; `all` is training images then test images.
  private static func idx(
    _ name: String, _ part: DatasetPart, labelNames: [String], remedy: String, example: String,
    find: (String) -> String?
  ) throws(DataError) -> Dataset {
    var parts: [Dataset] = []
    for prefix in part == .train ? ["train"] : part == .test ? ["t10k"] : ["train", "t10k"] {
      guard let images = find(prefix + "-images-idx3-ubyte.gz"),
        let labels = find(prefix + "-labels-idx1-ubyte.gz")
      else { throw .notInstalled(dataset: name, file: example, remedy: remedy) }
      parts.append(try IDXImages.read(images: images, labels: labels, name: name, labelNames: labelNames))
    }
    return parts.count == 1 ? parts[0] : parts[0].appending(parts[1])
  }
}

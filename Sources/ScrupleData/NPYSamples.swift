import ScrupleNetwork

/// Samples in `.npy` files: bytes of three or four dimensions as images, everything else as rows.
enum NPYSamples {
  /// Labels are read from a file beside it: `x.npy` has `x.labels.npy`, whole numbers from 0.
  ///
  /// - Parameter input: if it is an image, bytes of two dimensions are images of its shape.
  static func read(_ path: String, name: String, like input: InputDescription?) throws(DataError) -> Dataset {
    let array = try NPYFile(contentsOfFile: path)
    guard let count = array.shape.first, count > 0, !array.elements.isEmpty else { throw .empty(file: path) }
    let (samples, shape) = try samples(array, path, like: input)
    let labels = try labels(of: path, count: count)
    return Dataset(
      name: name, source: path, samples: samples, shape: shape, labels: labels,
      labelNames: labels.map { (0...($0.max() ?? 0)).map(String.init) } ?? [])
  }

  private static func samples(
    _ array: NPYFile, _ path: String, like input: InputDescription?
  ) throws(DataError) -> (Dataset.Samples, Shape) {
    let rest = Array(array.shape[1...])
    let size = rest.reduce(1, *)
    switch array.elements {
    case .bytes(let bytes):
      switch rest.count {
      case 3: return (.bytes(bytes), Shape(rest))
      case 2: return (.bytes(bytes), Shape(rest + [1]))
      default:
        if case .image? = input?.kind, let shape = input?.shape, shape.count == size {
          return (.bytes(bytes), shape)
        }
        return (.values(bytes.map(Float.init)), Shape([size]))
      }
    case .integers(let integers):
      return (.values(integers.map(Float.init)), Shape([size]))
    case .floats(let floats):
      if let bad = floats.firstIndex(where: { !$0.isFinite }) {
        throw .notFinite(
          file: path, line: bad / size + 1, column: bad % size + 1, name: "", found: "\(floats[bad])")
      }
      return (.values(floats), Shape([size]))
    }
  }

  private static func labels(of path: String, count: Int) throws(DataError) -> [Int]? {
    guard path.hasSuffix(".npy") else { return nil }
    let file = String(path.dropLast(4)) + ".labels.npy"
    guard FileBytes.kind(file) == .file else { return nil }
    let array = try NPYFile(contentsOfFile: file)
    let labels: [Int]
    switch array.elements {
    case .bytes(let bytes): labels = bytes.map(Int.init)
    case .integers(let integers): labels = integers
    case .floats:
      throw .malformed(
        file: file, format: "NumPy", offset: 0, expected: "labels as whole numbers", found: "floats")
    }
    guard labels.count == count else { throw .labelCount(file: file, expected: count, found: labels.count) }
    if let bad = labels.firstIndex(where: { $0 < 0 || $0 >= maximumClasses }) {
      throw .labelOutOfRange(file: file, sample: bad, label: labels[bad], classes: maximumClasses)
    }
    return labels
  }

  /// The most classes that numbered labels may have.
  static let maximumClasses = 1000
}

extension NPYFile.Elements {
  fileprivate var isEmpty: Bool {
    switch self {
    case .bytes(let all): all.isEmpty
    case .integers(let all): all.isEmpty
    case .floats(let all): all.isEmpty
    }
  }
}

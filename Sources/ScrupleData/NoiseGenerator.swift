import ScrupleNetwork

/// Makes noise of one kind in the shape of a model's input: as datasets for evaluation, which depend on
/// nothing but the seed and a sample's number, and as batches of Floats for training.
public struct NoiseGenerator: Sendable {
  /// What is made.
  public let kind: NoiseKind
  /// For what.
  public let input: InputDescription
  let height, width, channels: Int
  /// In-distribution samples to make noise from: bytes of images, normalized rows of tables; or none.
  let base: Dataset.Samples?
  let baseCount: Int

  /// - Parameters:
  ///   - input: the model's input.
  ///   - base: in-distribution samples, in the input's shape; `permuted` and `smoothed` need it.
  /// - Throws: `unsupportedNoise` if the input can't have that kind or the base is missing, `wrongShape` if
  ///   the base doesn't fit.
  public init(_ kind: NoiseKind, for input: InputDescription, base: Dataset? = nil) throws(DataError) {
    self.kind = kind
    self.input = input
    switch input.kind {
    case .image(let height, let width, let channels):
      guard kind != .far else {
        throw .unsupportedNoise(kind: kind.rawValue, reason: "8-bit images can't lie outside their range")
      }
      (self.height, self.width, self.channels) = (height, width, channels)
    case .tabular(let features):
      guard !kind.isForImagesOnly else {
        throw .unsupportedNoise(
          kind: kind.rawValue, reason: "only images have it; tables have uniform, permuted and far")
      }
      (height, width, channels) = (1, features.count, 1)
    }
    guard kind.needsBase else {
      (self.base, baseCount) = (nil, 0)
      return
    }
    guard let base, base.count > 0 else {
      throw .unsupportedNoise(
        kind: kind.rawValue, reason: "it is made from in-distribution samples, and none were given")
    }
    let fitting = try base.matching(input)
    baseCount = fitting.count
    switch fitting.samples {
    case .bytes: self.base = fitting.samples
    case .values: self.base = .values(try fitting.normalized(0..<baseCount, for: input))
    }
  }

  /// `count` samples, as bytes for images and as rows in the features' units for tables.
  ///
  /// Sample i depends only on the kind, the seed, i, and the base.
  public func dataset(count: Int, seed: UInt64) -> Dataset {
    let size = input.count
    var scratch = Scratch(self)
    var row = [Float](repeating: 0, count: size)
    var bytes: [UInt8] = []
    var values: [Float] = []
    let isImage = if case .image = input.kind { true } else { false }
    if isImage { bytes.reserveCapacity(count * size) } else { values.reserveCapacity(count * size) }
    for index in 0..<count {
      var generator = SeededGenerator(seed: seed, stream: stream, index: UInt64(index))
      let sigma = sigma(&generator)
      row.withUnsafeMutableBufferPointer { row in
        make(row, isPermuted: index % 2 == 0, sigma: sigma, &generator, &scratch)
      }
      if isImage {
        for value in row { bytes.append(UInt8(min(max(value * 255 + 0.5, 0), 255))) }
      } else {
        for (feature, value) in row.enumerated() {
          let (low, width) = input.range(of: feature)
          values.append(Float(low + width * Double(value)))
        }
      }
    }
    var names: [String] = []
    if case .tabular(let features) = input.kind { names = features.map(\.name) }
    return Dataset(
      name: kind.rawValue, source: "noise, seed \(seed)", samples: isImage ? .bytes(bytes) : .values(values),
      shape: input.shape, featureNames: names)
  }

  /// Fills a buffer with normalized samples for training.
  ///
  /// `smoothed` and `low-frequency` noise draws one σ for the whole batch, as in the paper's code.
  ///
  /// - Parameters:
  ///   - batch: count × `input.count` values, which are overwritten.
  ///   - generator: where the randomness comes from; it moves on.
  ///   - scratch: buffers to use again for the next batch; made by ``makeScratch()``.
  public func fill(
    _ batch: UnsafeMutableBufferPointer<Float>, using generator: inout SeededGenerator,
    scratch: inout Scratch
  ) {
    let size = input.count
    precondition(batch.count % size == 0, "not a whole number of samples")
    let sigma = sigma(&generator)
    for index in 0..<(batch.count / size) {
      let row = UnsafeMutableBufferPointer(rebasing: batch[(index * size)..<((index + 1) * size)])
      make(row, isPermuted: index % 2 == 0, sigma: sigma, &generator, &scratch)
    }
  }

  /// A batch of `count` normalized samples for training: count × `input.count`, row-major.
  public func batch(_ count: Int, using generator: inout SeededGenerator) -> [Float] {
    var result = [Float](repeating: 0, count: count * input.count)
    var scratch = makeScratch()
    result.withUnsafeMutableBufferPointer { fill($0, using: &generator, scratch: &scratch) }
    return result
  }

  /// Buffers for ``fill(_:using:scratch:)``.
  public func makeScratch() -> Scratch { Scratch(self) }

  /// What is kept from one image to the next.
  public struct Scratch {
    var order: [UInt32]
    var filter: LowPass
    var sigma: Float = 1

    init(_ noise: NoiseGenerator) {
      order = (0..<UInt32(noise.height * noise.width)).map(\.self)
      filter = LowPass(height: noise.height, width: noise.width, channels: noise.channels, sigma: sigma)
    }
  }

  private var stream: UInt64 { UInt64(NoiseKind.allCases.firstIndex(of: kind) ?? 0) + 1 }

  private func sigma(_ generator: inout SeededGenerator) -> Float {
    switch kind {
    case .smoothed: generator.uniform(1, 2.5)
    case .lowFrequency: generator.uniform(3, 6)
    default: 0
    }
  }
}

import ScrupleNetwork
import Testing

@testable import ScrupleData

@Suite struct `Noise` {
  static let image = InputDescription(.image(height: 12, width: 10, channels: 1))
  static let colour = InputDescription(.image(height: 12, width: 10, channels: 3))
  static let table = InputDescription(
    .tabular([
      InputDescription.Feature(name: "a", low: -5, high: 15),
      InputDescription.Feature(name: "b", low: 100, high: 101),
    ]))

  static func base(_ input: InputDescription, count: Int = 40) -> Dataset {
    var generator = SeededGenerator(seed: 77)
    let size = count * input.count
    if case .image = input.kind {
      return Dataset(
        name: "base", samples: .bytes((0..<size).map { _ in UInt8(generator.next(below: 256)) }),
        shape: input.shape)
    }
    let raw = (0..<size).map { $0 % 2 == 0 ? generator.uniform(0, 1) : generator.uniform(100.2, 100.4) }
    return Dataset(name: "base", samples: .values(raw), shape: input.shape)
  }

  static let imageKinds = NoiseKind.allCases.filter { $0 != .far }

  private func bytes(_ kind: NoiseKind, _ input: InputDescription = image, count: Int, seed: UInt64 = 1)
    throws -> [[UInt8]]
  {
    let set = try NoiseGenerator(kind, for: input, base: Self.base(input)).dataset(count: count, seed: seed)
    #expect(set.count == count && set.shape == input.shape && set.labels == nil)
    guard case .bytes(let all) = set.samples else { return [] }
    return (0..<count).map { Array(all[($0 * input.count)..<(($0 + 1) * input.count)]) }
  }

  @Test(arguments: imageKinds, [image, colour])
  func `a sample depends on seed and number alone`(kind: NoiseKind, input: InputDescription) throws {
    let many = try bytes(kind, input, count: 9)
    #expect(try bytes(kind, input, count: 4) == Array(many.prefix(4)))
    #expect(try bytes(kind, input, count: 9, seed: 2) != many)
    #expect(Set(many).count > 5)
  }

  @Test func `uniform noise is uniform and uncorrelated`() throws {
    let all = try bytes(.uniform, count: 500)
    let values = all.flatMap(\.self).map { Double($0) / 255 }
    let mean = values.reduce(0, +) / Double(values.count)
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
    #expect(abs(mean - 0.5) < 0.01)
    #expect(abs(variance - 1 / 12.0) < 0.002)
    let neighbours = zip(values, values.dropFirst()).reduce(0) { $0 + ($1.0 - mean) * ($1.1 - mean) }
    #expect(abs(neighbours / Double(values.count) / variance) < 0.02)
    #expect(values.min() == 0 && values.max() == 1)
  }

  @Test(arguments: [image, colour])
  func `permuted noise has a real sample's pixels in another order`(input: InputDescription) throws {
    let channels = input.shape.dimensions[2]
    func pixels(_ sample: [UInt8]) -> [[UInt8]] {
      stride(from: 0, to: sample.count, by: channels).map { Array(sample[$0..<($0 + channels)]) }
    }
    guard case .bytes(let all) = Self.base(input).samples else { return }
    let real = stride(from: 0, to: all.count, by: input.count).map { Array(all[$0..<($0 + input.count)]) }
    let order: ([UInt8], [UInt8]) -> Bool = { $0.lexicographicallyPrecedes($1) }
    let sortedReal = Set(real.map { pixels($0).sorted(by: order) })
    for sample in try bytes(.permuted, input, count: 30) {
      #expect(sortedReal.contains(pixels(sample).sorted(by: order)))
      #expect(!real.contains(sample))
    }
  }

  @Test func `every position is as likely for a pixel`() throws {
    let input = InputDescription(.image(height: 2, width: 3, channels: 1))
    let base = Dataset(name: "b", samples: .bytes([255, 0, 0, 0, 0, 0]), shape: input.shape)
    let set = try NoiseGenerator(.permuted, for: input, base: base).dataset(count: 6000, seed: 5)
    guard case .bytes(let all) = set.samples else { return }
    for position in 0..<6 {
      let count = stride(from: position, to: all.count, by: 6).count { all[$0] == 255 }
      #expect(abs(count - 1000) < 150)
    }
  }

  @Test(arguments: [NoiseKind.smoothed, .lowFrequency], [image, colour])
  func `smoothed noise touches both ends and is smooth`(kind: NoiseKind, input: InputDescription) throws {
    let rough = try bytes(.uniform, input, count: 20)
    let smooth = try bytes(kind, input, count: 20)
    for sample in smooth { #expect(sample.min() == 0 && sample.max() == 255) }
    let channels = input.shape.dimensions[2]
    func steps(_ samples: [[UInt8]]) -> Int {
      samples.reduce(0) { sum, s in
        sum + zip(s, s.dropFirst(channels)).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
      }
    }
    #expect(steps(smooth) * 2 < steps(rough))
  }

  @Test func `batches for training lie in 0 to 1 and touch both ends`() throws {
    let noise = try NoiseGenerator(.smoothed, for: Self.image, base: Self.base(Self.image))
    var generator = SeededGenerator(seed: 8)
    var copy = generator
    let batch = noise.batch(16, using: &generator)
    #expect(batch.count == 16 * 120)
    for sample in 0..<16 {
      let values = batch[(sample * 120)..<((sample + 1) * 120)]
      #expect(values.min() == 0 && values.max() == 1)
    }
    #expect(noise.batch(16, using: &copy) == batch)
    #expect(noise.batch(16, using: &copy) != batch)
  }

  @Test func `a batch doesn't depend on what the scratch was used for`() throws {
    let noise = try NoiseGenerator(.smoothed, for: Self.image, base: Self.base(Self.image))
    var scratch = noise.makeScratch()
    var generator = SeededGenerator(seed: 8)
    var later = [Float](repeating: 0, count: 16 * 120)
    later.withUnsafeMutableBufferPointer { noise.fill($0, using: &generator, scratch: &scratch) }
    generator = SeededGenerator(seed: 9)
    later.withUnsafeMutableBufferPointer { noise.fill($0, using: &generator, scratch: &scratch) }
    generator = SeededGenerator(seed: 9)
    #expect(noise.batch(16, using: &generator) == later)
  }

  @Test func `an even base gives even noise, not a division by zero`() throws {
    let flat = Dataset(name: "b", samples: .bytes(Array(repeating: 9, count: 120)), shape: Self.image.shape)
    let noise = try NoiseGenerator(.smoothed, for: Self.image, base: flat)
    var generator = SeededGenerator(seed: 1)
    #expect(noise.batch(4, using: &generator).allSatisfy { $0.isFinite && (0...1).contains($0) })
  }

  @Test func `stripes have two greys and constants one`() throws {
    for sample in try bytes(.constant, count: 50) { #expect(Set(sample).count == 1) }
    #expect(Set(try bytes(.constant, count: 200).map { $0[0] }).count > 80)
    for sample in try bytes(.stripes, count: 50) {
      let (low, high) = (Int(sample.min() ?? 0), Int(sample.max() ?? 0))
      #expect(high - low >= 20)
    }
  }

  @Test func `uniform rows fill the input's box`() throws {
    let set = try NoiseGenerator(.uniform, for: Self.table).dataset(count: 4000, seed: 3)
    #expect(set.featureNames == ["a", "b"])
    let ranges = set.featureRanges
    #expect(ranges[0].lowerBound >= -5 && ranges[0].lowerBound < -4.9 && ranges[0].upperBound > 14.9)
    #expect(ranges[1].lowerBound >= 100 && ranges[1].upperBound <= 101 && ranges[1].upperBound > 100.99)
  }

  @Test func `permuted rows mix the columns of real rows`() throws {
    let base = Self.base(Self.table)
    guard case .values(let real) = base.samples else { return }
    let set = try NoiseGenerator(.permuted, for: Self.table, base: base).dataset(count: 200, seed: 3)
    guard case .values(let made) = set.samples else { return }
    for (index, value) in made.enumerated() {
      let column = stride(from: index % 2, to: real.count, by: 2)
      #expect(column.contains { abs(real[$0] - value) <= 1e-4 })
    }
  }

  @Test func `far rows lie on or outside the box, up to a hundred times as far`() throws {
    let noise = try NoiseGenerator(.far, for: Self.table)
    var generator = SeededGenerator(seed: 3)
    let batch = noise.batch(2000, using: &generator)
    var distances: [Float] = []
    for row in stride(from: 0, to: batch.count, by: 2) {
      distances.append(max(abs(batch[row] - 0.5), abs(batch[row + 1] - 0.5)) * 2)
    }
    #expect(distances.allSatisfy { $0 > 0.999 && $0 < 101 })
    #expect(distances.count { $0 > 10 } > 800 && distances.count { $0 < 10 } > 800)
  }

  @Test func `noise that has no meaning is refused with the reason`() {
    for kind in NoiseKind.allCases where kind.isForImagesOnly {
      #expect(throws: DataError.self) {
        try NoiseGenerator(kind, for: Self.table, base: Self.base(Self.table))
      }
    }
    #expect(throws: DataError.self) { try NoiseGenerator(.far, for: Self.image) }
    for kind in NoiseKind.allCases where kind.needsBase {
      let error = #expect(throws: DataError.self) { try NoiseGenerator(kind, for: Self.image) }
      #expect(error?.description.contains(kind.rawValue) == true)
      #expect(throws: DataError.self) {
        try NoiseGenerator(kind, for: Self.image, base: Self.base(Self.colour, count: 0))
      }
    }
  }
}

@Suite struct `The low-pass` {
  /// The filter as its definition says, in Double.
  private func naive(_ image: [Float], _ height: Int, _ width: Int, _ channels: Int, _ sigma: Double)
    -> [Double]
  {
    let reach = Int(4 * sigma + 0.5)
    func fold(_ p: Int, _ n: Int) -> Int {
      var p = p
      while p < 0 || p >= n { p = p < 0 ? -1 - p : 2 * n - 1 - p }
      return p
    }
    let weights = (-reach...reach).map { k in Double.exp(-Double(k * k) / (2 * sigma * sigma)) }
    let sum = weights.reduce(0, +)
    var result = [Double](repeating: 0, count: image.count)
    for y in 0..<height {
      for x in 0..<width {
        for c in 0..<channels {
          var value = 0.0
          for dy in -reach...reach {
            for dx in -reach...reach {
              let source = (fold(y + dy, height) * width + fold(x + dx, width)) * channels + c
              value += weights[dy + reach] * weights[dx + reach] * Double(image[source])
            }
          }
          result[(y * width + x) * channels + c] = value / (sum * sum)
        }
      }
    }
    return result
  }

  @Test(arguments: [(9, 9, 1), (5, 11, 1), (4, 6, 3), (1, 7, 1), (20, 3, 1)], [Float(0.4), 1, 2.5, 6])
  func `is the mirrored Gaussian`(shape: (Int, Int, Int), sigma: Float) {
    let (height, width, channels) = shape
    var generator = SeededGenerator(seed: 2)
    var image = (0..<(height * width * channels)).map { _ in generator.uniform() }
    let expected = naive(image, height, width, channels, Double(sigma))
    let filter = LowPass(height: height, width: width, channels: channels, sigma: sigma)
    image.withUnsafeMutableBufferPointer { filter.apply($0) }
    for (found, wanted) in zip(image, expected) { #expect(abs(Double(found) - wanted) < 1e-5) }
  }
}

extension Double {
  fileprivate static func exp(_ x: Double) -> Double {
    // The series, halved until it converges fast: independent of the library's exp.
    let small = x / 1024
    var term = 1.0
    var sum = 1.0
    for k in 1...12 {
      term *= small / Double(k)
      sum += term
    }
    return (0..<10).reduce(sum) { value, _ in value * value }
  }
}

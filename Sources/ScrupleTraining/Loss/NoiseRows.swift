import ScrupleData
import ScrupleNetwork

/// Rows of noise for one shard of a batch: the recipe's kinds in equal parts, kinds that stay in the input's
/// box before those that do not.
struct NoiseRows {
  private let generators: [NoiseGenerator]
  private var scratches: [NoiseGenerator.Scratch]
  private let width: Int

  /// - Parameter data: in-distribution samples, which some kinds of noise are made from.
  init(_ noise: Recipe.Noise, input: InputDescription, data: Dataset) throws(DataError) {
    var generators: [NoiseGenerator] = []
    for kind in noise.kinds.filter({ $0 != .far }) + noise.kinds.filter({ $0 == .far }) {
      generators.append(try NoiseGenerator(kind, for: input, base: data))
    }
    self.generators = generators
    scratches = generators.map { $0.makeScratch() }
    width = input.count
  }

  /// Fills `count` rows. The part of each kind differs by at most one; which kinds get the odd rows turns
  /// with `turn`.
  ///
  /// - Returns: the number of rows that stay in [0, 1]; they come first.
  mutating func fill(
    _ rows: UnsafeMutablePointer<Float>, count: Int, turn: Int, using generator: inout SeededGenerator
  ) -> Int {
    var start = 0
    var boxed = 0
    for (index, kind) in generators.enumerated() {
      let place = (index + turn) % generators.count
      let part = count / generators.count + (place < count % generators.count ? 1 : 0)
      kind.fill(
        UnsafeMutableBufferPointer(start: rows + start * width, count: part * width), using: &generator,
        scratch: &scratches[index])
      start += part
      if kind.kind != .far { boxed = start }
    }
    return boxed
  }
}

import ScrupleNetwork

/// Changes a few pixels, or a small square, at places and to values that differential evolution finds (Storn and
/// Price 1997; Su, Vargas and Sakurai 2019, *One pixel attack*). Of a table, a pixel is a feature.
public struct PixelEvolution: Sendable {
  /// Candidates of each row.
  public static let population = 40
  /// How much of two candidates' difference is added to a third one.
  private static let factor: Float = 0.5

  /// How many pixels may change, each at a place of its own.
  public var pixels: Int
  /// Each is the corner of a square with so many pixels a side.
  public var side: Int
  /// Rounds of selection.
  public var generations: Int

  /// Pixels or squares, and how many generations.
  public init(pixels: Int, side: Int = 1, generations: Int) {
    (self.pixels, self.side, self.generations) = (pixels, side, generations)
  }

  /// As many generations as a number of evaluations for each row allows; nil if not even one.
  public init?(pixels: Int, side: Int = 1, evaluations: Int) {
    self.init(pixels: pixels, side: side, generations: evaluations / Self.population - 1)
    if generations < 1 { return nil }
  }

  /// Changes every start.
  ///
  /// - Parameters:
  ///   - starts: row-major bytes.
  ///   - shape: of one input: `[height, width, channels]` or `[features]`.
  public func run(
    _ victim: any Victim, starts: [UInt8], goals: [AttackGoal], shape: Shape, _ run: AttackRun
  ) throws -> AttackedRows {
    let width = victim.inputCount
    let grid = PixelGrid(shape)
    let genes = pixels * (2 + grid.channels * side * side)
    let size = Self.population
    return try run.rows(goals.count) { rows in
      let bases = Array(starts[rows.lowerBound * width..<rows.upperBound * width])
      var generators = rows.map { SeededGenerator(seed: run.seed, stream: 76, index: UInt64($0)) }
      let repeated = goals[rows].flatMap { [AttackGoal](repeating: $0, count: size) }
      func inputs(_ candidates: [[Float]]) -> [UInt8] {
        candidates.enumerated().flatMap { index, candidate in
          edited(bases[index / size * width..<(index / size + 1) * width], candidate, grid)
        }
      }
      var best = AttackedRows(
        inputs: bases, values: try victim.values(bases, goals: goals[rows]), evaluations: rows.count)
      var candidates = generators.indices.flatMap { row in
        (0..<size).map { _ in (0..<genes).map { _ in generators[row].uniform() } }
      }
      var asked = inputs(candidates)
      var fitness = try victim.values(asked, goals: repeated[...])
      keep(asked, fitness, width, &best)
      for _ in 0..<generations {
        let trials = candidates.indices.map { index in
          let row = index / size
          func other() -> [Float] { candidates[row * size + generators[row].next(below: size)] }
          let (a, b, c) = (other(), other(), other())
          return (0..<genes).map { Self.reflected(a[$0] + Self.factor * (b[$0] - c[$0])) }
        }
        asked = inputs(trials)
        let values = try victim.values(asked, goals: repeated[...])
        for index in trials.indices where values[index] >= fitness[index] {
          (candidates[index], fitness[index]) = (trials[index], values[index])
        }
        keep(asked, values, width, &best)
      }
      return best
    }
  }

  /// A start with the changes that a candidate stands for.
  private func edited(_ base: ArraySlice<UInt8>, _ genes: [Float], _ grid: PixelGrid) -> [UInt8] {
    var result = Array(base)
    let values = grid.channels * side * side
    for pixel in 0..<pixels {
      let first = pixel * (2 + values)
      let top = min(Int(genes[first] * Float(grid.height - min(side, grid.height) + 1)), grid.height - 1)
      let left = min(Int(genes[first + 1] * Float(grid.width - min(side, grid.width) + 1)), grid.width - 1)
      for value in 0..<values {
        let (y, x) = (top + value / grid.channels / side, left + value / grid.channels % side)
        guard y < grid.height, x < grid.width else { continue }
        result[(y * grid.width + x) * grid.channels + value % grid.channels] = UInt8(
          min(genes[first + 2 + value] * 256, 255))
      }
    }
    return result
  }

  /// Back into 0 ..< 1 from outside, by reflection.
  private static func reflected(_ x: Float) -> Float {
    let inside = x < 0 ? -x : x >= 1 ? 2 - x : x
    return min(max(inside, 0), 1 - 0x1p-24)
  }

  private func keep(_ inputs: [UInt8], _ values: [Double], _ width: Int, _ best: inout AttackedRows) {
    best.evaluations += values.count
    for (index, value) in values.enumerated() where value > best.values[index / Self.population] {
      let row = index / Self.population
      best.values[row] = value
      best.inputs.replaceSubrange(
        row * width..<(row + 1) * width, with: inputs[index * width..<(index + 1) * width])
    }
  }
}

import ScrupleNetwork

/// Random local search over the device's integers, without a gradient: a change is kept where it helps.
///
/// Most changes set a square of an image to the border of the region, smaller squares as time goes on (Andriushchenko
/// et al. 2020, *Square Attack*); others shift a square, or set one value. The schedule knows
/// nothing of the number of steps, so a longer search begins with the shorter one.
public struct IntegerSearch: Sendable {
  /// Where it may go: everything, or a ball by the largest change.
  public var region: InputRegion
  /// Proposals for each row.
  public var steps: Int

  /// Wraps both.
  public init(region: InputRegion, steps: Int) {
    self.region = region
    self.steps = steps
  }

  /// Searches from every start.
  ///
  /// - Parameters:
  ///   - starts: row-major bytes, inside the region.
  ///   - centers: the region's middles; the starts if nil.
  ///   - shape: of one input: `[height, width, channels]` or `[features]`.
  public func run(
    _ victim: any Victim, starts: [UInt8], centers: [UInt8]? = nil, goals: [AttackGoal], shape: Shape,
    _ run: AttackRun
  ) throws -> AttackedRows {
    let width = victim.inputCount
    let centers = centers ?? starts
    precondition(starts.count == goals.count * width && centers.count == starts.count, "one start per goal")
    let grid = PixelGrid(shape)
    let radius = region.byteRadius
    return try run.rows(goals.count) { rows in
      let part = rows.lowerBound * width..<rows.upperBound * width
      let middle = Array(centers[part])
      let inputs = Array(starts[part])
      var best = AttackedRows(
        inputs: inputs, values: try victim.values(inputs, goals: goals[rows]), evaluations: rows.count)
      var generators = rows.map { SeededGenerator(seed: run.seed, stream: 72, index: UInt64($0)) }
      for step in 0..<steps {
        var proposal = best.inputs
        for row in generators.indices {
          propose(
            &proposal, row * width, middle, radius, grid, share: Self.share(step), &generators[row])
        }
        best.keepBetter(
          AttackedRows(
            inputs: proposal, values: try victim.values(proposal, goals: goals[rows]),
            evaluations: rows.count))
      }
      return best
    }
  }

  /// The share of an image that a square covers at a step: 0.8, halved at steps 10, 50, 200, ….
  static func share(_ step: Int) -> Double {
    let halvings = [10, 50, 200, 500, 1000, 2000, 4000, 6000, 8000].count { step >= $0 }
    return 0.8 / Double(1 << halvings)
  }

  private func propose(
    _ inputs: inout [UInt8], _ start: Int, _ centers: [UInt8], _ radius: Int, _ grid: PixelGrid,
    share: Double, _ generator: inout SeededGenerator
  ) {
    let kind = generator.next(below: 8)
    if kind == 0 {
      let i = start + generator.next(below: grid.valueCount)
      let (low, high) = region.bounds(centers[i], radius)
      inputs[i] = UInt8(low + generator.next(below: high - low + 1))
      return
    }
    let places = grid.square(share: share, &generator)
    for channel in 0..<grid.channels {
      let shift = kind <= 2 ? generator.next(below: 65) - 32 : generator.next(below: 2) == 0 ? -255 : 255
      for place in places {
        let i = start + place * grid.channels + channel
        let (low, high) = region.bounds(centers[i], radius)
        inputs[i] = UInt8(min(max(Int(inputs[i]) + shift, low), high))
      }
    }
  }
}

/// The places of an input: an image's pixels, or a row's features.
struct PixelGrid: Sendable {
  let height, width, channels: Int

  init(_ shape: Shape) {
    let extents = shape.dimensions
    (height, width, channels) =
      extents.count == 3 ? (extents[0], extents[1], extents[2]) : (1, shape.count, 1)
  }

  var placeCount: Int { height * width }
  var valueCount: Int { height * width * channels }

  /// The pixels of a random square that covers about `share` of the image; of a table, as many neighbours.
  func square(share: Double, _ generator: inout SeededGenerator) -> [Int] {
    let area = max(1, (share * Double(placeCount)).rounded())
    let rows = height == 1 ? 1 : min(height, max(1, Int(area.squareRoot().rounded())))
    let columns = min(width, height == 1 ? Int(area) : max(1, Int(area.squareRoot().rounded())))
    let top = generator.next(below: height - rows + 1)
    let left = generator.next(below: width - columns + 1)
    return (top..<top + rows).flatMap { y in (left..<left + columns).map { y * width + $0 } }
  }
}

import ScrupleNetwork

/// An evolution of inputs for each row: children mix two parents and are mutated, the better half lives on (in the
/// manner of Nguyen, Yosinski and Clune 2015). It asks for nothing but probabilities.
public struct Evolution: Sendable {
  /// Individuals of each row.
  public static let population = 16
  /// Children in each generation of a row.
  public static let children = 8

  /// Rounds of selection.
  public var generations: Int

  /// So many generations.
  public init(generations: Int) { self.generations = generations }

  /// As many generations as a number of evaluations for each row allows; nil if not even one.
  public init?(evaluations: Int) {
    generations = (evaluations - Self.population) / Self.children
    if generations < 1 { return nil }
  }

  /// Evolves one population for each start.
  ///
  /// - Parameters:
  ///   - starts: row-major bytes: one individual of each population; the others are noise.
  ///   - shape: of one input: `[height, width, channels]` or `[features]`.
  public func run(
    _ victim: any Victim, starts: [UInt8], goals: [AttackGoal], shape: Shape, _ run: AttackRun
  ) throws -> AttackedRows {
    let width = victim.inputCount
    let grid = PixelGrid(shape)
    return try run.rows(goals.count) { rows in
      var generators = rows.map { SeededGenerator(seed: run.seed, stream: 75, index: UInt64($0)) }
      var populations = rows.map { [Array(starts[$0 * width..<($0 + 1) * width])] }
      for row in generators.indices {
        while populations[row].count < Self.population {
          populations[row].append((0..<width).map { _ in UInt8(generators[row].next(below: 256)) })
        }
      }
      func values(_ groups: [[[UInt8]]]) throws -> [[Double]] {
        let size = groups.first?.count ?? 0
        let repeated = goals[rows].flatMap { [AttackGoal](repeating: $0, count: size) }
        let flat = try victim.values(groups.flatMap { $0.flatMap(\.self) }, goals: repeated[...])
        return groups.indices.map { Array(flat[$0 * size..<($0 + 1) * size]) }
      }
      var fitness = try values(populations)
      for row in populations.indices { Self.sort(&populations[row], &fitness[row]) }
      for _ in 0..<generations {
        let born = populations.indices.map { row in
          (0..<Self.children).map { _ in Self.child(of: populations[row], grid, &generators[row]) }
        }
        let young = try values(born)
        for row in populations.indices {
          populations[row] = Array(populations[row].prefix(Self.population - Self.children)) + born[row]
          fitness[row] = Array(fitness[row].prefix(Self.population - Self.children)) + young[row]
          Self.sort(&populations[row], &fitness[row])
        }
      }
      return AttackedRows(
        inputs: populations.flatMap { $0[0] }, values: fitness.map { $0[0] },
        evaluations: rows.count * (Self.population + generations * Self.children))
    }
  }

  /// The best first; among equals the order stays.
  private static func sort(_ population: inout [[UInt8]], _ fitness: inout [Double]) {
    let order = fitness.indices.sorted { (fitness[$0], $1) > (fitness[$1], $0) }
    population = order.map { population[$0] }
    fitness = order.map { fitness[$0] }
  }

  /// A rectangle of one parent in another, then up to four squares or single values changed.
  private static func child(
    of population: [[UInt8]], _ grid: PixelGrid, _ generator: inout SeededGenerator
  ) -> [UInt8] {
    let parents = population.prefix(Self.population - Self.children)
    var child = parents[generator.next(below: parents.count)]
    let other = parents[generator.next(below: parents.count)]
    for place in grid.square(share: Double(generator.uniform(0, 0.6)), &generator) {
      for channel in 0..<grid.channels {
        child[place * grid.channels + channel] = other[place * grid.channels + channel]
      }
    }
    for _ in 0...generator.next(below: 4) {
      let share = Double(generator.uniform()) * Double(generator.uniform()) * 0.3
      let places = grid.square(share: share, &generator)
      for channel in 0..<grid.channels {
        let replaces = generator.next(below: 2) == 0
        let value = generator.next(below: 256)
        let shift = generator.next(below: 129) - 64
        for place in places {
          let i = place * grid.channels + channel
          child[i] = UInt8(replaces ? value : min(max(Int(child[i]) + shift, 0), 255))
        }
      }
    }
    return child
  }
}

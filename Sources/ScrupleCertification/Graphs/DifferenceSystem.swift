/// All differences between program and twin that a whole network makes, and how each follows from the ones before it.
///
/// A *unit* is a number `d_u = θ_u·(Σ_k a_uk·d_k + r_u)` with some `θ_u` in [0, 1] and some `r_u` in ±`radius` that depend
/// on the input in a way that nobody has to know, `k` running over earlier units. What it stands for:
///
/// - The difference `â − a` behind a clip. Rounding to whole steps and clipping at whole steps commute, so the program's
///   rounding may be moved ahead of the clip, into `r`. A value that is off has no unit: it has no difference, rounded or not.
/// - A rounding that nothing clips (a mean's, say): a unit with an empty row.
/// - Half of a maximum: `max(a, b) = a + relu(b − a)`, so the difference of a maximum of two is `d_a + θ·(d_b − d_a)`. Larger
///   windows are trees of these.
///
/// The differences of a layer's values are linear combinations of units.
struct DifferenceSystem: Sendable {
  /// Linear combinations of units, one for each of several values.
  struct Expressions: Sendable {
    var rows = SparseRows()
    /// How far each may be from the meant one, for rounded coefficients.
    var errors: [Double] = []
    /// Whether each is a unit of its own, or nothing.
    var isDirect = false

    mutating func append(_ entries: [(column: Int, value: Double)] = [], error: Double = 0) {
      rows.append(entries)
      errors.append(error)
    }
  }

  /// The coefficients `a`, one row a unit.
  private(set) var rows = SparseRows()
  /// The same by columns: who reads a unit.
  private(set) var readers = SparseRows()
  /// Bounds of `|r_u|`, errors of the coefficients included.
  private(set) var radii: [Double] = []
  /// Bounds of `|d_u|`, from propagation by absolute values.
  private(set) var bounds: [Double] = []
  /// The last row of the input image that has a part in a unit: units with equal numbers are close to each other.
  private(set) var places: [Int] = []
  /// Ranges of units that don't read each other.
  private(set) var levels: [Range<Int>] = []
  /// The differences of each step's outputs.
  private(set) var outputs: [Expressions] = []
  /// More coefficients are more than these proofs are for.
  private static let largestSize = 1 << 25

  var count: Int { radii.count }

  /// Whether a unit is any number within its radius, whatever the others are.
  func isFree(_ unit: Int) -> Bool { rows.entries(of: unit).isEmpty }

  /// - Parameters:
  ///   - differences: what is known of the hidden steps by absolute values.
  ///   - inputRadius: what the inputs differ by.
  /// - Returns: nil if it became too large.
  init?(_ pair: GraphPair, differences: [StepDifference], inputRadius: Double) {
    let inputCount = pair.program.inputCount
    var input = Expressions()
    input.isDirect = true
    let inputPlaces: [Int]
    if case .image(_, let width, let channels) = pair.twin.input.kind {
      inputPlaces = (0..<inputCount).map { $0 / (width * channels) }
    } else {
      inputPlaces = [Int](repeating: 0, count: inputCount)
    }
    for index in 0..<inputCount {
      if inputRadius > 0 {
        input.append([(addUnit(radius: inputRadius, bound: inputRadius, place: inputPlaces[index]), 1)])
      } else {
        input.append()
      }
    }
    endLevel()
    var stepPlaces: [[Int]] = []
    for (step, difference) in zip(pair.steps.dropLast(), differences) {
      let read = step.sources.map { $0 < 0 ? input : outputs[$0] }
      let places = step.places(step.sources.map { $0 < 0 ? inputPlaces : stepPlaces[$0] })
      if case .maximum(let map) = step.operation {
        let source = step.sources[0]
        let known =
          source < 0 ? [Double](repeating: inputRadius, count: inputCount) : differences[source].leaving
        addMaxima(map, reading: read[0], bounds: known, places: places)
      } else {
        add(step, difference, reading: read, places: places)
      }
      stepPlaces.append(places)
      if rows.entryCount > Self.largestSize { return nil }
    }
    readers = rows.transposed(columnCount: count)
  }

  /// A linear combination of expressions.
  ///
  /// - Parameter roundings: in each weight.
  /// - Returns: its coefficients, and a bound on what rounding makes of its value.
  func combination(
    _ weights: [(input: Int, weight: Double)], of expressions: Expressions, roundings: Int = 0
  ) -> (entries: [(column: Int, value: Double)], error: Double) {
    var entries: [(column: Int, value: Double)] = []
    var error = 0.0
    for (input, weight) in weights {
      error += abs(weight) * expressions.errors[input]
      for entry in expressions.rows.entries(of: input) {
        entries.append((Int(expressions.rows.columns[entry]), weight * expressions.rows.values[entry]))
      }
    }
    if expressions.isDirect, roundings == 0 {
      return (entries, Slack.up(error, operations: weights.count + 1))
    }
    let magnitude = entries.reduce(0) { $0 + abs($1.value) * bounds[$1.column] }
    error += Slack.gamma(entries.count + roundings + 2) * magnitude
    entries.sort { $0.column < $1.column }
    var merged: [(column: Int, value: Double)] = []
    for entry in entries {
      if let last = merged.last, last.column == entry.column {
        merged[merged.count - 1].value += entry.value
      } else {
        merged.append(entry)
      }
    }
    return (
      merged.filter { $0.value != 0 },
      Slack.up(error, operations: weights.count + entries.count + roundings + 4)
    )
  }
}

extension DifferenceSystem {
  private mutating func addUnit(
    _ entries: [(column: Int, value: Double)] = [], radius: Double, bound: Double, place: Int
  ) -> Int {
    rows.append(entries)
    radii.append(radius)
    bounds.append(bound)
    places.append(place)
    return count - 1
  }

  private mutating func endLevel() {
    let start = levels.last?.upperBound ?? 0
    if count > start { levels.append(start..<count) }
  }

  /// Units of kernels, means and sums.
  private mutating func add(
    _ step: GraphStep, _ difference: StepDifference, reading sources: [Expressions], places: [Int]
  ) {
    // Values that no clip changes for any input stay linear, if that is so for the whole step.
    let isLinear = !difference.states.contains(.unstable)
    var result = Expressions()
    result.isDirect = !isLinear
    for (output, state) in difference.states.enumerated() {
      guard state == .active || state == .unstable else {
        result.append()
        continue
      }
      var (entries, error) = row(of: step, output, reading: sources)
      let own = Slack.up(difference.own[output] + error, operations: 1)
      let bound = min(difference.leaving[output], step.widestDifference)
      if isLinear {
        if difference.own[output] > 0 {
          let unit = addUnit(
            radius: difference.own[output], bound: difference.own[output], place: places[output])
          entries.append((unit, 1))
        }
        result.append(entries, error: error)
      } else {
        result.append([(addUnit(entries, radius: own, bound: bound, place: places[output]), 1)])
      }
    }
    endLevel()
    outputs.append(result)
  }

  private func row(
    of step: GraphStep, _ output: Int, reading sources: [Expressions]
  ) -> (entries: [(column: Int, value: Double)], error: Double) {
    switch step.operation {
    case .kernel(let kernel):
      return combination(kernel.map.entries(kernel.weights, of: output), of: sources[0])
    case .average(let map, _):
      let weight = 1 / Double(map.area)
      return combination(map.window(of: output).map { ($0, weight) }, of: sources[0], roundings: 1)
    case .addition:
      var both = Expressions()
      for expressions in sources {
        both.append(expressions.rows.list(output), error: expressions.errors[output])
      }
      return combination([(0, 1), (1, 1)], of: both)
    case .maximum: return ([], 0)
    }
  }

  /// A tree of units for each window: pairs, pairs of pairs and so on.
  private mutating func addMaxima(
    _ map: PatchMap, reading source: Expressions, bounds known: [Double], places: [Int]
  ) {
    // Maxima that are known, and which of them are left of each window.
    var (nodes, nodeBounds) = (source, known)
    var windows = (0..<map.outputCount).map { map.window(of: $0) }
    repeat {
      var (next, nextBounds): (Expressions, [Double]) = (Expressions(), [])
      for (output, window) in windows.enumerated() {
        windows[output] = stride(from: 0, to: window.count, by: 2).map { index in
          let a = window[index]
          var larger = nodes.rows.list(a)
          if index + 1 < window.count {
            let b = window[index + 1]
            let (entries, error) = combination([(a, -1), (b, 1)], of: nodes)
            if !entries.isEmpty || error > 0 {
              let bound = Slack.up(nodeBounds[a] + nodeBounds[b], operations: 1)
              larger.append((addUnit(entries, radius: error, bound: bound, place: places[output]), 1))
            }
            nextBounds.append(max(nodeBounds[a], nodeBounds[b]))
          } else {
            nextBounds.append(nodeBounds[a])
          }
          next.append(larger, error: nodes.errors[a])
          return nextBounds.count - 1
        }
      }
      (nodes, nodeBounds) = (next, nextBounds)
      endLevel()
    } while windows.contains { $0.count > 1 }
    var result = Expressions()
    for window in windows {
      if let last = window.first {
        result.append(nodes.rows.list(last), error: nodes.errors[last])
      } else {
        result.append()
      }
    }
    outputs.append(result)
  }
}

extension GraphStep {
  /// No two values of the step are farther apart.
  fileprivate var widestDifference: Double {
    guard let output else { return .infinity }
    return Double(output.limit) * (output.zeroPoint == 0 ? 1 : 2)
  }

  /// The last row of the input that has a part in each output.
  fileprivate func places(_ sources: [[Int]]) -> [Int] {
    switch operation {
    case .kernel(let kernel): kernel.map.largest(of: sources[0])
    case .average(let map, _), .maximum(let map): map.largest(of: sources[0])
    case .addition: zip(sources[0], sources[1]).map { max($0, $1) }
    }
  }
}

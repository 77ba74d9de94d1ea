import Foundation
import ScrupleNetwork

/// Projected gradient ascent on a float network (Goodfellow et al. 2015, Kurakin et al. 2017, Madry et al. 2018).
///
/// Gradient and value are taken at the input that the device would read, the nearest bytes to the point that moves, so
/// that what is found holds on the device's inputs. The best of all points on the way is kept.
public struct GradientAscent: Sendable {
  /// Where it may go.
  public var region: InputRegion
  /// Gradient steps.
  public var steps: Int
  /// The length of the first step, normalized: of each value for regions by the largest change, of the whole
  /// step for Euclidean ones.
  public var firstStep: Float
  /// The length of the last step; between the two it shrinks geometrically.
  public var lastStep: Float
  /// How much of the earlier directions is kept (Dong et al. 2018); 0 for none.
  public var momentum: Float
  /// Where the gradient is exactly zero, go in a random direction instead of staying: what trained its
  /// gradients away is not safe for that.
  public var wanders: Bool

  /// Steps of equal length, unless told otherwise.
  public init(
    region: InputRegion, steps: Int, firstStep: Float, lastStep: Float? = nil, momentum: Float = 0,
    wanders: Bool = false
  ) {
    self.region = region
    self.steps = steps
    self.firstStep = firstStep
    self.lastStep = lastStep ?? firstStep
    self.momentum = momentum
    self.wanders = wanders
  }

  /// The fast gradient sign method: one step to the border of the region.
  public static func single(_ region: InputRegion) -> GradientAscent {
    let radius: Float =
      switch region {
      case .everything: 1
      case .maximumNorm(let radius), .euclidean(let radius): radius
      }
    return GradientAscent(region: region, steps: 1, firstStep: radius)
  }

  /// Climbs from every start.
  ///
  /// - Parameters:
  ///   - network: whose gradient is followed.
  ///   - starts: row-major bytes; they are moved into the region first.
  ///   - centers: the region's middles, row-major bytes; the starts if nil.
  ///   - goals: one per row.
  ///   - judge: who tells how good a point is: the int8 program, or the network itself if nil.
  public func run(
    _ network: Network, starts: [UInt8], centers: [UInt8]? = nil, goals: [AttackGoal],
    judge: (any Victim)? = nil, _ run: AttackRun
  ) throws -> AttackedRows {
    let width = network.input.count
    let centers = centers ?? starts
    precondition(starts.count == goals.count * width && centers.count == starts.count, "one start per goal")
    return try run.rows(goals.count) { rows in
      let part = rows.lowerBound * width..<rows.upperBound * width
      var climb = Climb(
        ascent: self, network: network, goals: goals[rows], centers: Array(centers[part]),
        x: InputDescription.normalized(Array(starts[part])),
        generators: rows.map { SeededGenerator(seed: run.seed, stream: 71, index: UInt64($0)) })
      return try climb.run(judge)
    }
  }
}

/// The state of one chunk of rows.
private struct Climb {
  let ascent: GradientAscent
  let network: Network
  let goals: ArraySlice<AttackGoal>
  let centers: [UInt8]
  var x: [Float]
  var generators: [SeededGenerator]
  var bytes: [UInt8] = []
  var direction: [Float] = []

  mutating func run(_ judge: (any Victim)?) throws -> AttackedRows {
    bytes = [UInt8](repeating: 0, count: x.count)
    direction = [Float](repeating: 0, count: x.count)
    var best: AttackedRows?
    for step in 0...ascent.steps {
      project()
      let (gradient, own) = gradientAndValues(wantsGradient: step < ascent.steps)
      let found = AttackedRows(
        inputs: bytes, values: try judge?.values(bytes, goals: goals) ?? own, evaluations: goals.count)
      if best == nil { best = found } else { best?.keepBetter(found) }
      if step == ascent.steps { break }
      let share = ascent.steps > 1 ? Float(step) / Float(ascent.steps - 1) : 0
      move(gradient, length: ascent.firstStep * pow(ascent.lastStep / ascent.firstStep, share))
    }
    return best ?? AttackedRows(inputs: [], values: [])
  }

  private mutating func project() {
    let width = network.input.count
    x.withUnsafeMutableBufferPointer { x in
      bytes.withUnsafeMutableBufferPointer { bytes in
        centers.withUnsafeBufferPointer { centers in
          for start in stride(from: 0, to: x.count, by: width) {
            ascent.region.project(
              UnsafeMutableBufferPointer(rebasing: x[start..<start + width]),
              center: UnsafeBufferPointer(rebasing: centers[start..<start + width]),
              into: UnsafeMutableBufferPointer(rebasing: bytes[start..<start + width]))
          }
        }
      }
    }
  }

  /// The goals' gradient at the bytes, and the network's own values there.
  private func gradientAndValues(wantsGradient: Bool) -> (gradient: [Float], values: [Double]) {
    let inputs = InputDescription.normalized(bytes)
    let classes = network.classCount
    var values: [Double] = []
    func fill(_ logits: UnsafeBufferPointer<Float>, _ gradient: UnsafeMutableBufferPointer<Float>) {
      for start in stride(from: 0, to: logits.count, by: classes) {
        values.append(
          goals[goals.startIndex + values.count].value(
            UnsafeBufferPointer(rebasing: logits[start..<start + classes]),
            gradient: UnsafeMutableBufferPointer(rebasing: gradient[start..<start + classes])))
      }
    }
    guard wantsGradient else {
      var scratch = [Float](repeating: 0, count: goals.count * classes)
      network.logits(inputs, count: goals.count).withUnsafeBufferPointer { logits in
        scratch.withUnsafeMutableBufferPointer { fill(logits, $0) }
      }
      return ([], values)
    }
    let gradient = network.inputGradient(inputs, count: goals.count, logitGradient: fill)
    return (gradient, values)
  }

  private mutating func move(_ gradient: [Float], length: Float) {
    let width = network.input.count
    for row in goals.indices.map({ $0 - goals.startIndex }) {
      let range = row * width..<(row + 1) * width
      var isEuclidean = false
      if case .euclidean = ascent.region { isEuclidean = true }
      let size = gradient[range].reduce(Float(0)) { $0 + (isEuclidean ? $1 * $1 : abs($1)) }
      let norm = isEuclidean ? size.squareRoot() : size
      if norm > 0 {
        for i in range { direction[i] = ascent.momentum * direction[i] + gradient[i] / norm }
      } else if ascent.wanders {
        for i in range { direction[i] = generators[row].uniform(-1, 1) }
      } else {
        for i in range { direction[i] *= ascent.momentum }
      }
      if isEuclidean {
        let whole = direction[range].reduce(Float(0)) { $0 + $1 * $1 }.squareRoot()
        guard whole > 0 else { continue }
        for i in range { x[i] += length * direction[i] / whole }
      } else {
        for i in range where direction[i] != 0 { x[i] += direction[i] > 0 ? length : -length }
      }
    }
  }
}

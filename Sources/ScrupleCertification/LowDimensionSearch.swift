import Foundation
import ScrupleNetwork

/// Certificate D for three and four features: the largest change of a class's probability over a box, between
/// the worst input found and a proved bound.
public struct LowDimensionCertificate: Equatable, Sendable, Codable {
  /// The largest change found, and where.
  public var found: ExhaustiveCertificate.Extreme
  /// No input changes a probability by more, for exact softmax on both sides.
  public var bound: Double
  /// Number of inputs that the bound is about.
  public var inputs: Double
  /// Boxes bounded.
  public var boxes: Int
  /// Inputs looked at one by one.
  public var scanned: Int
  /// Inputs evaluated with both models.
  public var evaluated: Int

  /// An upper bound of the change of any probability on the device, whose softmax is rounded.
  public var probabilityBound: Double { (bound + ProbabilityBound.headError).nextUp }
  /// `bound ÷ found`.
  public var ratio: Double { bound / found.value }
}

/// Best-first branch and bound.
///
/// Boxes are bounded by `SmallBoxBounder` and split in two, those with the largest bound first. Small ones
/// are gone through input by input: `LeafScan` picks those whose first-layer roundings can add up to enough,
/// and these are evaluated. What cannot exceed `goal` times the worst input found so far is dropped. Anytime:
/// stopped early, the bound is the largest that is left.
public final class LowDimensionSearch {
  /// What the search knows at one moment.
  public struct State: Sendable {
    /// The largest change found.
    public let found: Double
    /// The bound proved so far.
    public let bound: Double
    /// Boxes bounded so far.
    public let boxes: Int
    /// Boxes that wait.
    public let waiting: Int
  }

  private let pair: ModelPair
  private let box: InputBox
  private let goal: Double
  /// The search ends when this is proved, too.
  private let target: Double
  private let slack: Double
  private var queue = BoxQueue()
  private var found = ExhaustiveCertificate.Extreme(value: 0, input: [], classIndex: 0)
  /// The largest change that something dropped may still have.
  private var dropped = 0.0
  private var boxes = 0
  private var scanned = 0
  private var evaluated = 0

  /// - Parameters:
  ///   - box: nil for every input.
  ///   - goal: the search ends when the bound is at most this times the worst input found; at least 1.
  ///   - target: the search ends when no input can change a probability by more than this, too.
  public init(
    _ pair: ModelPair, box: InputBox? = nil, goal: Double = 1, target: Double = 0
  ) throws(CertificationError) {
    let box = box ?? .whole(inputs: pair.program.inputCount)
    guard box.ranges.count == pair.program.inputCount else {
      throw .region(reason: "a box of \(box.ranges.count) features for \(pair.program.inputCount) inputs")
    }
    guard box.ranges.count <= 4 else { throw .tooManyInputs(count: box.ranges.count, limit: 4) }
    self.pair = pair
    self.box = box
    self.goal = max(goal, 1)
    self.target = target - pair.evaluationSlack * 1.01
    slack = pair.evaluationSlack
  }

  /// Searches until the goal is reached, the time is up, or `progress` returns false.
  public func run(
    seconds: Double = .infinity, progress: (State) -> Bool = { _ in true }
  ) -> LowDimensionCertificate {
    let clock = ContinuousClock()
    let start = clock.now
    var last = start
    let cores = max(1, ProcessInfo.processInfo.activeProcessorCount)
    let workers = (0..<cores).map { _ in SearchWorker(pair) }
    warmUp(workers[0])
    let low = SIMD4<UInt8>(box.ranges.map(\.lowerBound))
    let high = SIMD4<UInt8>(box.ranges.map(\.upperBound))
    queue.push(BoxNode(low: low, high: high, bound: 1))
    while let top = queue.largest, top > threshold {
      let batch = queue.pop(2048)
      work(on: batch, workers)
      let now = clock.now
      if (now - start) / .seconds(1) > seconds { break }
      if now - last > .milliseconds(200) {
        last = now
        if !progress(state) { break }
      }
    }
    _ = progress(state)
    return LowDimensionCertificate(
      found: found, bound: state.bound, inputs: exp2(box.bits), boxes: boxes, scanned: scanned,
      evaluated: evaluated)
  }

  /// What cannot exceed this may be dropped.
  private var threshold: Double { max(found.value * goal, target) }

  private var state: State {
    // What was dropped may have as much as its threshold; what waits as much as its bound; what was found is
    // exact up to its evaluation.
    let bound = max(queue.largest ?? 0, dropped, found.value)
    return State(
      found: found.value, bound: min(1, (bound + slack).nextUp), boxes: boxes, waiting: queue.count)
  }

  private func work(on batch: [BoxNode], _ workers: [SearchWorker]) {
    let threshold = threshold
    // Neighbours in the queue cost alike: deal them out in turn.
    let shares = workers.indices.map { index in
      stride(from: index, to: batch.count, by: workers.count).map { batch[$0] }
    }
    let features = box.ranges.count
    let tasks = Array(zip(workers, shares))
    let results = Parallel.map(tasks) { worker, nodes in
      worker.process(nodes, features: features, threshold: threshold)
    }
    for result in results {
      for node in result.nodes { queue.push(node) }
      if result.found.value > found.value { found = result.found }
      dropped = max(dropped, result.dropped)
      boxes += result.boxes
      scanned += result.scanned
      evaluated += result.evaluated
    }
  }

  /// A first worst input: random ones, and from the worst of them step by step uphill.
  private func warmUp(_ worker: SearchWorker) {
    var generator = SeededGenerator(seed: 1)
    var candidates: [(value: Double, input: [UInt8])] = []
    for _ in 0..<20_000 {
      let input = box.ranges.map { UInt8(Int($0.lowerBound) + generator.next(below: $0.count)) }
      candidates.append((worker.change(at: input, &found), input))
    }
    candidates.sort { $0.value > $1.value }
    for candidate in candidates.prefix(32) {
      var (value, input) = candidate
      for _ in 0..<1500 {
        var next = input
        for _ in 0..<1 + generator.next(below: 3) {
          let index = generator.next(below: next.count)
          let range = box.ranges[index]
          let moved = Int(next[index]) + generator.next(below: 13) - 6
          next[index] = UInt8(min(max(moved, Int(range.lowerBound)), Int(range.upperBound)))
        }
        let changed = worker.change(at: next, &found)
        if changed >= value { (value, input) = (changed, next) }
      }
    }
    evaluated += 20_000 + 32 * 1500
  }
}

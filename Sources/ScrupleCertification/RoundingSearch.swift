import Foundation
import ScrupleNetwork
import ScrupleQuantization
import ScrupleRuntime

/// Searches for an input at which the roundings of all hidden neurons pull one logit difference the same way:
/// local search over single input bytes.
///
/// A change of one byte changes the first layer's accumulators by one column of weights, so a step costs the
/// first layer's width and whatever lies behind it, not the whole network. The objective is the gap of one
/// pair of classes, plus a small reward for neurons that are between their clips (a neuron that is off rounds
/// nothing).
struct RoundingSearch {
  private let pair: ModelPair
  private let box: InputBox
  /// `columns[i·n + k]`: integer weight of input `i` to channel `k` of the first layer.
  private let columns: [Int32]
  private let width: Int
  private let first: ModelPair.PairedLayer
  private let rest: [ModelPair.PairedLayer]
  /// What the objective pays for each first-layer neuron's distance from its clips.
  private let reach: [Double]
  private let classes: (first: Int, second: Int)

  private(set) var input: [UInt8]
  private var accumulators: [Int32]
  private(set) var evaluations = 0

  /// - Parameter classes: the search makes `(device − twin)` of the first class minus that of the second
  ///   large.
  init(_ pair: ModelPair, box: InputBox, classes: (first: Int, second: Int), start: [UInt8]) {
    self.pair = pair
    self.box = box
    self.classes = classes
    first = pair.layers[0]
    rest = Array(pair.layers.dropFirst())
    width = first.twin.outputs
    let inputs = first.twin.inputs
    var columns = [Int32](repeating: 0, count: inputs * width)
    for channel in 0..<width {
      for index in 0..<inputs {
        columns[index * width + channel] = Int32(first.program.weights[channel * inputs + index])
      }
    }
    self.columns = columns
    reach = pair.sensitivities(of: classes)
    input = start
    accumulators = first.program.accumulators(of: start).map { Int32($0) }
  }

  /// Gap of the pair at the current accumulators, and the reward for neurons within their clips.
  private func score(_ accumulators: [Int32], reward: Double) -> Double {
    guard let limit = first.limit.map(Double.init) else { return 0 }
    var bytes = [Int32](repeating: 0, count: width)
    var reals = [Double](repeating: 0, count: width)
    var distance = 0.0
    let step = limit / 255
    for channel in 0..<width {
      let real =
        Double(accumulators[channel]) * first.constants.steps[channel].value
        + first.constants.biasResiduals[channel]
      let scaled = requantize(
        accumulators[channel], shift: Int32(first.program.preShift),
        multiplier: first.program.multipliers[channel])
      bytes[channel] = min(max(scaled, 0), 255)
      reals[channel] = min(max(real, 0), limit)
      if reward > 0 {
        distance += reach[channel] * max(step - real, real - limit + step, 0)
      }
    }
    return gap(bytes: bytes, reals: reals) - reward * distance
  }

  /// The gap of the pair for given outputs of the first layer.
  private func gap(bytes: [Int32], reals: [Double]) -> Double {
    var (bytes, reals) = (bytes, reals)
    for layer in rest.dropLast() {
      let (inputs, outputs, limit) = (layer.twin.inputs, layer.twin.outputs, Double(layer.limit ?? 0))
      var nextBytes = [Int32](repeating: 0, count: outputs)
      var nextReals = [Double](repeating: 0, count: outputs)
      for channel in 0..<outputs {
        let (accumulator, real) = Self.sums(layer, channel, inputs, bytes, reals)
        let scaled = requantize(
          accumulator, shift: Int32(layer.program.preShift), multiplier: layer.program.multipliers[channel])
        nextBytes[channel] = min(max(scaled, 0), 255)
        nextReals[channel] = min(max(real, 0), limit)
      }
      (bytes, reals) = (nextBytes, nextReals)
    }
    guard let head = rest.last else { return 0 }
    let unit = exp2(-Double(pair.program.fractionBits)) * log(2)
    func change(_ k: Int) -> Double {
      let (accumulator, real) = Self.sums(head, k, head.twin.inputs, bytes, reals)
      return Double(accumulator) * Double(head.program.multipliers[k]) * unit - real
        / Double(pair.twin.temperature)
    }
    return change(classes.first) - change(classes.second)
  }

  private static func sums(
    _ layer: ModelPair.PairedLayer, _ channel: Int, _ inputs: Int, _ bytes: [Int32], _ reals: [Double]
  ) -> (Int32, Double) {
    var accumulator = layer.program.bias[channel]
    var real = Double(layer.twin.bias[channel])
    for index in 0..<inputs {
      accumulator &+= Int32(layer.program.weights[channel * inputs + index]) &* bytes[index]
      real += Double(layer.twin.weight[channel * inputs + index]) * reals[index]
    }
    return (accumulator, real)
  }

  /// Improves the input step by step: any byte may become any other of its box at first, then mostly a near
  /// one.
  ///
  /// The reward for neurons within their clips sinks to nothing over the first half of the steps. Now and
  /// then a slightly worse step is taken (simulated annealing), with a temperature that sinks to zero.
  ///
  /// - Parameter isFine: only small steps, and only for the better: for a start that is already good.
  /// - Returns: the largest gap seen, and where.
  mutating func run(
    steps: Int, isFine: Bool = false, generator: inout SeededGenerator
  ) -> (gap: Double, input: [UInt8]) {
    var reward = isFine ? 0.0 : 1.0
    var current = score(accumulators, reward: reward)
    var best = (gap: score(accumulators, reward: 0), input: input)
    var candidate = accumulators
    for step in 0..<steps {
      let progress = isFine ? 1 : Double(step) / Double(steps)
      if !isFine, step % max(steps / 40, 1) == 0 {
        reward = max(0, 1 - 2 * progress)
        current = score(accumulators, reward: reward)
      }
      let moves = (0..<(isFine ? 1 + generator.next(below: 3) : 1)).compactMap { _ in
        move(reach: isFine ? 2 : 4, wideShare: isFine ? 0 : max(0.05, 1 - 1.5 * progress), &generator)
      }
      if moves.isEmpty || Set(moves.map(\.index)).count < moves.count { continue }
      candidate = accumulators
      for (index, new) in moves {
        let delta = Int32(new) - Int32(input[index])
        for channel in 0..<width { candidate[channel] &+= columns[index * width + channel] &* delta }
      }
      let next = score(candidate, reward: reward)
      evaluations += 1
      let temperature = 0.002 * max(abs(best.gap), 1e-6) * max(0, 0.8 - progress)
      if next >= current
        || (temperature > 0 && generator.uniform() < Float(exp((next - current) / temperature)))
      {
        current = next
        for (index, new) in moves { input[index] = new }
        swap(&accumulators, &candidate)
        if reward == 0, next > best.gap { best = (next, input) }
      }
    }
    let final = score(accumulators, reward: 0)
    if final > best.gap { best = (final, input) }
    return best
  }

  /// A random change of one byte; nil for none.
  private func move(
    reach: Int, wideShare: Double, _ generator: inout SeededGenerator
  ) -> (index: Int, new: UInt8)? {
    let index = generator.next(below: input.count)
    let (low, high) = (Int(box.ranges[index].lowerBound), Int(box.ranges[index].upperBound))
    let old = Int(input[index])
    let new =
      Double(generator.uniform()) < wideShare
      ? low + generator.next(below: high - low + 1)
      : min(max(old + generator.next(below: 2 * reach + 1) - reach, low), high)
    return new == old ? nil : (index, UInt8(new))
  }
}

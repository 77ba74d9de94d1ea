import Foundation
import ScrupleNetwork

/// Goes backwards through a network: from a point of its narrowest hidden layer at which it is sure of a class to an input
/// that leads there, by pseudo-inverses ("I Pity the fool", 2017).
///
/// Two ways are tried in each round. Layer by layer: the activation's inverse, then the weights' pseudo-inverse, each time
/// the smallest change of what came in. And in one step: the pseudo-inverse of the Jacobian of all layers up to
/// there (Gauss and Newton), for where squashed neurons make the first way crooked. What has to be cut off (pixels have a
/// range, ReLUs give nothing negative) is made up for in the next round. The changes are small, so the images look
/// like what they were before.
public struct Inversion: Sendable {
  /// How much of each way is tried.
  private static let parts = [1, 0.3, 0.1, 0.03]
  /// Questions in a round.
  static let questions = 2 * parts.count
  /// Rounds after the best one before it gives up.
  private static let patience = 4
  /// Changes and cuttings-off for one layer.
  private static let projections = 20

  /// How often the way is gone, at most.
  public var rounds: Int
  /// It ends where the probability is at least this.
  public var confidence: Double

  /// So many rounds.
  public init(rounds: Int = 30, confidence: Double = 0.999) {
    (self.rounds, self.confidence) = (rounds, confidence)
  }

  /// Whether the network is one that can be gone through backwards: dense layers only.
  public static func applies(to network: Network) -> Bool { DenseChain(network) != nil }

  /// Goes backwards to every start.
  ///
  /// - Parameters:
  ///   - starts: row-major bytes: inputs that are changed as little as possible.
  ///   - goals: one per row; `surest` takes the class that the start is nearest to.
  ///   - judge: who tells how good an input is; the network itself if nil.
  /// - Returns: nil for a network with other layers than dense ones.
  public func run(
    _ network: Network, starts: [UInt8], goals: [AttackGoal], judge: (any Victim)? = nil, _ run: AttackRun
  ) throws -> AttackedRows? {
    guard let chain = DenseChain(network) else { return nil }
    let victim = judge ?? FloatVictim(network)
    let inverses = chain.steps.map { PseudoInverse($0.weight, rows: $0.outputs, columns: $0.inputs) }
    let width = network.input.count
    return try run.rows(goals.count) { rows in
      var inputs: [UInt8] = []
      var values: [Double] = []
      var evaluations = 0
      for row in rows {
        var x = starts[row * width..<(row + 1) * width].map { Double($0) / 255 }
        var best = (input: [UInt8](), value: -Double.infinity)
        /// Asks about a point; its value.
        func ask(_ x: [Double]) throws -> Double {
          let bytes = x.map { UInt8(($0 * 255).rounded()) }
          let value = try victim.values(bytes, goals: goals[row...row])[0]
          evaluations += 1
          if value > best.value { best = (bytes, value) }
          return value
        }
        var value = try ask(x)
        var last = (value: value, rounds: 0)
        for _ in 0..<rounds where value < log(confidence) && last.rounds < Self.patience {
          // The part of a way that leads highest.
          var reached = (x: x, value: -Double.infinity)
          for move in ways(back: x, chain, inverses, goals[row]) {
            for part in Self.parts {
              let point = zip(x, move).map { min(max($0 + part * $1, 0), 1) }
              let there = try ask(point)
              if there > reached.value { reached = (point, there) }
            }
          }
          (x, value) = reached
          last = value > last.value ? (value, 0) : (last.value, last.rounds + 1)
        }
        inputs += best.input
        values.append(best.value)
      }
      return AttackedRows(inputs: inputs, values: values, evaluations: evaluations)
    }
  }

  /// One way forward, and the changes of the input that lead back to where the rest is sure: layer by layer, and
  /// in one step, this one scaled so that the largest change is 1.
  private func ways(
    back x: [Double], _ chain: DenseChain, _ inverses: [PseudoInverse], _ goal: AttackGoal
  ) -> [[Double]] {
    var outputs = [x]
    for step in chain.steps {
      outputs.append(step.preActivation(outputs[outputs.count - 1]).map { step.activation($0) })
    }
    let narrowest = chain.narrowestHidden ?? chain.steps.count - 1
    let here = outputs[narrowest + 1]
    let sure = HiddenPoint(chain, after: narrowest, confidence: confidence).sure(of: goal, from: here)
    var wanted = sure
    for layer in (0...narrowest).reversed() {
      let range = layer == 0 ? 0...1 : chain.steps[layer - 1].activation.reachable
      wanted = preimage(
        of: wanted, under: chain.steps[layer], inverses[layer], near: outputs[layer], in: range)
    }
    let jacobian = jacobian(chain.steps[...narrowest], outputs: outputs)
    let joint = PseudoInverse(jacobian, rows: here.count, columns: x.count)(zip(sure, here).map { $0 - $1 })
    let largest = joint.reduce(0) { max($0, abs($1)) }
    return [zip(wanted, x).map { $0 - $1 }] + (largest > 0 ? [joint.map { $0 / largest }] : [])
  }

  /// The derivative of the last of `steps` by the input, row-major; a neuron that is stuck counts as passing a tenth, or no
  /// way would lead to it.
  private func jacobian(_ steps: ArraySlice<DenseChain.Step>, outputs: [[Double]]) -> [Double] {
    guard let last = steps.last else { return [] }
    let rows = last.outputs
    var result = (0..<rows * rows).map { $0 % (rows + 1) == 0 ? 1.0 : 0 }
    for (layer, step) in zip(steps.indices, steps).reversed() {
      let slopes = outputs[layer + 1].map { step.activation.slope(atOutput: $0, stuck: 0.1) }
      var next = [Double](repeating: 0, count: rows * step.inputs)
      for row in 0..<rows {
        for k in 0..<step.outputs {
          let factor = result[row * step.outputs + k] * slopes[k]
          if factor == 0 { continue }
          for i in 0..<step.inputs {
            next[row * step.inputs + i] += factor * step.weight[k * step.inputs + i]
          }
        }
      }
      result = next
    }
    return result
  }

  /// What has to come into a layer, at values that can, for `wanted` to come out: by turns the smallest change that would do
  /// it and the cutting off of what can't be (projections on convex sets; von Neumann 1933).
  private func preimage(
    of wanted: [Double], under step: DenseChain.Step, _ inverse: PseudoInverse, near start: [Double],
    in range: ClosedRange<Double>
  ) -> [Double] {
    var x = start
    for _ in 0..<Self.projections {
      let inner = step.preActivation(x)
      let change = zip(wanted, inner).map { step.activation.inverse($0, near: $1) - $1 }
      if change.allSatisfy({ abs($0) < 1e-6 }) { break }
      x = zip(x, inverse(change)).map { min(max($0 + $1, range.lowerBound), range.upperBound) }
    }
    return x
  }
}

/// A search in the plane (or space) of a hidden layer for a point from which the rest of the network is sure.
private struct HiddenPoint {
  let tail: ArraySlice<DenseChain.Step>
  let temperature: Double
  let range: ClosedRange<Double>
  let confidence: Double

  init(_ chain: DenseChain, after layer: Int, confidence: Double) {
    tail = chain.steps[(layer + 1)...]
    temperature = chain.temperature
    range = chain.steps[layer].activation.reachable
    self.confidence = confidence
  }

  /// Climbs from `start` until the goal's class has more than the wanted probability: beyond it, since not all of the
  /// way can be gone.
  func sure(of goal: AttackGoal, from start: [Double]) -> [Double] {
    var point = start
    let enough = 1 - (1 - confidence) / 10
    for _ in 0..<200 {
      let (logits, states) = forward(point)
      let p = softmax(logits, classes: logits.count)
      let target = goal.target(p[...])
      if p[target] >= enough { break }
      var gradient = p.enumerated().map { (($0.offset == target ? 1 : 0) - $0.element) / temperature }
      for (step, output) in zip(tail, states).reversed() {
        let delta = zip(gradient, output).map { $0 * step.activation.slope(atOutput: $1, stuck: 1) }
        gradient = (0..<step.inputs).map { i in
          (0..<step.outputs).reduce(0) { $0 + step.weight[$1 * step.inputs + i] * delta[$1] }
        }
      }
      let length = gradient.reduce(0) { $0 + $1 * $1 }.squareRoot()
      guard length > 0 else { break }
      let size = 0.1 * (1 + point.reduce(0) { max($0, abs($1)) }) / length
      point = zip(point, gradient).map { min(max($0 + size * $1, range.lowerBound), range.upperBound) }
    }
    return point
  }

  private func forward(_ point: [Double]) -> (logits: [Double], outputs: [[Double]]) {
    var outputs: [[Double]] = []
    var values = point
    for step in tail {
      values = step.preActivation(values).map { step.activation($0) }
      outputs.append(values)
    }
    return (values.map { $0 / temperature }, outputs)
  }
}

extension Activation {
  /// The outputs that can be aimed at.
  fileprivate var reachable: ClosedRange<Double> {
    switch self {
    case .relu: 0...1e9
    case .clippedReLU(let limit): 0...Double(limit)
    // Near ±1 its inverse grows without end: beyond, a neuron counts as stuck.
    case .tanh: -0.995...0.995
    case .clippedIdentity(let limit): -Double(limit)...Double(limit)
    case .identity: -1e9...1e9
    }
  }

  /// An input that gives `output`; where many do, the one nearest to `input`.
  fileprivate func inverse(_ output: Double, near input: Double) -> Double {
    switch self {
    case .relu: output > 0 ? output : min(input, 0)
    case .clippedReLU(let limit):
      output >= Double(limit) ? max(input, Double(limit)) : output > 0 ? output : min(input, 0)
    case .tanh:
      abs(output) < 0.995
        ? atanh(output) : output > 0 ? max(input, atanh(0.995)) : min(input, atanh(-0.995))
    case .clippedIdentity(let limit):
      abs(output) < Double(limit) ? output : output > 0 ? max(input, output) : min(input, output)
    case .identity: output
    }
  }

  /// The derivative, told from the output, and at least nearly: `stuck` is that of a neuron at its end.
  fileprivate func slope(atOutput y: Double, stuck: Double) -> Double {
    switch self {
    case .relu: y > 0 ? 1 : stuck
    case .clippedReLU(let limit): y > 0 && y < Double(limit) ? 1 : stuck
    case .tanh: 1 - y * y
    case .clippedIdentity(let limit): abs(y) < Double(limit) ? 1 : stuck
    case .identity: 1
    }
  }
}

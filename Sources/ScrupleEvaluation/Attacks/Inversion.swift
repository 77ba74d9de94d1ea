import Foundation
import ScrupleNetwork

/// Goes backwards through a network: from a point of its narrowest hidden layer at which it is sure of a class, layer
/// by layer, by activations' inverses and weights' pseudo-inverses, to an input that leads there ("I Pity the fool",
/// 2017). Each step back is the smallest change of what came in, so the images look like what they were before.
///
/// Where values have to be cut off on the way (pixels have a range, ReLUs give nothing negative), the way is gone
/// again from where it led.
public struct Inversion: Sendable {
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
        for _ in 0...rounds {
          let bytes = x.map { UInt8(($0 * 255).rounded()) }
          let value = try victim.values(bytes, goals: goals[row...row])[0]
          evaluations += 1
          if value > best.value { best = (bytes, value) }
          if value >= log(confidence) { break }
          x = goneBack(x, chain, inverses, goals[row])
        }
        inputs += best.input
        values.append(best.value)
      }
      return AttackedRows(inputs: inputs, values: values, evaluations: evaluations)
    }
  }

  /// One way forward and back.
  private func goneBack(
    _ x: [Double], _ chain: DenseChain, _ inverses: [PseudoInverse], _ goal: AttackGoal
  ) -> [Double] {
    var outputs = [x]
    var inner: [[Double]] = []
    for step in chain.steps {
      let pre = step.preActivation(outputs[outputs.count - 1])
      inner.append(pre)
      outputs.append(pre.map { step.activation($0) })
    }
    let narrowest = narrowestLayer(chain)
    var wanted = HiddenPoint(chain, after: narrowest, confidence: confidence).sure(
      of: goal, from: outputs[narrowest + 1])
    for layer in (0...narrowest).reversed() {
      let activation = chain.steps[layer].activation
      let change = zip(wanted, inner[layer]).map { activation.inverse($0, near: $1) - $1 }
      let move = inverses[layer](change)
      let before = layer == 0 ? 0...1 : chain.steps[layer - 1].activation.reachable
      wanted = zip(outputs[layer], move).map { min(max($0 + $1, before.lowerBound), before.upperBound) }
    }
    return wanted
  }

  /// The hidden layer with the fewest neurons, the last among equals; the logits where there is none.
  private func narrowestLayer(_ chain: DenseChain) -> Int {
    let hidden = chain.steps.indices.dropLast()
    return hidden.min { (chain.steps[$0].outputs, $1) < (chain.steps[$1].outputs, $0) } ?? chain.steps.count
      - 1
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
        let delta = zip(gradient, output).map { $0 * step.activation.slope(atOutput: $1) }
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
    // Near ±1 its inverse grows without end.
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
    case .tanh: atanh(min(max(output, -0.995), 0.995))
    case .clippedIdentity(let limit):
      abs(output) < Double(limit) ? output : output > 0 ? max(input, output) : min(input, output)
    case .identity: output
    }
  }

  /// The derivative, told from the output; at a kink as if it were passed.
  fileprivate func slope(atOutput y: Double) -> Double {
    switch self {
    case .relu: y >= 0 ? 1 : 0
    case .clippedReLU(let limit): y <= Double(limit) ? 1 : 0
    case .tanh: 1 - y * y
    case .clippedIdentity(let limit): abs(y) <= Double(limit) ? 1 : 0
    case .identity: 1
    }
  }
}

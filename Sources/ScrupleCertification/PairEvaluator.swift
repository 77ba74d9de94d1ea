import Foundation
import ScrupleNetwork
import ScrupleQuantization
import ScrupleRuntime

/// Runs a program and its reference on single inputs: the program bit for bit, the reference in Double.
///
/// Made for searches: one evaluator a thread, its buffers reused, weights stored input by input so that the
/// inner loop runs over channels. Against real arithmetic the reference's logits are off by no more than
/// `ModelPair.evaluationSlack`.
final class PairEvaluator {
  /// Logits of the program in nats, temperature included.
  private(set) var device: [Double]
  /// Logits of the reference in nats, temperature included.
  private(set) var twin: [Double]

  /// Dense layers in a row; empty for other models.
  private let layers: [EvaluatedLayer]
  /// Other models, which are evaluated from the input every time, and the input of a walk through them.
  private let graph: (reference: Network, program: IntegerProgram)?
  private var graphInput: [UInt8] = []
  private let inverseTemperature: Double
  private let widest: Int
  /// Two buffers of `widest`: a layer's input and its output.
  private let bytes: UnsafeMutablePointer<Int16>
  private let activations: UnsafeMutablePointer<Double>
  private let accumulators: UnsafeMutablePointer<Int32>
  private let preActivations: UnsafeMutablePointer<Double>
  /// The first layer's sums at the input of a walk.
  private var walkAccumulators: [Int32] = []
  private var walkPreActivations: [Double] = []

  /// The twin and the program of a checked pair.
  convenience init(_ pair: ModelPair) {
    self.init(reference: pair.twin, program: pair.program)
  }

  /// A program and a reference with as many layers of the same kinds and shapes.
  init(reference: Network, program: IntegerProgram) {
    let logitUnit = exp2(-Double(program.fractionBits)) * log(2)
    graph = reference.isDenseChain ? nil : (reference, program)
    let dense = reference.isDenseChain ? reference.denseLayers : []
    layers = zip(dense, program.layers).compactMap { real, layer in
      guard case .dense(let dense) = layer else { return nil }
      return EvaluatedLayer(real, dense, logitUnit: logitUnit)
    }
    inverseTemperature = 1 / Double(reference.temperature)
    widest = max(program.inputCount, layers.map(\.outputs).max() ?? 0)
    bytes = .allocate(capacity: widest)
    bytes.initialize(repeating: 0, count: widest)
    activations = .allocate(capacity: widest)
    activations.initialize(repeating: 0, count: widest)
    accumulators = .allocate(capacity: widest)
    accumulators.initialize(repeating: 0, count: widest)
    preActivations = .allocate(capacity: widest)
    preActivations.initialize(repeating: 0, count: widest)
    device = [Double](repeating: 0, count: program.classCount)
    twin = device
  }

  deinit {
    bytes.deallocate()
    activations.deallocate()
    accumulators.deallocate()
    preActivations.deallocate()
  }

  /// Evaluates an input of bytes on the program, and the same values `u/255` on the reference.
  func evaluate(_ input: [UInt8]) {
    if let graph { return note(GraphLogits(graph.reference, graph.program, input)) }
    for index in input.indices {
      bytes[index] = Int16(input[index])
      activations[index] = Double(input[index]) / 255
    }
    run()
  }

  /// Evaluates bytes on the program and other, real inputs on the reference.
  func evaluate(_ input: [UInt8], twin reals: [Double]) {
    if let graph { return note(GraphLogits(graph.reference, graph.program, input, reals: reals)) }
    for index in input.indices {
      bytes[index] = Int16(input[index])
      activations[index] = reals[index]
    }
    run()
  }

  private func note(_ logits: GraphLogits) {
    (device, twin) = (logits.device, logits.twin)
  }

  private func run() {
    layers.first?.sum(bytes, activations, accumulators, preActivations)
    finish()
  }

  /// Goes on from the first layer's sums.
  private func finish() {
    for (index, layer) in layers.enumerated() {
      if index > 0 { layer.sum(bytes, activations, accumulators, preActivations) }
      if index < layers.count - 1 {
        layer.activate(accumulators, preActivations, bytes, activations)
      } else {
        for channel in 0..<layer.outputs {
          device[channel] = Double(accumulators[channel]) * layer.units[channel]
          twin[channel] = preActivations[channel] * inverseTemperature
        }
      }
    }
  }
}

extension PairEvaluator {
  /// Evaluates an input and starts a walk there: a change of one byte then costs one column of the first layer.
  func begin(at input: [UInt8]) {
    graphInput = input
    if graph != nil { return evaluate(input) }
    let count = layers.first?.outputs ?? 0
    for index in input.indices {
      bytes[index] = Int16(input[index])
      activations[index] = Double(input[index]) / 255
    }
    layers.first?.sum(bytes, activations, accumulators, preActivations)
    walkAccumulators = Array(UnsafeBufferPointer(start: accumulators, count: count))
    walkPreActivations = Array(UnsafeBufferPointer(start: preActivations, count: count))
    finish()
  }

  /// Changes a byte of the walk's input.
  func move(_ index: Int, from old: UInt8, to new: UInt8) {
    graphInput[index] = new
    layers.first?.add(
      Int32(new) - Int32(old), Double(new) / 255 - Double(old) / 255, times: index, to: &walkAccumulators,
      &walkPreActivations)
  }

  /// Evaluates the walk's input. The reference's sums collect a rounding with every move.
  func evaluateMoved() {
    if graph != nil { return evaluate(graphInput) }
    for channel in walkAccumulators.indices {
      accumulators[channel] = walkAccumulators[channel]
      preActivations[channel] = walkPreActivations[channel]
    }
    finish()
  }
}

extension PairEvaluator {
  /// The largest difference of differences, `(device_i − twin_i) − (device_k − twin_k)`, and its pair of
  /// classes.
  var largestGap: (gap: Double, first: Int, second: Int) {
    var (high, low) = (0, 0)
    for index in device.indices {
      if device[index] - twin[index] > device[high] - twin[high] { high = index }
      if device[index] - twin[index] < device[low] - twin[low] { low = index }
    }
    return (device[high] - twin[high] - device[low] + twin[low], high, low)
  }

  /// The largest change of a class's probability, and the class.
  var largestProbabilityChange: (change: Double, classIndex: Int) {
    let (p, q) = (softmax(device), softmax(twin))
    var best = (change: 0.0, classIndex: 0)
    for index in p.indices where abs(p[index] - q[index]) > best.change {
      best = (abs(p[index] - q[index]), index)
    }
    return best
  }

  /// The program's largest probability, and its class.
  var confidence: (value: Double, classIndex: Int) {
    let best = device.indices.reduce(0) { device[$1] > device[$0] ? $1 : $0 }
    return (1 / device.reduce(0) { $0 + exp($1 - device[best]) }, best)
  }
}

/// One layer in both forms, channels innermost.
private final class EvaluatedLayer {
  let inputs: Int
  let outputs: Int
  private let integers: [Int16]
  private let reals: [Double]
  private let integerBias: [Int32]
  private let realBias: [Double]
  private let multipliers: [Int32]
  private let preShift: Int32
  /// The reference's clip; infinite for a plain ReLU.
  private let limit: Double
  /// Nats per unit of the last layer's accumulators.
  let units: [Double]

  init(_ real: Dense, _ dense: IntegerDense, logitUnit: Double) {
    (inputs, outputs) = (dense.inputs, dense.outputs)
    var integers = [Int16](repeating: 0, count: inputs * outputs)
    var reals = [Double](repeating: 0, count: inputs * outputs)
    for channel in 0..<outputs {
      for input in 0..<inputs {
        integers[input * outputs + channel] = Int16(dense.weights[channel * inputs + input])
        reals[input * outputs + channel] = Double(real.weight[channel * inputs + input])
      }
    }
    (self.integers, self.reals) = (integers, reals)
    integerBias = dense.bias
    realBias = real.bias.map(Double.init)
    multipliers = dense.multipliers
    preShift = Int32(dense.preShift)
    limit = if case .clippedReLU(let limit) = real.activation { Double(limit) } else { .infinity }
    units = dense.multipliers.map { Double($0) * logitUnit }
  }

  func sum(
    _ bytes: UnsafeMutablePointer<Int16>, _ activations: UnsafeMutablePointer<Double>,
    _ accumulators: UnsafeMutablePointer<Int32>, _ preActivations: UnsafeMutablePointer<Double>
  ) {
    integers.withUnsafeBufferPointer { integers in
      reals.withUnsafeBufferPointer { reals in
        guard let integers = integers.baseAddress, let reals = reals.baseAddress else { return }
        for channel in 0..<outputs {
          accumulators[channel] = integerBias[channel]
          preActivations[channel] = realBias[channel]
        }
        for input in 0..<inputs {
          let (byte, activation) = (bytes[input], activations[input])
          if byte == 0 && activation == 0 { continue }
          let (row, realRow) = (integers + input * outputs, reals + input * outputs)
          for channel in 0..<outputs { accumulators[channel] &+= Int32(row[channel]) &* Int32(byte) }
          for channel in 0..<outputs { preActivations[channel] += realRow[channel] * activation }
        }
      }
    }
  }

  /// Adds one input's column, times what it changed by.
  func add(
    _ byte: Int32, _ activation: Double, times input: Int, to accumulators: inout [Int32],
    _ preActivations: inout [Double]
  ) {
    let start = input * outputs
    for channel in 0..<outputs {
      accumulators[channel] &+= Int32(integers[start + channel]) &* byte
      preActivations[channel] += reals[start + channel] * activation
    }
  }

  func activate(
    _ accumulators: UnsafeMutablePointer<Int32>, _ preActivations: UnsafeMutablePointer<Double>,
    _ bytes: UnsafeMutablePointer<Int16>, _ activations: UnsafeMutablePointer<Double>
  ) {
    for channel in 0..<outputs {
      let scaled = requantize(accumulators[channel], shift: preShift, multiplier: multipliers[channel])
      bytes[channel] = Int16(min(max(scaled, 0), 255))
      activations[channel] = min(max(preActivations[channel], 0), limit)
    }
  }
}

/// Softmax of natural logits.
func softmax(_ logits: [Double]) -> [Double] {
  let largest = logits.max() ?? 0
  let powers = logits.map { exp($0 - largest) }
  let sum = powers.reduce(0, +)
  return powers.map { $0 / sum }
}

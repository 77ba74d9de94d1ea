import ScrupleNetwork
import ScrupleQuantization

/// A grid twin of any layers and its integer program, checked to be two forms of one model.
///
/// What ``ModelPair`` is for dense layers in a row.
public struct GraphPair: Sendable {
  /// The float twin.
  public let twin: Network
  /// The integer program.
  public let program: IntegerProgram
  /// One for each operation of the program.
  let steps: [GraphStep]

  /// Checks that `program` computes with the twin's own layers, weights, clips and temperature.
  ///
  /// Biases and multipliers may differ: how far they do is part of every bound.
  public init(twin: Network, program: IntegerProgram) throws(CertificationError) {
    guard twin.isGridTwin else { throw .notAGridTwin(network: twin.name) }
    guard twin.temperature == program.metadata.temperature else {
      throw .temperature(float: twin.temperature, int8: program.metadata.temperature)
    }
    let own: IntegerProgram
    do {
      try program.proveBounds()
      own = try Quantizer(method: .grid).quantize(twin).program
    } catch {
      throw .program(reason: error.description)
    }
    guard own.layers.count == program.layers.count else {
      throw .layerCount(float: own.layers.count, int8: program.layers.count)
    }
    for index in own.layers.indices { try Self.check(own, against: program, layer: index) }
    for (index, pair) in zip(own.metadata.limits, program.metadata.limits).enumerated()
    where pair.0 != pair.1 {
      throw .limit(layer: index, float: pair.0, int8: pair.1)
    }
    let scales = twin.activationScales
    let operations = twin.layers.indices.filter { twin.layers[$0] != .flatten }
    let programSteps = ProgramStep.steps(of: program)
    var steps: [GraphStep] = []
    for (number, index) in operations.enumerated() {
      steps.append(
        try GraphStep(
          twin: twin.layers[index].kernel, program: programSteps[number],
          inputs: program.sources[number].map { $0 < 0 ? .input : scales[operations[$0]] ?? .input },
          output: number == operations.count - 1 ? nil : scales[index], temperature: twin.temperature))
    }
    self.twin = twin
    self.program = program
    self.steps = steps
  }

  /// Compares one operation with what the twin's own would be, but for biases and multipliers.
  private static func check(
    _ own: IntegerProgram, against program: IntegerProgram, layer: Int
  ) throws(CertificationError) {
    let (expected, given) = (own.layers[layer], program.layers[layer])
    if let a = expected.kernel, let b = given.kernel, a.weights.count == b.weights.count, a.inputs == b.inputs
    {
      if let place = a.weights.indices.first(where: { a.weights[$0] != b.weights[$0] }) {
        let (channel, input) = place.quotientAndRemainder(dividingBy: a.inputs)
        throw .weight(
          layer: layer, channel: channel, input: input, float: Float(a.weights[place]),
          int8: Double(b.weights[place]))
      }
    }
    guard expected.withoutConstants == given.withoutConstants, own.sources[layer] == program.sources[layer]
    else {
      throw .shape(
        layer: layer, float: "\(expected.kind) \(expected.shapeText)",
        int8: "\(given.kind) \(given.shapeText)")
    }
  }
}

/// One operation in both forms.
struct GraphStep: Sendable {
  /// What the twin computes.
  enum Operation: Sendable {
    case kernel(Kernel)
    /// Sums over windows; the mean is a quotient of them.
    case average(PatchMap, ones: PatchWeights)
    case maximum(PatchMap)
    case addition
  }

  /// Dense layers and convolutions.
  struct Kernel: Sendable {
    let map: PatchMap
    let twin: Dense
    let constants: LoweringConstants
    let weights, absolute: PatchWeights
  }

  let operation: Operation
  let program: ProgramStep
  /// What the bytes of each source stand for.
  let inputs: [ActivationScale]
  /// What the output's bytes stand for; nil for logits.
  let output: ActivationScale?

  /// Earlier steps, −1 for the input.
  var sources: [Int] { program.sources }

  init(
    twin: Dense?, program: ProgramStep, inputs: [ActivationScale], output: ActivationScale?,
    temperature: Float
  ) throws(CertificationError) {
    (self.program, self.inputs, self.output) = (program, inputs, output)
    switch program.operation {
    case .average(let map, _, let ones): operation = .average(map, ones: ones)
    case .maximum(let map): operation = .maximum(map)
    case .addition: operation = .addition
    case .kernel(let map, let integers, _, _):
      guard let twin else { throw .program(reason: "the float model has no weights where the program has") }
      do {
        let constants = try LoweringConstants(
          twin: twin, program: integers, input: inputs[0], temperature: temperature)
        let weights = PatchWeights(rows: twin.weight.map(Double.init), outputs: twin.outputs)
        operation = .kernel(
          Kernel(map: map, twin: twin, constants: constants, weights: weights, absolute: weights.absolute))
      } catch {
        throw .program(reason: error.description)
      }
    }
  }
}

extension IntegerLayer {
  /// The layer with its biases and multipliers blanked out.
  fileprivate var withoutConstants: IntegerLayer {
    func bare(_ kernel: IntegerDense) -> IntegerDense {
      var kernel = kernel
      (kernel.bias, kernel.multipliers, kernel.preShift) = ([], [], 0)
      if case .logits = kernel.output { kernel.output = .logits(fractionBits: 0) }
      return kernel
    }
    switch self {
    case .dense(let dense): return .dense(bare(dense))
    case .convolution(var layer):
      layer.kernel = bare(layer.kernel)
      return .convolution(layer)
    case .depthwise(var layer):
      layer.kernel = bare(layer.kernel)
      return .depthwise(layer)
    case .pooling: return self
    case .addition(var layer):
      (layer.multiplierA, layer.multiplierB, layer.shift) = (1, 1, 1)
      return .addition(layer)
    }
  }
}

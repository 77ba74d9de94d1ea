import ScrupleNetwork
import ScrupleQuantization

/// A network of convolutions as dense layers in a row, exactly: every output of a convolution is a row of a matrix that is
/// zero outside of its window. What is proved about the rows holds for the convolutions, and dense layers in a row have
/// the tightest certificates (``DifferentialCertifier``, ``ConfidenceCap``).
public struct UnrolledModel: Sendable {
  /// Dense layers that compute what the network's do, in real arithmetic.
  public let twin: Network
  /// Dense operations that give the program's bytes and logits.
  public let program: IntegerProgram

  /// The most weights that an unrolled model has by default: beyond, zonotopes take minutes a box.
  public static let usualLimit = 1 << 22

  /// Unrolls both forms of a model.
  ///
  /// - Parameter limit: the most weights of all matrices together.
  /// - Throws: ``CertificationError/notUnrollable(layer:reason:)`` for additions, maxima, means of a number of values that is
  ///   no power of two (their weight would be no Float), values with a sign, and models that become too large.
  public init(_ pair: GraphPair, limit: Int = usualLimit) throws(CertificationError) {
    guard pair.steps.indices.allSatisfy({ pair.steps[$0].sources == [$0 - 1] }) else {
      throw .notUnrollable(layer: 0, reason: "its layers do not stand in a row")
    }
    var size = 0
    var layers: [Layer] = []
    var operations: [IntegerLayer] = []
    for (index, step) in pair.steps.enumerated() {
      guard step.inputs.allSatisfy({ $0.zeroPoint == 0 }) else {
        throw .notUnrollable(layer: index, reason: "it reads values with a sign")
      }
      let (map, channel) = try Self.channels(of: step, layer: index)
      size += map.inputCount * map.outputCount
      guard size <= limit else {
        throw .notUnrollable(
          layer: index, reason: "with it the unrolled model has \(size) weights, more than \(limit)")
      }
      let outputs = 0..<map.outputCount
      layers.append(
        .dense(
          Dense(
            weight: outputs.flatMap { map.row(channel.twin, of: $0).map { Float($0) } },
            bias: outputs.map { channel.bias[$0 % map.outputChannels] }, inputs: map.inputCount,
            outputs: map.outputCount, activation: channel.activation,
            grid: WeightGrid(scales: outputs.map { channel.scales[$0 % map.outputChannels] }))))
      operations.append(
        .dense(
          IntegerDense(
            inputs: map.inputCount, outputs: map.outputCount,
            weights: outputs.flatMap { map.row(channel.program, of: $0).map { Int8($0) } },
            bias: outputs.map { channel.integerBias[$0 % map.outputChannels] },
            multipliers: outputs.map { channel.multipliers[$0 % map.outputChannels] },
            preShift: channel.preShift, output: channel.output)))
    }
    do {
      let old = pair.twin
      twin = try Network(
        name: old.name, labels: old.labels, input: old.input, layers: layers, temperature: old.temperature)
    } catch {
      throw .program(reason: error.description)
    }
    program = IntegerProgram(layers: operations, metadata: pair.program.metadata)
  }

  /// One layer's parameters, channel by channel.
  private struct Channels {
    let twin, program: PatchWeights
    let bias: [Float]
    let scales: [Float]
    let activation: Activation
    let integerBias, multipliers: [Int32]
    let preShift: Int
    let output: IntegerOutput
  }

  private static func channels(
    of step: GraphStep, layer: Int
  ) throws(CertificationError) -> (PatchMap, Channels) {
    switch (step.operation, step.program.operation) {
    case (.kernel(let kernel), .kernel(let map, let integers, let weights, _)):
      guard let grid = kernel.twin.grid else { throw .notAGridTwin(network: "layer \(layer)") }
      return (
        map,
        Channels(
          twin: kernel.weights, program: weights, bias: kernel.twin.bias, scales: grid.scales,
          activation: kernel.twin.activation, integerBias: integers.bias, multipliers: integers.multipliers,
          preShift: integers.preShift, output: integers.output)
      )
    case (.average, .average(let map, let pooling, let ones)):
      guard map.area & (map.area - 1) == 0, let output = step.output else {
        throw .notUnrollable(layer: layer, reason: "it is the mean of \(map.area) values, no power of two")
      }
      let share = 1 / Float(map.area)
      let channels = map.outputChannels
      return (
        map,
        Channels(
          twin: PatchWeights(rows: ones.rows.map { $0 * Double(share) }, outputs: channels), program: ones,
          bias: [Float](repeating: 0, count: channels), scales: [Float](repeating: share, count: channels),
          activation: .clippedReLU(limit: output.limit), integerBias: [Int32](repeating: 0, count: channels),
          multipliers: [Int32](repeating: pooling.multiplier, count: channels), preShift: pooling.preShift,
          output: .activation(zeroPoint: 0, low: 0, high: 255))
      )
    case (.maximum, _): throw .notUnrollable(layer: layer, reason: "it is a maximum")
    default: throw .notUnrollable(layer: layer, reason: "it is a sum of two layers")
    }
  }
}

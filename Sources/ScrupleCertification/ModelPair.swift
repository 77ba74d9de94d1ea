import ScrupleNetwork
import ScrupleQuantization

/// A grid twin and its integer program, checked to be two forms of one model.
///
/// The twin is what certificates speak about: layers in real arithmetic, with exactly the weights `scale·q`
/// that the program multiplies. What the program does otherwise is in each layer's `constants`.
public struct ModelPair: Sendable {
  /// One dense layer in both forms.
  public struct PairedLayer: Sendable {
    /// The twin's layer.
    public let twin: Dense
    /// The program's layer.
    public let program: IntegerDense
    /// What byte 255 of the layer's input stands for.
    public let inputLimit: Float
    /// What byte 255 of the layer's output stands for; nil for logits.
    public let limit: Float?
    /// What lowering could not say exactly.
    public let constants: LoweringConstants
  }

  /// The float twin.
  public let twin: Network
  /// The integer program.
  public let program: IntegerProgram
  /// The dense layers from input to logits.
  public let layers: [PairedLayer]

  /// Checks that `program` computes with the twin's own weights, clips and temperature.
  ///
  /// Biases and multipliers may differ: how far they do is part of every bound.
  public init(twin: Network, program: IntegerProgram) throws(CertificationError) {
    guard twin.isDenseChain else { throw .notADenseChain(network: twin.name) }
    guard twin.isGridTwin else { throw .notAGridTwin(network: twin.name) }
    let dense = twin.denseLayers
    guard dense.count == program.layers.count else {
      throw .layerCount(float: dense.count, int8: program.layers.count)
    }
    guard twin.temperature == program.metadata.temperature else {
      throw .temperature(float: twin.temperature, int8: program.metadata.temperature)
    }
    do {
      try program.proveBounds()
    } catch {
      throw .program(reason: error.description)
    }
    var layers: [PairedLayer] = []
    var input = ActivationScale.input
    for (index, layer) in program.layers.enumerated() {
      guard case .dense(let integers) = layer else { continue }
      try Self.checkWeights(of: dense[index], against: integers, layer: index)
      let limit = try Self.checkedLimit(
        of: dense[index], against: integers, metadata: program.metadata, layer: index)
      let constants: LoweringConstants
      do {
        constants = try LoweringConstants(
          twin: dense[index], program: integers, input: input, temperature: twin.temperature)
      } catch {
        throw .program(reason: error.description)
      }
      layers.append(
        PairedLayer(
          twin: dense[index], program: integers, inputLimit: input.limit, limit: limit, constants: constants))
      input = ActivationScale(dense[index].activation) ?? input
    }
    self.twin = twin
    self.program = program
    self.layers = layers
  }

  private static func checkWeights(
    of twin: Dense, against program: IntegerDense, layer: Int
  ) throws(CertificationError) {
    guard (twin.inputs, twin.outputs) == (program.inputs, program.outputs) else {
      throw .shape(
        layer: layer, float: "\(twin.inputs)-\(twin.outputs)", int8: "\(program.inputs)-\(program.outputs)")
    }
    guard let grid = twin.grid else { throw .notAGridTwin(network: "layer \(layer)") }
    for index in twin.weight.indices {
      let (channel, input) = index.quotientAndRemainder(dividingBy: twin.inputs)
      let real = Double(program.weights[index]) * Double(grid.scales[channel])
      guard real == Double(twin.weight[index]) else {
        throw .weight(layer: layer, channel: channel, input: input, float: twin.weight[index], int8: real)
      }
    }
  }

  private static func checkedLimit(
    of twin: Dense, against program: IntegerDense, metadata: ProgramMetadata, layer: Int
  ) throws(CertificationError) -> Float? {
    guard case .activation(let zeroPoint, let low, let high) = program.output else { return nil }
    guard (zeroPoint, low, high) == (0, 0, 255) else {
      throw .outputRange(layer: layer, low: low, high: high)
    }
    guard case .clippedReLU(let limit) = twin.activation, layer < metadata.limits.count else {
      throw .notAGridTwin(network: "layer \(layer)")
    }
    guard metadata.limits[layer] == limit else {
      throw .limit(layer: layer, float: limit, int8: metadata.limits[layer])
    }
    return limit
  }
}

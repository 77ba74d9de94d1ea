/// Why nothing can be certified about a pair of models.
public enum CertificationError: Error, Equatable, Sendable {
  /// The float model has no grid: bounds for every input are only useful for grid twins.
  case notAGridTwin(network: String)
  /// The float model has layers for which there are no bounds.
  case notADenseChain(network: String)
  /// The two models are not of one architecture.
  case layerCount(float: Int, int8: Int)
  case shape(layer: Int, float: String, int8: String)
  /// A weight of the program is not the float model's weight.
  case weight(layer: Int, channel: Int, input: Int, float: Float, int8: Double)
  /// The two clip a hidden layer at different values.
  case limit(layer: Int, float: Float, int8: Float)
  /// The two divide their logits by different temperatures.
  case temperature(float: Float, int8: Float)
  /// The program's activations do not start at zero or do not end at 255.
  case outputRange(layer: Int, low: Int, high: Int)
  /// A hidden layer of the float model for which boxes have no transfer rule.
  case activation(layer: Int, activation: String)
  /// The program's accumulators are not proven to fit.
  case program(reason: String)
  /// More inputs than a method can enumerate.
  case tooManyInputs(count: Int, limit: Int)
  /// A model that cannot be written as dense layers in a row.
  case notUnrollable(layer: Int, reason: String)
  /// A box or region that does not fit the input, or is empty.
  case region(reason: String)
  /// A certificate file whose text is not the one that was written.
  case brokenSeal
  /// Parts of a certification that do not make a whole.
  case parts(reason: String)
}

extension CertificationError: CustomStringConvertible {
  /// The error in words: what, where, with which values, and the way out.
  public var description: String {
    switch self {
    case .notAGridTwin(let network):
      "\(network) is not a grid twin (int8-grid weights, clipped ReLU): over every input no bound is useful;"
        + " certify the twin that `quantize` writes, or boxes around given inputs"
    case .notADenseChain(let network):
      "\(network) has more than dense layers in a row; this proof is for those only"
    case .layerCount(let float, let int8):
      "the float model has \(float) layers, the int8 program \(int8); these are not one model's two forms"
    case .shape(let layer, let float, let int8):
      "layer \(layer): \(float) in the float model, \(int8) in the int8 program"
    case .weight(let layer, let channel, let input, let float, let int8):
      "layer \(layer), channel \(channel), weight \(input): \(float) in the float model, \(int8) in the int8 program;"
        + " is this the program's own twin?"
    case .limit(let layer, let float, let int8):
      "layer \(layer): the float model clips at \(float), the int8 program at \(int8)"
    case .temperature(let float, let int8):
      "the float model's temperature is \(float), the int8 program's \(int8)"
    case .outputRange(let layer, let low, let high):
      "layer \(layer): activations in \(low)...\(high); certificates are for 0...255"
    case .activation(let layer, let activation):
      "layer \(layer): \(activation) has no transfer rule; hidden layers have to be relu or clippedReLU"
    case .program(let reason):
      reason
    case .tooManyInputs(let count, let limit):
      "\(count) inputs; this method does at most \(limit)"
    case .notUnrollable(let layer, let reason):
      "layer \(layer): \(reason); the model cannot be unrolled into dense layers"
    case .region(let reason), .parts(let reason):
      reason
    case .brokenSeal:
      "the text was changed after it was written: its seal is missing or another text's"
    }
  }
}

import ScrupleNetwork

/// A network as the device executes it, in plain arrays on the host: the integers that a `.scruple` file
/// holds, without the file's layout.
///
/// Every activation is a byte `u` with a zero point; the input's is 0 and its step 1/255. See `docs/numerics.md`.
public struct IntegerProgram: Equatable, Sendable {
  /// The operations, from input to logits: hidden layers write activations, the last one writes logits.
  public var layers: [IntegerLayer]
  /// For each layer the layers whose outputs it reads, −1 for the program's input. Additions read two.
  public var sources: [[Int]]
  /// What the file says about the model besides its arithmetic.
  public var metadata: ProgramMetadata

  /// Assembles a program from its parts; `Quantizer` is the usual way to get one.
  ///
  /// - Parameter sources: nil for a chain, in which every layer reads the one before it.
  public init(layers: [IntegerLayer], sources: [[Int]]? = nil, metadata: ProgramMetadata) {
    self.layers = layers
    self.sources = sources ?? layers.indices.map { [$0 - 1] }
    self.metadata = metadata
  }

  /// Bytes of the input.
  public var inputCount: Int { layers.first?.inputs ?? 0 }
  /// Number of classes.
  public var classCount: Int { layers.last?.outputs ?? 0 }
  /// Fraction bits of `accumulator·multiplier` of the last layer, a logit in base 2.
  public var fractionBits: Int {
    if case .logits(let bits) = layers.last?.output { bits } else { 0 }
  }
  /// Multiply–accumulates per inference.
  public var multiplyAccumulates: Int { layers.reduce(0) { $0 + $1.multiplyAccumulates } }

  /// The byte that means zero among what a layer writes; of the program's input for −1.
  public func zeroPoint(ofSource source: Int) -> Int {
    guard layers.indices.contains(source), case .activation(let zeroPoint, _, _) = layers[source].output
    else { return 0 }
    return zeroPoint
  }
}

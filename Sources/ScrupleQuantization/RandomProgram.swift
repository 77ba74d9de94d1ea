import ScrupleNetwork

/// Makes integer programs of given shapes with random weights, for measuring and testing what the shapes decide: speed and
/// memory. The same seed makes the same program.
public struct RandomProgram {
  /// A value of the graph: what an operation writes, or the input.
  public struct Value {
    let index: Int
    /// Its extents.
    public let shape: ImageShape
    let zeroPoint: Int
  }

  /// The input.
  public let input: Value
  private var generator: SeededGenerator
  private var layers: [IntegerLayer] = []
  private var sources: [[Int]] = []

  /// Begins with images of bytes.
  public init(input shape: ImageShape, seed: UInt64) {
    generator = SeededGenerator(seed: seed)
    input = Value(index: -1, shape: shape, zeroPoint: 0)
  }

  /// Appends a convolution.
  public mutating func convolution(
    _ source: Value, channels: Int, window: Window, output: IntegerOutput = .relu
  ) -> Value {
    let kernel = dense(
      inputs: window.kernelHeight * window.kernelWidth * source.shape.channels, outputs: channels,
      zeroPoint: source.zeroPoint, output: output)
    return append(
      .convolution(
        IntegerConvolution(
          kernel: kernel, image: source.shape, window: window, inputZeroPoint: source.zeroPoint)), [source])
  }

  /// Appends a depthwise convolution.
  public mutating func depthwise(
    _ source: Value, window: Window, output: IntegerOutput = .relu
  ) -> Value {
    let kernel = dense(
      inputs: window.kernelHeight * window.kernelWidth, outputs: source.shape.channels,
      zeroPoint: source.zeroPoint, output: output)
    return append(
      .depthwise(
        IntegerDepthwise(
          kernel: kernel, image: source.shape, window: window, inputZeroPoint: source.zeroPoint)), [source])
  }

  /// Appends a pooling; nil stands for the whole image.
  public mutating func pooling(
    _ source: Value, _ kind: IntegerPooling.Kind, window: Window? = nil
  ) -> Value {
    append(
      .pooling(
        IntegerPooling(
          kind: kind, image: source.shape, window: window ?? .whole(source.shape),
          zeroPoint: source.zeroPoint)), [source])
  }

  /// Appends a sum.
  public mutating func addition(_ a: Value, _ b: Value, output: IntegerOutput = .relu) -> Value {
    append(
      .addition(
        IntegerAddition(
          count: a.shape.count, multiplierA: 1 << 20 + Int32(generator.next(below: 1 << 21)),
          multiplierB: 1 << 20 + Int32(generator.next(below: 1 << 21)), shift: 21, zeroPointA: a.zeroPoint,
          zeroPointB: b.zeroPoint, output: output)), [a, b])
  }

  /// Appends a dense layer.
  public mutating func dense(_ source: Value, outputs: Int, output: IntegerOutput = .relu) -> Value {
    append(
      .dense(
        dense(inputs: source.shape.count, outputs: outputs, zeroPoint: source.zeroPoint, output: output)),
      [source])
  }

  /// Ends with a dense layer of logits.
  public mutating func program(_ name: String, classes: Int, from source: Value) -> IntegerProgram {
    _ = dense(source, outputs: classes, output: .logits(fractionBits: 50))
    let shape = input.shape
    return IntegerProgram(
      layers: layers, sources: sources,
      metadata: ProgramMetadata(
        name: name, labels: (0..<classes).map { "class \($0)" },
        input: InputDescription(
          .image(height: shape.height, width: shape.width, channels: shape.channels)),
        temperature: 1, limits: layers.dropLast().map { _ in 1 }))
  }

  private mutating func append(_ layer: IntegerLayer, _ inputs: [Value]) -> Value {
    layers.append(layer)
    sources.append(inputs.map(\.index))
    let shape =
      switch layer {
      case .dense(let dense): ImageShape(height: 1, width: 1, channels: dense.outputs)
      case .convolution(let convolution): convolution.outputShape
      case .depthwise(let depthwise): depthwise.outputShape
      case .pooling(let pooling): pooling.outputShape
      case .addition: inputs[0].shape
      }
    var zeroPoint = 0
    if case .activation(let zero, _, _) = layer.output { zeroPoint = zero }
    return Value(index: layers.count - 1, shape: shape, zeroPoint: zeroPoint)
  }

  /// Weights over their whole range, and multipliers that spread the outputs over theirs.
  private mutating func dense(
    inputs: Int, outputs: Int, zeroPoint: Int, output: IntegerOutput
  ) -> IntegerDense {
    let weights = (0..<inputs * outputs).map { _ in Int8(generator.next(below: 255) - 127) }
    // The accumulator's standard deviation, with inputs around 100.
    let spread = 73 * 100 * Float(inputs).squareRoot()
    let bias = (0..<outputs).map { channel in
      let folded = weights[channel * inputs..<(channel + 1) * inputs].reduce(0) { $0 + Int32($1) }
      return Int32(generator.normal() * spread / 4) - folded * Int32(zeroPoint)
    }
    let multipliers = (0..<outputs).map { _ in
      Int32(min(generator.uniform(0.5, 1) * 120 / spread * 0x1p32, 0x1p30))
    }
    return IntegerDense(
      inputs: inputs, outputs: outputs, weights: weights, bias: bias, multipliers: multipliers, preShift: 0,
      output: output)
  }
}

extension IntegerOutput {
  /// Bytes from 0 on, all of them.
  public static let relu = IntegerOutput.activation(zeroPoint: 0, low: 0, high: 255)
  /// Bytes with a sign.
  public static let signed = IntegerOutput.activation(zeroPoint: 128, low: 1, high: 255)
}

import ScrupleNetwork
import ScrupleRuntime

extension IntegerProgram {
  /// Reads a `.scruple` file: what the runtime validates, and the metadata that host tools need besides.
  public init(decoding bytes: [UInt8]) throws(ProgramFileError) {
    var descriptors: [Operation] = []
    var threshold: UInt32 = 0
    var gapFactor: UInt32 = 0
    do throws(ModelError) {
      let model = try Model(validating: bytes.span.bytes)
      for index in 0..<model.operationCount { descriptors.append(model.operation(index)) }
      (threshold, gapFactor) = (model.threshold, model.gapFactor)
    } catch {
      throw .invalid(error)
    }
    let layers = descriptors.map { IntegerLayer($0, of: bytes) }
    var metadata = try ProgramMetadata(
      decoding: bytes, inputs: descriptors.first?.inputCount ?? 0, operations: descriptors.count)
    metadata.threshold = threshold
    metadata.gapFactor = gapFactor
    self.init(layers: layers, sources: Self.sources(of: descriptors), metadata: metadata)
    guard metadata.labels.count == classCount else {
      throw .metadata(offset: 0, reason: "\(metadata.labels.count) labels for \(classCount) classes")
    }
  }
}

extension IntegerProgram {
  /// What each operation reads: what the latest operation before it with that output wrote, or else the input. (The
  /// runtime has validated that nothing else was written there since.)
  private static func sources(of operations: [Operation]) -> [[Int]] {
    operations.enumerated().map { index, operation in
      ([operation.inputOffset] + (operation.addition.map { [$0.secondInputOffset] } ?? [])).map { offset in
        operations[..<index].lastIndex { $0.outputOffset == offset } ?? -1
      }
    }
  }
}

extension IntegerLayer {
  /// Unpacks a validated operation.
  fileprivate init(_ operation: Operation, of file: [UInt8]) {
    let zeroPoint = Int(operation.inputZeroPoint)
    let output = IntegerOutput(operation.output)
    if let addition = operation.addition {
      self = .addition(
        IntegerAddition(
          count: operation.inputCount, multiplierA: addition.firstMultiplier,
          multiplierB: addition.secondMultiplier, shift: addition.shift, zeroPointA: zeroPoint,
          zeroPointB: Int(addition.secondZeroPoint), output: output))
      return
    }
    guard let geometry = operation.image else {
      self = .dense(IntegerDense(operation, of: file))
      return
    }
    let image = ImageShape(
      height: geometry.height, width: geometry.width, channels: geometry.inputChannels)
    let window = Window(geometry)
    switch operation.kind {
    case .convolution:
      self = .convolution(
        IntegerConvolution(
          kernel: IntegerDense(operation, of: file), image: image, window: window, inputZeroPoint: zeroPoint))
    case .depthwise:
      self = .depthwise(
        IntegerDepthwise(
          kernel: IntegerDense(operation, of: file), image: image, window: window, inputZeroPoint: zeroPoint))
    default:
      self = .pooling(
        IntegerPooling(
          kind: operation.kind == .averagePooling ? .average : .maximum, image: image, window: window,
          zeroPoint: zeroPoint, multiplier: operation.averageMultiplier, preShift: operation.output.preShift))
    }
  }
}

extension Window {
  fileprivate init(_ geometry: ImageGeometry) {
    self.init(
      kernelHeight: geometry.kernelHeight, kernelWidth: geometry.kernelWidth,
      strideHeight: geometry.strideHeight, strideWidth: geometry.strideWidth,
      padding: Padding(
        top: geometry.paddingTop, left: geometry.paddingLeft, bottom: geometry.paddingBottom,
        right: geometry.paddingRight))
  }
}

extension IntegerDense {
  /// Unpacks the weights, biases and multipliers of a validated operation.
  fileprivate init(_ operation: Operation, of file: [UInt8]) {
    let (inputs, outputs) = (operation.kernelInputs, operation.kernelOutputs)
    func channels(at offset: Int) -> [Int32] { (0..<outputs).map { file.load(at: offset + 4 * $0) } }
    self.init(
      inputs: inputs, outputs: outputs, weights: [Int8](repeating: 0, count: inputs * outputs),
      bias: channels(at: operation.biasOffset), multipliers: channels(at: operation.multiplierOffset),
      preShift: operation.output.preShift, output: IntegerOutput(operation.output))
    if operation.kind == .depthwise {
      unpackQuads(at: operation.weightsOffset, of: file)
    } else {
      unpackWeights(at: operation.weightsOffset, of: file)
    }
  }
}

extension Operation.Output {
  /// The left shift before the multiplication; 0 for logits.
  fileprivate var preShift: Int { if case .activations(let preShift, _, _, _) = self { preShift } else { 0 } }
}

extension IntegerOutput {
  fileprivate init(_ output: Operation.Output) {
    switch output {
    case .activations(_, let zeroPoint, let low, let high):
      self = .activation(zeroPoint: Int(zeroPoint), low: Int(low), high: Int(high))
    case .logits(let fractionBits): self = .logits(fractionBits: fractionBits)
    }
  }
}

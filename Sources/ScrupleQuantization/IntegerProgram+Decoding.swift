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
    let layers = descriptors.map { IntegerLayer.dense(IntegerDense($0, of: bytes)) }
    var metadata = try ProgramMetadata(
      decoding: bytes, inputs: descriptors.first?.inputCount ?? 0, operations: descriptors.count)
    metadata.threshold = threshold
    metadata.gapFactor = gapFactor
    self.init(layers: layers, metadata: metadata)
    guard metadata.labels.count == classCount else {
      throw .metadata(offset: 0, reason: "\(metadata.labels.count) labels for \(classCount) classes")
    }
  }
}

extension IntegerDense {
  /// Unpacks a validated dense operation.
  fileprivate init(_ operation: Operation, of bytes: [UInt8]) {
    let (inputs, outputs) = (operation.inputCount, operation.outputCount)
    func channels(at offset: Int) -> [Int32] { (0..<outputs).map { bytes.load(at: offset + 4 * $0) } }
    var weights = [Int8](repeating: 0, count: inputs * outputs)
    for pair in 0..<WeightLayout.pairCount(outputs: outputs) {
      for input in 0..<inputs {
        let index = WeightLayout.index(input: input, pair: pair, inputs: inputs, outputs: outputs)
        let (a, b) = WeightLayout.unpack(bytes.load(at: operation.weightsOffset + 2 * index))
        weights[2 * pair * inputs + input] = a
        if 2 * pair + 1 < outputs { weights[(2 * pair + 1) * inputs + input] = b }
      }
    }
    let shift: Int
    let output: IntegerOutput
    switch operation.output {
    case .activations(let preShift, let zeroPoint, let low, let high):
      shift = preShift
      output = .activation(zeroPoint: Int(zeroPoint), low: Int(low), high: Int(high))
    case .logits(let fractionBits):
      shift = 0
      output = .logits(fractionBits: fractionBits)
    }
    self.init(
      inputs: inputs, outputs: outputs, weights: weights, bias: channels(at: operation.biasOffset),
      multipliers: channels(at: operation.multiplierOffset), preShift: shift, output: output)
  }
}

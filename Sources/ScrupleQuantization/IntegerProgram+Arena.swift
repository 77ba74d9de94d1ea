extension IntegerProgram {
  /// Where the file puts each tensor: the input, every hidden layer's activations, the logits (which the
  /// confidence head replaces by probabilities, in place).
  public var arenaPlan: ArenaPlan {
    var tensors = [LiveTensor(name: "input", bytes: inputCount, operations: 0...0)]
    for (index, layer) in layers.enumerated() {
      switch layer.output {
      case .activation:
        tensors.append(
          LiveTensor(name: "layer \(index)", bytes: layer.outputs, operations: index...index + 1))
      case .logits:
        tensors.append(LiveTensor(name: "logits", bytes: 4 * layer.outputs, operations: index...index + 1))
      }
    }
    return ArenaPlan(planning: tensors)
  }
}

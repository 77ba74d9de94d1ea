import ScrupleRuntime

extension IntegerProgram {
  /// Where the file puts each tensor: the input, every hidden layer's activations, the logits (which the
  /// confidence head replaces by probabilities, in place), and then the patches that convolutions expand.
  ///
  /// Buffer 0 is the input and buffer `i + 1` is layer i's output. An addition writes over a summand that
  /// nobody reads later, so that the two are at one place.
  public var arenaPlan: ArenaPlan {
    var graph = ArenaGraph(input: inputCount)
    for (index, layer) in layers.enumerated() {
      graph.append(
        name: index == layers.count - 1 ? "logits" : "layer \(index)", bytes: layer.outputByteCount,
        reads: sources[index], isInPlace: layer.canRunInPlace, scratch: layer.scratchByteCount)
    }
    return graph.plan
  }
}

extension IntegerLayer {
  /// Bytes of the arena that the output takes.
  var outputByteCount: Int {
    if case .logits = output { 4 * outputs } else { outputs }
  }

  /// Whether the output may take the place of a source.
  fileprivate var canRunInPlace: Bool { if case .addition = self { true } else { false } }

  /// Bytes of the arena for expanded patches: 0 where they are few enough for the stack.
  var scratchByteCount: Int {
    guard case .convolution(let convolution) = self else { return 0 }
    return PatchLayout.scratchByteCount(inputs: convolution.kernel.inputs)
  }
}

extension Network {
  /// The gradient, by each normalized input, of a function of each sample's logits.
  ///
  /// - Parameters:
  ///   - x: normalized inputs, row-major `count × inputs`.
  ///   - logitGradient: fills the second buffer, `count × classes`, with the function's gradient by the
  ///     logits in the first (which are divided by the temperature already).
  /// - Returns: row-major `count × inputs`.
  public func inputGradient(
    _ x: [Float], count: Int,
    logitGradient: (UnsafeBufferPointer<Float>, UnsafeMutableBufferPointer<Float>) -> Void
  ) -> [Float] {
    precondition(x.count == count * input.count, "\(x.count) values for \(count) samples of \(input.count)")
    guard count > 0 else { return [] }
    let graph = NetworkGraph(self)
    let parameters = graph.layout.gather(self)
    let tape = Tape(graph: graph, capacity: min(count, isDenseChain ? 256 : 16))
    let source = FloatBuffer(x)
    let result = FloatBuffer(count: x.count)
    for start in stride(from: 0, to: count, by: tape.capacity) {
      let n = min(tape.capacity, count - start)
      tape.forward(parameters, input: source, firstRow: start, count: n, keepsParameters: start > 0)
      for i in 0..<n * classCount { tape.logits[i] /= temperature }
      logitGradient(
        UnsafeBufferPointer(start: tape.logits, count: n * classCount),
        UnsafeMutableBufferPointer(start: tape.logitGradient, count: n * classCount))
      for i in 0..<n * classCount { tape.logitGradient[i] /= temperature }
      tape.backward(gradient: nil, inputGradient: result)
    }
    return Array(result.elements)
  }

  /// The same network with other parameters, a block in `layout`.
  public func replacing(
    parameters: FloatBuffer, layout: ParameterLayout
  ) throws(NetworkError) -> Network {
    try replacing(
      kernels: zip(kernels, layout.scatter(parameters)).map { old, new in
        var kernel = new
        kernel.activation = old.activation
        return kernel
      })
  }
}

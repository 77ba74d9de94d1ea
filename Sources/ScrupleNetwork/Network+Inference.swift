import Foundation

extension Network {
  /// The logits (already divided by the temperature) of `count` samples.
  ///
  /// - Parameter x: normalized inputs, row-major `count × inputs`.
  /// - Returns: row-major `count × classes`.
  public func logits(_ x: [Float], count: Int) -> [Float] {
    precondition(x.count == count * input.count, "\(x.count) values for \(count) samples of \(input.count)")
    return x.withUnsafeBufferPointer { logits($0, count: count) }
  }

  /// ``logits(_:count:)`` for a buffer.
  public func logits(_ x: UnsafeBufferPointer<Float>, count: Int) -> [Float] {
    precondition(x.count >= count * input.count, "\(x.count) values for \(count) samples of \(input.count)")
    guard isDenseChain else { return graphLogits(x, count: count) }
    var result = [Float](repeating: 0, count: count * classCount)
    let rows = min(count, 512)
    guard rows > 0, let base = x.baseAddress else { return result }
    let widest = denseLayers.map(\.outputs).max() ?? 0
    var current = [Float](repeating: 0, count: rows * widest)
    var next = current
    for start in stride(from: 0, to: count, by: rows) {
      let n = min(rows, count - start)
      var isFirst = true
      for case .dense(let dense) in layers {
        next.withUnsafeMutableBufferPointer { output in
          current.withUnsafeBufferPointer { hidden in
            let source = isFirst ? base + start * input.count : hidden.baseAddress!
            dense.apply(to: source, count: n, into: output.baseAddress!)
          }
        }
        swap(&current, &next)
        isFirst = false
      }
      for i in 0..<n * classCount { result[start * classCount + i] = current[i] / temperature }
    }
    return result
  }

  /// Graphs go over a tape, as many samples at a time as stay in a processor's cache.
  private func graphLogits(_ x: UnsafeBufferPointer<Float>, count: Int) -> [Float] {
    guard count > 0, let base = x.baseAddress else { return [] }
    let graph = NetworkGraph(self)
    let parameters = graph.layout.gather(self)
    let tape = Tape(graph: graph, capacity: min(count, 16))
    let rows = FloatBuffer(count: tape.capacity * input.count)
    var result: [Float] = []
    result.reserveCapacity(count * classCount)
    for start in stride(from: 0, to: count, by: tape.capacity) {
      let n = min(tape.capacity, count - start)
      rows.pointer.update(from: base + start * input.count, count: n * input.count)
      tape.forward(parameters, input: rows, count: n, keepsParameters: start > 0)
      for i in 0..<n * classCount { result.append(tape.logits[i] / temperature) }
    }
    return result
  }

  /// The probabilities of `count` samples, softmax in `Double`.
  ///
  /// - Returns: row-major `count × classes`.
  public func probabilities(_ x: [Float], count: Int) -> [Double] {
    softmax(logits(x, count: count), classes: classCount)
  }
}

/// The softmax of each row of logits, row-major `n × classes`, in `Double`.
public func softmax(_ logits: [Float], classes: Int) -> [Double] {
  softmax(logits.map(Double.init), classes: classes)
}

/// The softmax of each row of logits, row-major `n × classes`.
public func softmax(_ logits: [Double], classes: Int) -> [Double] {
  var result = logits
  for start in stride(from: 0, to: result.count, by: classes) {
    let row = start..<start + classes
    let largest = result[row].max() ?? 0
    var sum = 0.0
    for i in row {
      result[i] = exp(result[i] - largest)
      sum += result[i]
    }
    for i in row { result[i] /= sum }
  }
  return result
}

extension Dense {
  /// `f(x·Wᵀ + b)` for `count` rows.
  func apply(to x: UnsafePointer<Float>, count: Int, into y: UnsafeMutablePointer<Float>) {
    weight.withUnsafeBufferPointer { weight in
      matmul(
        x, weight.baseAddress!, into: y, rows: count, columns: outputs, inner: inputs,
        transposeLeft: false, transposeRight: true)
    }
    bias.withUnsafeBufferPointer { bias in
      activation.apply(bias: bias.baseAddress!, to: y, rows: count, columns: outputs)
    }
  }
}

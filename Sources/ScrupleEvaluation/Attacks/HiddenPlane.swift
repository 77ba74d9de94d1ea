import ScrupleNetwork

/// The plane of a network's narrowest hidden layer, where that has two neurons: every input is a point of it, and the
/// rest of the network decides by that point alone.
public struct HiddenPlane: Sendable {
  private let head: ArraySlice<DenseChain.Step>
  private let tail: ArraySlice<DenseChain.Step>
  private let temperature: Double

  /// - Returns: nil for a network with other layers than dense ones, or whose narrowest hidden layer has not two neurons.
  public init?(_ network: Network) {
    guard let chain = DenseChain(network), let narrowest = chain.narrowestHidden,
      chain.steps[narrowest].outputs == 2
    else { return nil }
    head = chain.steps[...narrowest]
    tail = chain.steps[(narrowest + 1)...]
    temperature = chain.temperature
  }

  /// The points of inputs.
  ///
  /// - Parameter inputs: bytes as the device reads them, one input after the other.
  public func points(of inputs: [UInt8]) -> [(x: Double, y: Double)] {
    let width = head.first?.inputs ?? 1
    return stride(from: 0, to: inputs.count, by: width).map { start in
      var values = inputs[start..<start + width].map { Double($0) / 255 }
      for step in head { values = step.preActivation(values).map { step.activation($0) } }
      return (values[0], values[1])
    }
  }

  /// What the rest of the network says of points.
  ///
  /// - Parameter points: x and y by turns.
  /// - Returns: probabilities, row-major.
  public func probabilities(at points: [Float]) -> [Double] {
    stride(from: 0, to: points.count, by: 2).flatMap { start in
      var values = [Double(points[start]), Double(points[start + 1])]
      for step in tail { values = step.preActivation(values).map { step.activation($0) } }
      return softmax(values.map { $0 / temperature }, classes: values.count)
    }
  }
}

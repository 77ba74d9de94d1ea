import CVectorLoops
import ScrupleNetwork

/// The parameters that training on the grid computes with: each row of weights at the nearest points of its
/// channel's int8 grid. Gradients at them move the float parameters (the straight-through estimator; Bengio,
/// Léonard and Courville 2013).
final class GridState: @unchecked Sendable {
  /// Weights on the grid; biases as they are.
  let snapped: FloatBuffer
  private let layout: ParameterLayout
  private let scales: [FloatBuffer]
  private let inputScales: [Double]

  /// `nil` if a hidden value is not clipped.
  init?(_ graph: NetworkGraph) {
    var inputScales: [Double] = []
    for scale in graph.inputScales {
      guard let scale else { return nil }
      inputScales.append(scale)
    }
    let layout = graph.layout
    self.inputScales = inputScales
    self.layout = layout
    snapped = FloatBuffer(count: layout.count)
    scales = layout.entries.map { FloatBuffer(count: $0.outputs) }
  }

  /// Snaps rows of one layer. Different rows may be snapped by different threads.
  func snap(_ parameters: FloatBuffer, layer: Int, rows: Range<Int>) {
    let entry = layout.entries[layer]
    for row in rows {
      let bias = parameters.pointer[entry.bias + row]
      let source = parameters.pointer + entry.weight + row * entry.inputs
      let destination = snapped.pointer + entry.weight + row * entry.inputs
      let floor = Float(Double(abs(bias)) / (inputScales[layer] * 0x1p30))
      let scale = WeightGrid.scale(largest: loops_largest_magnitude(source, entry.inputs), floor: floor)
      scales[layer].pointer[row] = scale
      snapped.pointer[entry.bias + row] = bias
      loops_snap(destination, source, entry.inputs, 1 / scale, scale)
    }
  }

  /// Snaps everything.
  func snap(_ parameters: FloatBuffer) {
    for (layer, entry) in layout.entries.enumerated() {
      snap(parameters, layer: layer, rows: 0..<entry.outputs)
    }
  }

  /// The kernels of the grid twin: weights exactly on their grids, biases at multiples of the input's scale
  /// times the channel's, up to the rounding to `Float`.
  func kernels() -> [Dense] {
    var layers = layout.scatter(snapped)
    for index in layers.indices {
      guard let grid = WeightGrid(scales: Array(scales[index].elements)) else { continue }
      layers[index].grid = grid
      for row in layers[index].bias.indices {
        let step = inputScales[index] * Double(grid.scales[row])
        layers[index].bias[row] = Float((Double(layers[index].bias[row]) / step).rounded() * step)
      }
    }
    return layers
  }
}

import Foundation
import ScrupleNetwork

/// Bounds the change of probabilities over small boxes of few features, fast: a million boxes in seconds.
///
/// The same affine forms as everywhere in this module, the twin's pre-activations over one symbol per feature
/// and one per neuron that is not linear in the box, the differences over one symbol per rounding, but in
/// buffers that are reused, without interval propagation through the integers, and with one slack for all
/// floating-point errors. One bounder a thread.
final class SmallBoxBounder {
  /// What is left of a pair of classes for `LeafScan`.
  struct Pair {
    /// `i` and `k` of `(ẑ_i − ẑ_k) − (z_i − z_k)`.
    let first: Int
    let second: Int
    /// Bound of the whole.
    var bound = 0.0
    /// The part that is not a rounding of a first-layer neuron that is active in the whole box.
    var constant = 0.0
    /// Range of the twin's `z_i − z_k`.
    var low = 0.0
    var high = 0.0
  }

  let pair: ModelPair
  let features: Int
  let classes: Int
  /// Neurons of the first hidden layer.
  let firstWidth: Int
  private let layers: [Layer]
  private let head: Layer
  private let headPerturbations: [Double]
  private let inverseTemperature: Double
  /// Added to every range: more than all rounding errors of the forms together.
  private let slack: Double

  /// Bounds of the last box, by pair of classes.
  private(set) var pairs: [Pair]
  /// For each pair the coefficient of each first-layer neuron's rounding (in units of half a step), 0 where
  /// its state is not `active`: row-major.
  let roundings: UnsafeMutablePointer<Double>
  private var twin: AffineBuffer
  private var nextTwin: AffineBuffer
  private var difference: AffineBuffer
  private var nextDifference: AffineBuffer
  private let firstStates: UnsafeMutablePointer<Bool>

  /// One layer in Double.
  struct Layer {
    let inputs: Int
    let outputs: Int
    let weights: [Double]
    let biases: [Double]
    let perturbations: [Double]
    let limit: Double
    let rounding: Double
  }

  init(_ pair: ModelPair) {
    self.pair = pair
    features = pair.program.inputCount
    classes = pair.program.classCount
    let ranges = pair.ranges(over: .whole(inputs: features))
    let all = pair.layers.indices.map { index in
      let layer = pair.layers[index]
      return Layer(
        inputs: layer.twin.inputs, outputs: layer.twin.outputs, weights: layer.twin.weight.map(Double.init),
        biases: layer.twin.bias.map(Double.init),
        perturbations: layer.perturbations(ranges[index], temperature: pair.twin.temperature),
        limit: layer.limit.map(Double.init) ?? 0,
        rounding: Slack.up(layer.constants.roundingError, operations: 1))
    }
    layers = Array(all.dropLast())
    head = all[all.count - 1]
    headPerturbations = head.perturbations
    firstWidth = layers.first?.outputs ?? 0
    inverseTemperature = 1 / Double(pair.twin.temperature)
    // Every |center| + Σ|coefficient| is at most three times the clip: the relaxation of a clipped ReLU stays
    // within −L…2L. `evaluationSlack` is for sums up to the clip, and counts fewer columns.
    slack = pair.evaluationSlack * 64 * Double(features + all.map(\.outputs).reduce(0, +))
    pairs = (0..<pair.program.classCount).flatMap { i in
      (0..<i).map { Pair(first: i, second: $0) }
    }
    let widest = max(features, all.map(\.outputs).max() ?? 0)
    let symbols = features + layers.map(\.outputs).reduce(0, +)
    twin = AffineBuffer(rows: widest, columns: symbols)
    nextTwin = AffineBuffer(rows: widest, columns: symbols)
    difference = AffineBuffer(rows: widest, columns: symbols)
    nextDifference = AffineBuffer(rows: widest, columns: symbols)
    roundings = .allocate(capacity: max(1, pairs.count * firstWidth))
    roundings.initialize(repeating: 0, count: max(1, pairs.count * firstWidth))
    firstStates = .allocate(capacity: max(1, firstWidth))
    firstStates.initialize(repeating: false, count: max(1, firstWidth))
  }

  deinit {
    roundings.deallocate()
    firstStates.deallocate()
  }

  /// Bounds every pair of classes over a box of bytes.
  func bound(low: [UInt8], high: [UInt8]) {
    twin.columns = features
    difference.columns = 0
    for feature in 0..<features {
      twin.center[feature] = (Double(low[feature]) + Double(high[feature])) / 510
      for other in 0..<features { twin.row(feature)[other] = 0 }
      twin.row(feature)[feature] = (Double(high[feature]) - Double(low[feature])) / 510
    }
    for (index, layer) in layers.enumerated() { propagate(through: layer, isFirst: index == 0) }
    for index in pairs.indices { bound(pair: index) }
  }

  private func propagate(through layer: Layer, isFirst: Bool) {
    nextTwin.assign(layer.weights, layer.biases, rows: layer.outputs, times: twin, rows: layer.inputs)
    nextDifference.assign(layer.weights, nil, rows: layer.outputs, times: difference, rows: layer.inputs)
    swap(&twin, &nextTwin)
    swap(&difference, &nextDifference)
    let arriving = difference.columns
    difference.appendColumns(layer.outputs, rows: layer.outputs)
    for neuron in 0..<layer.outputs {
      let reach = twin.radius(neuron) + slack
      let (low, high) = (twin.center[neuron] - reach, twin.center[neuron] + reach)
      let change = difference.radius(neuron, columns: arriving) + layer.perturbations[neuron] + slack
      let factor: Double
      var own = layer.perturbations[neuron] + layer.rounding + slack
      if high <= 0 && high + change < layer.rounding * 0.999 {
        (factor, own) = (0, 0)
      } else if low >= layer.limit && low - change > layer.limit - layer.rounding * 0.999 {
        (factor, own) = (0, 0)
      } else if low - change >= 0 && high + change <= layer.limit {
        factor = 1
      } else {
        factor = 0.5
        own += (change - layer.perturbations[neuron]) / 2
      }
      if isFirst { firstStates[neuron] = factor == 1 }
      difference.scale(neuron, by: factor, columns: arriving)
      difference.row(neuron)[arriving + neuron] = own
      relax(neuron, low: low, high: high, limit: layer.limit, rows: layer.outputs)
    }
  }

  /// Replaces a pre-activation's form by one that contains the clipped ReLU of it: the chord between the
  /// ends, and an own symbol for how far the function is from its middle.
  private func relax(_ neuron: Int, low: Double, high: Double, limit: Double, rows: Int) {
    if low >= 0 && high <= limit { return }
    if high <= 0 || low >= limit {
      twin.scale(neuron, by: 0, columns: twin.columns)
      twin.center[neuron] = high <= 0 ? 0 : limit
      return
    }
    let (atLow, atHigh) = (min(max(low, 0), limit), min(max(high, 0), limit))
    let slope = (atHigh - atLow) / (high - low)
    var (least, most) = (atLow - slope * low, atLow - slope * low)
    func include(_ value: Double) {
      least = min(least, value)
      most = max(most, value)
    }
    include(atHigh - slope * high)
    if low < 0 { include(0) }
    if high > limit { include(limit - slope * limit) }
    twin.scale(neuron, by: slope, columns: twin.columns)
    twin.center[neuron] = slope * twin.center[neuron] + (least + most) / 2
    let column = twin.columns
    twin.appendColumns(1, rows: rows)
    twin.row(neuron)[column] = (most - least) / 2 + slack
  }

  private func bound(pair index: Int) {
    let (first, second) = (pairs[index].first, pairs[index].second)
    let n = head.inputs
    let (own, other) = (first * n, second * n)
    var center = head.biases[first] - head.biases[second]
    for neuron in 0..<n {
      center += (head.weights[own + neuron] - head.weights[other + neuron]) * twin.center[neuron]
    }
    var reach = slack
    for column in 0..<twin.columns {
      var sum = 0.0
      for neuron in 0..<n {
        sum += (head.weights[own + neuron] - head.weights[other + neuron]) * twin.row(neuron)[column]
      }
      reach += abs(sum)
    }
    pairs[index].low = (center - reach) * inverseTemperature - slack
    pairs[index].high = (center + reach) * inverseTemperature + slack
    var constant = slack
    var aligned = 0.0
    for column in 0..<difference.columns {
      var sum = 0.0
      for neuron in 0..<n {
        sum += (head.weights[own + neuron] - head.weights[other + neuron]) * difference.row(neuron)[column]
      }
      if column < firstWidth {
        // The column's radius is half a step and the perturbation.
        let share =
          firstStates[column]
          ? layers[0].rounding / (layers[0].rounding + layers[0].perturbations[column] + slack) : 0
        roundings[index * firstWidth + column] = sum * share * inverseTemperature
        aligned += abs(sum) * share
        constant += abs(sum) * (1 - share)
      } else {
        constant += abs(sum)
      }
    }
    pairs[index].constant =
      constant * inverseTemperature + headPerturbations[first] + headPerturbations[second] + slack
    pairs[index].bound = aligned * inverseTemperature + pairs[index].constant
  }
}

/// Affine forms of the neurons of one layer: a center and a row of coefficients each.
struct AffineBuffer {
  let center: UnsafeMutablePointer<Double>
  private let coefficients: UnsafeMutablePointer<Double>
  private let storage: Storage
  private let stride: Int
  /// Columns in use.
  var columns = 0

  private final class Storage {
    let memory: UnsafeMutablePointer<Double>
    init(_ count: Int) {
      memory = .allocate(capacity: count)
      memory.initialize(repeating: 0, count: count)
    }
    deinit { memory.deallocate() }
  }

  init(rows: Int, columns: Int) {
    storage = Storage(rows * (columns + 1))
    center = storage.memory
    coefficients = storage.memory + rows
    stride = columns
  }

  @inline(__always)
  func row(_ index: Int) -> UnsafeMutablePointer<Double> { coefficients + index * stride }

  /// Becomes `weights·forms + biases`.
  mutating func assign(
    _ weights: [Double], _ biases: [Double]?, rows: Int, times forms: AffineBuffer, rows inner: Int
  ) {
    columns = forms.columns
    weights.withUnsafeBufferPointer { weights in
      for output in 0..<rows {
        let target = row(output)
        for column in 0..<columns { target[column] = 0 }
        var sum = 0.0
        for input in 0..<inner {
          let weight = weights[output * inner + input]
          let source = forms.row(input)
          sum += weight * forms.center[input]
          for column in 0..<columns { target[column] += weight * source[column] }
        }
        if let biases { center[output] = sum + biases[output] }
      }
    }
  }

  /// New columns of zeros.
  mutating func appendColumns(_ count: Int, rows: Int) {
    for index in 0..<rows {
      for column in columns..<columns + count { row(index)[column] = 0 }
    }
    columns += count
  }

  func radius(_ index: Int, columns: Int? = nil) -> Double {
    let row = row(index)
    var sum = 0.0
    for column in 0..<(columns ?? self.columns) { sum += abs(row[column]) }
    return sum
  }

  func scale(_ index: Int, by factor: Double, columns: Int) {
    let row = row(index)
    for column in 0..<columns { row[column] *= factor }
  }
}

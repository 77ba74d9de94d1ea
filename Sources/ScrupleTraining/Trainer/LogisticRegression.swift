import Foundation
import ScrupleNetwork

/// Multinomial logistic regression by L-BFGS in Double, on all data at once: `C·Σ cross-entropy + ½‖W‖²`, the
/// intercept free; with C = 1 what scikit-learn's `LogisticRegression` minimizes by default.
///
/// The penalty is on weights in the features' own units (of images: grey levels over 255), so that it does not
/// depend on the ranges that the device's input steps cover.
struct LogisticRegression {
  private let problem: TrainingProblem
  private let inputs: Int
  private let classes: Int
  /// The width of each input's range in the units of the penalty, and what stands for 0.
  private let ranges: [(low: Double, width: Double)]
  /// Inputs in the units of the penalty, samples × inputs.
  private let x: [Double]

  init(_ problem: TrainingProblem) {
    self.problem = problem
    let input = problem.input
    inputs = input.count
    classes = problem.labels.count
    var isImage = false
    if case .image = input.kind { isImage = true }
    let ranges = (0..<inputs).map { isImage ? (low: 0, width: 1) : input.range(of: $0) }
    self.ranges = ranges
    if case .values(let values) = problem.dataset.samples, !isImage {
      x = values.map(Double.init)
    } else {
      x = problem.train.normalized(0..<problem.train.count).map(Double.init)
    }
  }

  func run(
    _ trainer: Trainer, progress: (TrainingProgress) -> Void, shouldStop: () -> Bool
  ) throws(TrainingError) -> Trainer.Outcome {
    let optimizer = trainer.recipe.optimizer
    let clock = ContinuousClock()
    let began = clock.now
    let search = LBFGS(tolerance: optimizer.tolerance, iterations: optimizer.iterations)
    var stopped = false
    let start = [Double](repeating: 0, count: classes * (inputs + 1))
    let result = search.minimize({ objective($0, inversePenalty: optimizer.inversePenalty) }, from: start) {
      iteration, value in
      let elapsed = (clock.now - began).seconds
      progress(
        TrainingProgress(
          epoch: iteration, epochs: optimizer.iterations, batch: 1, batches: 1,
          loss: value / optimizer.inversePenalty / Double(problem.train.count), trainAccuracy: 0,
          noiseConfidence: nil, testAccuracy: nil,
          samplesPerSecond: Double(iteration * problem.train.count) / max(elapsed, 1e-9),
          secondsLeft: elapsed / Double(iteration) * Double(optimizer.iterations - iteration),
          isOnGrid: false,
          isEpochEnd: false))
      stopped = shouldStop()
      return !stopped
    }
    if stopped { return .interrupted(checkpoint: nil) }
    let network = try problem.network([layer(result.x)])
    let entry = TrainingRecord.Epoch(
      epoch: 1, loss: crossEntropy(result.x), trainAccuracy: problem.train.accuracy(of: network),
      testLoss: nil,
      testAccuracy: problem.test.map { $0.accuracy(of: network) }, noiseLoss: nil, noiseConfidence: nil,
      gap: nil,
      rate: 0, onGrid: network.isGridTwin, seconds: (clock.now - began).seconds)
    return try trainer.finish(network, problem, epochs: [entry], threads: 1)
  }

  /// The layer for normalized inputs `x̂`, `x = low + width·x̂`; on its grid if the recipe says so.
  private func layer(_ parameters: [Double]) -> Dense {
    var weight: [Float] = []
    var bias: [Float] = []
    for k in 0..<classes {
      let row = k * (inputs + 1)
      var offset = parameters[row + inputs]
      for j in 0..<inputs {
        weight.append(Float(parameters[row + j] * ranges[j].width))
        offset += parameters[row + j] * ranges[j].low
      }
      bias.append(Float(offset))
    }
    var dense = Dense(weight: weight, bias: bias, inputs: inputs, outputs: classes, activation: .identity)
    guard problem.recipe.grid != nil else { return dense }
    let grid = closestGrid(dense)
    dense.weight = grid.snap(weight)
    dense.bias = zip(bias, grid.scales).map { bias, scale in
      let step = Double(scale) / 255
      return Float((Double(bias) / step).rounded() * step)
    }
    dense.grid = grid
    return dense
  }

  /// A grid close to finished weights. A channel's scale is free from what uses all 127 steps to what uses half
  /// of them; the one with the least squared error is taken. (With few inputs that is many times closer than
  /// the finest scale.)
  private func closestGrid(_ dense: Dense) -> WeightGrid {
    let finest = WeightGrid.fit(dense, inputScale: 1.0 / 255)
    let scales = (0..<classes).map { k in
      let row = dense.weight[k * inputs..<(k + 1) * inputs]
      var best = (error: Float.infinity, scale: finest.scales[k])
      for steps in 0..<64 {
        let scale = WeightGrid.roundedUp(finest.scales[k] * 127 / Float(127 - steps))
        let error = row.reduce(Float(0)) { sum, weight in
          let rest = weight - WeightGrid.integer(of: weight, scale: scale) * scale
          return sum + rest * rest
        }
        if error < best.error { best = (error, scale) }
      }
      return best.scale
    }
    return WeightGrid(scales: scales) ?? finest
  }

  /// The penalized loss and its gradient; parameters are classes × (weights, then the intercept).
  private func objective(_ parameters: [Double], inversePenalty: Double) -> (
    value: Double, gradient: [Double]
  ) {
    let stride = inputs + 1
    var gradient = [Double](repeating: 0, count: parameters.count)
    var loss = 0.0
    var p = [Double](repeating: 0, count: classes)
    for sample in 0..<problem.train.count {
      let label = Int(problem.train.labels[sample])
      loss += softmax(parameters, sample, into: &p, label: label)
      for k in 0..<classes {
        let error = p[k] - (k == label ? 1 : 0)
        for j in 0..<inputs { gradient[k * stride + j] += error * x[sample * inputs + j] }
        gradient[k * stride + inputs] += error
      }
    }
    var value = inversePenalty * loss
    for index in parameters.indices {
      gradient[index] *= inversePenalty
      guard index % stride < inputs else { continue }
      value += parameters[index] * parameters[index] / 2
      gradient[index] += parameters[index]
    }
    return (value, gradient)
  }

  private func crossEntropy(_ parameters: [Double]) -> Double {
    var p = [Double](repeating: 0, count: classes)
    let sum = (0..<problem.train.count).reduce(0.0) {
      $0 + softmax(parameters, $1, into: &p, label: Int(problem.train.labels[$1]))
    }
    return sum / Double(problem.train.count)
  }

  /// Writes a sample's probabilities; returns its cross-entropy.
  private func softmax(_ parameters: [Double], _ sample: Int, into p: inout [Double], label: Int) -> Double {
    for k in 0..<classes {
      let row = k * (inputs + 1)
      var z = parameters[row + inputs]
      for j in 0..<inputs { z += parameters[row + j] * x[sample * inputs + j] }
      p[k] = z
    }
    let (largest, own) = (p.max() ?? 0, p[label])
    var sum = 0.0
    for k in 0..<classes {
      p[k] = exp(p[k] - largest)
      sum += p[k]
    }
    for k in 0..<classes { p[k] /= sum }
    return log(sum) + largest - own
  }
}

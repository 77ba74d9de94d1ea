import ScrupleData
import ScrupleNetwork

extension AdversarialNoise {
  /// Makes the set.
  ///
  /// - Parameters:
  ///   - network: the float model under attack, or the int8 program's twin.
  ///   - program: the int8 program; the strength `int8` needs it.
  ///   - data: in-distribution samples: what permuted noise is made from, and where strong attacks start.
  ///   - others: models for strong attacks to learn from, such as the same network trained plainly.
  ///   - count: how many samples.
  /// - Returns: the samples, in the order of the noise that they come from.
  public func dataset(
    against network: Network, program: (any Victim)? = nil, data: Dataset, others: [Network] = [], count: Int,
    _ run: AttackRun
  ) throws -> Dataset {
    let input = network.input
    let fitting = try data.matching(input)
    guard fitting.count > 0 else { throw EvaluationError.noSamples(set: data.name) }
    if strength == .int8, program == nil {
      throw EvaluationError.invalidInput("\(strength.rawValue) attacks an int8 program, and there is none")
    }
    let judge = strength == .int8 ? program : nil
    let noise = try NoiseGenerator(noise, for: input, base: noise.needsBase ? fitting : nil)
      .dataset(count: count, seed: run.seed)
    let centers = try noise.quantized(0..<count, for: input)
    let goals = [AttackGoal](repeating: .surest, count: count)
    func climb(_ network: Network, _ starts: [UInt8], isLong: Bool, judge: (any Victim)?, _ stream: UInt64)
      throws
      -> AttackedRows
    {
      try ascent(isLong: isLong).run(
        network, starts: starts, centers: centers, goals: goals, judge: judge, run.stream(stream))
    }
    var best = try climb(network, shaken(centers, input.count, run), isLong: false, judge: judge, 0)
    if strength != .plain {
      for start in 0..<starts {
        let stream = UInt64(2 * start)
        let random = scattered(centers, input.count, run, stream: stream)
        best.keepBetter(try climb(network, random, isLong: true, judge: judge, 1 + stream))
        let samples = try chosen(from: fitting, count, input, run, stream: stream)
        best.keepBetter(try climb(network, samples, isLong: true, judge: judge, 2 + stream))
      }
      for (index, other) in others.enumerated() {
        let stream = UInt64(1_000 + 3 * index)
        best.keepBetter(
          try climb(other, centers, isLong: true, judge: judge ?? FloatVictim(network), stream))
        let far = try climb(other, centers, isLong: true, judge: nil, stream + 1)
        best.keepBetter(try climb(network, far.inputs, isLong: true, judge: judge, stream + 2))
      }
    }
    if let judge {
      best.keepBetter(
        try IntegerSearch(region: region, steps: searchSteps).run(
          judge, starts: best.inputs, centers: centers, goals: goals, shape: input.shape, run.stream(2_000)))
    }
    return Dataset(
      name: name(for: input), source: "noise moved against \(network.name), seed \(run.seed)",
      inputs: best.inputs,
      of: input)
  }

  private var region: InputRegion { .maximumNorm(radius: radius) }

  /// The paper's steps, a fortieth of the radius each; or steps that begin ten times as long and shrink.
  private func ascent(isLong: Bool) -> GradientAscent {
    isLong
      ? GradientAscent(
        region: region, steps: steps, firstStep: radius / 4, lastStep: radius / 100, momentum: 0.75,
        wanders: true)
      : GradientAscent(region: region, steps: steps, firstStep: radius / 40)
  }

  /// The paper's start: `z + r·u`, r from U(0, 1) for each sample, u from U(−ε, ε) for each value.
  private func shaken(_ centers: [UInt8], _ width: Int, _ run: AttackRun) -> [UInt8] {
    var result = centers
    for row in 0..<centers.count / width {
      var generator = SeededGenerator(seed: run.seed, stream: 73, index: UInt64(row))
      let scale = generator.uniform() * radius * 255
      for i in row * width..<(row + 1) * width {
        let change = Int((scale * generator.uniform(-1, 1)).rounded())
        result[i] = UInt8(min(max(Int(result[i]) + change, 0), 255))
      }
    }
    return result
  }

  /// By turns anywhere in the ball and at its corners.
  private func scattered(_ centers: [UInt8], _ width: Int, _ run: AttackRun, stream: UInt64) -> [UInt8] {
    var result = centers
    let reach = region.byteRadius
    for row in 0..<centers.count / width {
      var generator = SeededGenerator(seed: run.seed, stream: 74 + stream, index: UInt64(row))
      for i in row * width..<(row + 1) * width {
        let change =
          row % 2 == 0
          ? generator.next(below: 2 * reach + 1) - reach : generator.next(below: 2) == 0 ? -reach : reach
        result[i] = UInt8(min(max(Int(result[i]) + change, 0), 255))
      }
    }
    return result
  }

  /// A random test sample for each row; the ascent moves it into the ball.
  private func chosen(
    from data: Dataset, _ count: Int, _ input: InputDescription, _ run: AttackRun, stream: UInt64
  ) throws -> [UInt8] {
    let indices = (0..<count).map { row in
      var generator = SeededGenerator(seed: run.seed, stream: 1_074 + stream, index: UInt64(row))
      return generator.next(below: data.count)
    }
    return try data.selecting(indices).quantized(0..<count, for: input)
  }
}

extension Dataset {
  /// A set of inputs as the device reads them: as images, or as rows in the features' units.
  public init(
    name: String, source: String, inputs: [UInt8], of input: InputDescription, labels: [Int]? = nil,
    labelNames: [String] = []
  ) {
    var names: [String] = []
    var samples = Samples.bytes(inputs)
    if case .tabular(let features) = input.kind {
      names = features.map(\.name)
      samples = .values(input.dequantize(inputs))
    }
    self.init(
      name: name, source: source, samples: samples, shape: input.shape, featureNames: names, labels: labels,
      labelNames: labelNames)
  }
}

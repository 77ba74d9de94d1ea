import Foundation
import ScrupleNetwork

/// A training by stochastic gradient descent, from the start or from a checkpoint to the written network.
struct Descent {
  private let trainer: Trainer
  private let problem: TrainingProblem
  private let engine: TrainingEngine
  private let threads: Int
  private let batches: Int
  private let rowsPerBatch: Int
  private var state: Checkpoint.State
  /// What the best epoch left, if the best one is kept.
  private var best: Checkpoint.KeptParameters?
  private let clock = ContinuousClock()

  init(_ trainer: Trainer, _ problem: TrainingProblem, _ rule: UpdateRule) throws(TrainingError) {
    self.trainer = trainer
    self.problem = problem
    let recipe = trainer.recipe
    threads = max(
      1, min(trainer.options.threads ?? ProcessInfo.processInfo.activeProcessorCount, recipe.shards))
    let share = (recipe.noise?.share ?? 0) + (recipe.outliers?.share ?? 0)
    rowsPerBatch = max(1, Int((Double(recipe.batch) * (1 - share)).rounded()))
    batches = (problem.train.count + rowsPerBatch - 1) / rowsPerBatch
    do {
      engine = try TrainingEngine(problem, rule: rule, threads: threads)
    } catch {
      throw .data(error, place: problem.recipe.places["loss.noise"])
    }
    state = Checkpoint.State(
      recipe: trainer.recipeChecksum, epoch: 0, batch: 0, step: 0, sums: .init(), seconds: 0, records: [])
    if trainer.options.resume {
      let checkpoint = try Checkpoint(
        contentsOf: trainer.checkpointFile, recipe: state.recipe, engine: engine)
      checkpoint.restore(engine)
      state = checkpoint.state
      best = checkpoint.best
    }
  }

  mutating func run(
    progress: (TrainingProgress) -> Void, shouldStop: () -> Bool
  ) throws(TrainingError) -> Trainer.Outcome {
    let recipe = trainer.recipe
    let began = clock.now
    let firstStep = state.step
    var saved = clock.now
    while state.epoch < recipe.epochs {
      if recipe.grid != nil, state.epoch >= lastPhase, !engine.isOnGrid {
        engine.enterGrid()
        state.isFolded = true
      }
      var generator = SeededGenerator(seed: recipe.seed, stream: 2, index: UInt64(state.epoch))
      let order = generator.permutation(problem.train.count)
      while state.batch < batches {
        if shouldStop() {
          try Checkpoint(state: state, engine: engine, best: best).write(to: trainer.checkpointFile)
          return .interrupted(checkpoint: trainer.checkpointFile)
        }
        let start = clock.now
        try step(order)
        state.seconds += (clock.now - start).seconds
        progress(report(since: began, firstStep, isEpochEnd: false))
      }
      endEpoch()
      progress(report(since: began, firstStep, isEpochEnd: true))
      state.sums = .init()
      state.batch = 0
      state.seconds = 0
      if isStale { break }
      if state.epoch < recipe.epochs, clock.now - saved > .seconds(30) {
        try Checkpoint(state: state, engine: engine, best: best).write(to: trainer.checkpointFile)
        saved = clock.now
      }
    }
    if let best { engine.restore(parameters: best.parameters, statistics: best.statistics) }
    return try trainer.finish(
      try problem.network(engine.kernels), problem, epochs: state.records, keptEpoch: state.best?.epoch,
      threads: threads)
  }

  /// The first epoch of the last phase: of those on the grid, or the first of all.
  private var lastPhase: Int { trainer.recipe.grid.map { trainer.recipe.epochs - $0.epochs } ?? 0 }

  /// Whether the validation loss has not got lower for too long.
  private var isStale: Bool {
    guard let stop = trainer.recipe.stop, let best = state.best else { return false }
    return state.epoch - best.epoch >= stop.patience
  }

  /// Keeps the parameters if they are the best of the last phase.
  private mutating func keepIfBest(_ loss: Double?) {
    guard trainer.recipe.stop != nil, let loss, state.epoch > lastPhase else { return }
    guard state.best.map({ loss < $0.loss }) ?? true else { return }
    state.best = Checkpoint.Best(epoch: state.epoch, loss: loss)
    best = Checkpoint.KeptParameters(engine)
  }

  private var epochProgress: Double { Double(state.epoch) + Double(state.batch) / Double(batches) }

  private var rate: Double {
    let recipe = trainer.recipe
    return recipe.optimizer.rate * recipe.schedule.factor(progress: epochProgress, epochs: recipe.epochs)
  }

  /// What grows from 0 to 1 within so many epochs.
  private func ramp(_ epochs: Int, from start: Int = 0) -> Double {
    epochs > 0 ? min(1, max(0, epochProgress - Double(start)) / Double(epochs)) : 1
  }

  /// The first epoch in which the gap is bounded: where normalization has become part of the kernels.
  private var firstBoundedEpoch: Int {
    let recipe = trainer.recipe
    return problem.graph.isNormalized ? recipe.epochs - (recipe.grid?.epochs ?? 0) : 0
  }

  private mutating func step(_ order: [Int]) throws(TrainingError) {
    let recipe = trainer.recipe
    let gapWeight = recipe.gap.map { $0.lambda * ramp($0.warmup, from: firstBoundedEpoch) } ?? 0
    let intervalWeight = recipe.interval.map { $0.lambda * ramp($0.warmup) } ?? 0
    let intervalGrowth = recipe.interval.map { ramp($0.ramp) } ?? 1
    let start = state.batch * rowsPerBatch
    let rate = rate
    state.step += 1
    let sums = order.withUnsafeBufferPointer { order in
      engine.step(
        problem.train, order: order, range: start..<min(start + rowsPerBatch, order.count), step: state.step,
        rate: rate, gapWeight: gapWeight, intervalWeight: intervalWeight, intervalGrowth: intervalGrowth)
    }
    guard sums.loss.isFinite, sums.noiseLoss.isFinite, sums.outlierLoss.isFinite,
      sums.intervalLoss.isFinite
    else {
      throw .diverged(epoch: state.epoch + 1, batch: state.batch + 1)
    }
    state.sums += sums
    state.batch += 1
  }

  private mutating func endEpoch() {
    let rate = rate
    let test = problem.test.map { engine.evaluate($0) }
    let validation = problem.validation.map { engine.evaluate($0) }
    let sums = state.sums
    state.epoch += 1
    keepIfBest(validation?.loss)
    state.records.append(
      TrainingRecord.Epoch(
        epoch: state.epoch, loss: sums.loss / Double(sums.rows),
        trainAccuracy: Double(sums.correct) / Double(sums.rows), validationLoss: validation?.loss,
        validationAccuracy: validation?.accuracy, testLoss: test?.loss,
        testAccuracy: test?.accuracy,
        noiseLoss: sums.noiseRows > 0 ? sums.noiseLoss / Double(sums.noiseRows) : nil,
        noiseConfidence: sums.noiseRows > 0 ? sums.noiseConfidence / Double(sums.noiseRows) : nil,
        outlierConfidence: sums.outlierRows > 0 ? sums.outlierConfidence / Double(sums.outlierRows) : nil,
        intervalConfidence: sums.intervalRows > 0
          ? sums.intervalConfidence / Double(sums.intervalRows) : nil,
        gap: engine.isOnGrid ? engine.gap : nil, rate: rate, onGrid: engine.isOnGrid, seconds: state.seconds))
  }

  private func report(since began: ContinuousClock.Instant, _ firstStep: Int, isEpochEnd: Bool)
    -> TrainingProgress
  {
    let recipe = trainer.recipe
    let elapsed = (clock.now - began).seconds
    let done = state.step - firstStep
    let left = recipe.epochs * batches - state.step
    let sums = state.sums
    return TrainingProgress(
      epoch: isEpochEnd ? state.epoch : state.epoch + 1, epochs: recipe.epochs, batch: state.batch,
      batches: batches, loss: sums.loss / Double(max(sums.rows, 1)),
      trainAccuracy: Double(sums.correct) / Double(max(sums.rows, 1)),
      noiseConfidence: sums.noiseRows > 0 ? sums.noiseConfidence / Double(sums.noiseRows) : nil,
      validationAccuracy: state.records.last?.validationAccuracy,
      testAccuracy: state.records.last?.testAccuracy,
      samplesPerSecond: Double(done * recipe.batch) / max(elapsed, 1e-9),
      secondsLeft: Double(left) * elapsed / Double(max(done, 1)), isOnGrid: engine.isOnGrid,
      isEpochEnd: isEpochEnd)
  }
}

extension Duration {
  var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}

import ScrupleNetwork

extension Fooling {
  /// - Returns: nil where the model lacks what the attack needs.
  func attack(
    _ kind: AttackKind, _ model: FoolModel, _ side: ModelSide, _ victim: any Victim, _ task: Task,
    _ run: AttackRun
  ) throws -> AttackedRows? {
    let judge = side == .int8 ? victim : nil
    switch kind {
    case .rays: return nil
    case .evolution:
      return try Evolution(evaluations: budget)?.run(
        victim, starts: task.starts, goals: task.goals, shape: shape, run)
    case .integers:
      return try IntegerSearch(region: .everything, steps: budget - 1).run(
        victim, starts: task.starts, goals: task.goals, shape: shape, run)
    case .pixel, .pixels, .patch:
      let search = PixelEvolution(
        pixels: kind == .pixels ? pixels : 1, side: kind == .patch ? patchSide : 1, evaluations: budget)
      return try search?.run(victim, starts: task.starts, goals: task.goals, shape: shape, run)
    case .inversion:
      guard let network = model.network else { return nil }
      return try Inversion(rounds: (budget - 1) / Inversion.questions, confidence: max(confidence, 0.999))
        .run(
          network, starts: task.starts, goals: task.goals, judge: judge, run)
    case .gradient:
      let ascent = GradientAscent(
        region: .everything, steps: Self.gradientSteps, firstStep: 0.05, lastStep: 0.005, momentum: 0.5,
        wanders: true)
      return try restarted(ascent, model, task, spread: 32, judge, run)
    case .fgsm:
      guard let network = model.network else { return nil }
      return try GradientAscent.single(.maximumNorm(radius: radius)).run(
        network, starts: task.starts, goals: task.goals, judge: judge, run)
    case .pgd:
      let ascent = GradientAscent(
        region: .maximumNorm(radius: radius), steps: Self.ballSteps, firstStep: radius / 4,
        lastStep: radius / 40,
        momentum: 0.75, wanders: true)
      return try restarted(ascent, model, task, spread: ascent.region.byteRadius, judge, run)
    case .pgdEuclidean:
      let ascent = GradientAscent(
        region: .euclidean(radius: euclideanRadius), steps: Self.ballSteps, firstStep: euclideanRadius / 4,
        lastStep: euclideanRadius / 40, momentum: 0.75, wanders: true)
      return try restarted(ascent, model, task, spread: ascent.region.byteRadius, judge, run)
    }
  }

  /// From the starts themselves, then, as long as the budget lasts, from random places near them.
  private func restarted(
    _ ascent: GradientAscent, _ model: FoolModel, _ task: Task, spread: Int, _ judge: (any Victim)?,
    _ run: AttackRun
  ) throws -> AttackedRows? {
    guard let network = model.network else { return nil }
    var best: AttackedRows?
    for round in 0..<max(1, budget / (ascent.steps + 1)) {
      var starts = task.starts
      if round > 0 {
        for row in task.goals.indices {
          var generator = SeededGenerator(seed: run.seed, stream: 82 + UInt64(round), index: UInt64(row))
          for i in row * input.count..<(row + 1) * input.count {
            starts[i] = UInt8(
              min(max(Int(starts[i]) + generator.next(below: 2 * spread + 1) - spread, 0), 255))
          }
        }
      }
      let found = try ascent.run(
        network, starts: starts, centers: task.starts, goals: task.goals, judge: judge,
        run.stream(UInt64(round)))
      if best == nil { best = found } else { best?.keepBetter(found) }
    }
    return best
  }

  /// Asks both forms about what an attack found.
  func outcome(
    _ kind: AttackKind, _ model: FoolModel, _ side: ModelSide, _ task: Task, _ rows: AttackedRows
  ) throws -> FoolOutcome {
    let classes = model.labels.count
    let answers = try ModelSide.allCases.map { try model.victim($0)?.probabilities(rows.inputs) }
    func row(_ table: [Double], _ index: Int) -> ArraySlice<Double> {
      table[index * classes..<(index + 1) * classes]
    }
    func answer(_ table: [Double]?, _ index: Int) -> FoolFind.Answer? {
      table.map { FoolFind.Answer(row($0, index), labels: model.labels) }
    }
    let (own, other) = side == .float ? (answers[0], answers[1]) : (answers[1], answers[0])
    var finds: [FoolFind] = []
    for (index, goal) in task.goals.enumerated() {
      let isFound = own.map { goal.isReached(row($0, index), confidence: task.confidence) } ?? false
      finds.append(
        FoolFind(
          start: task.names[index], goal: words(goal, model), isFound: isFound,
          isCarried: other.map { isFound && goal.isReached(row($0, index), confidence: task.confidence) },
          input: Array(rows.inputs[index * input.count..<(index + 1) * input.count]),
          float: answer(answers[0], index), int8: answer(answers[1], index)))
    }
    let confidences = finds.compactMap { (side == .float ? $0.float : $0.int8)?.confidence }.sorted()
    return FoolOutcome(
      attack: kind, title: task.title, model: model.name, side: side, tried: finds.count,
      found: finds.count { $0.isFound }, carried: other == nil ? nil : finds.count { $0.isCarried == true },
      medianConfidence: confidences.isEmpty ? 0 : confidences[confidences.count / 2],
      questions: rows.evaluations / max(finds.count, 1), finds: finds)
  }

  private func words(_ goal: AttackGoal, _ model: FoolModel) -> String {
    switch goal {
    case .surest: "sure"
    case .named(let index): model.labels[index]
    case .anyBut(let index): "not \(model.labels[index])"
    }
  }
}

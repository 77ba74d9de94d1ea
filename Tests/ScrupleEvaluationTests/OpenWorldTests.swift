import ScrupleEvaluation
import Testing

@Suite struct OpenWorldTests {
  /// How many samples are decided for class `k` and reach a threshold, of that class and of others.
  private func count(_ table: Predictions, _ k: Int, _ threshold: Double) -> (right: Int, wrong: Int) {
    var (right, wrong) = (0, 0)
    for sample in 0..<table.count where table.decisions[sample] == k && table.confidences[sample] >= threshold
    {
      if table.labels?[sample] == k { right += 1 } else { wrong += 1 }
    }
    return (right, wrong)
  }

  @Test(arguments: [1, 2, 3, 4])
  func `precision, recall and shares are those of a walk over the samples`(seed: UInt64) throws {
    let known = try randomTable(300, 3, steps: 20, seed: seed)
    let labels = try #require(known.labels)
    let strange = try randomTable(180, 3, steps: 20, seed: seed + 100)
    for threshold in [0, 0.4, 0.55, 0.9, 1.1] {
      for k in 0..<3 {
        let world = try OpenWorld(
          of: k, threshold: threshold, known: known, mixture: strange, unseen: [strange, known])
        let (right, wrong) = count(known, k, threshold)
        let (also, more) = count(strange, k, threshold)
        let through = right + wrong
        #expect(world.known.precision == (through == 0 ? nil : Double(right) / Double(through)))
        #expect(world.recall == Double(right) / Double(labels.count { $0 == k }))
        #expect(world.mixture == Double(also + more) / 180)
        #expect(world.unseen == [world.mixture, Double(through) / 300])
        // As many of the others: 300 for their 180.
        let open = Double(right) / (Double(through) + Double(also + more) * 300 / 180)
        #expect(world.openPrecision.map { abs($0 - open) < 1e-12 } ?? (through == 0))
      }
    }
  }

  @Test(arguments: [5, 6, 7, 8])
  func `no threshold below the found one reaches the precision, and that one does`(seed: UInt64) throws {
    let table = try randomTable(200, 3, steps: 12, seed: seed)
    for target in [0.2, 0.35, 0.5, 0.8] {
      let found = Selection.threshold(reaching: target, for: 1, in: table)
      func reaches(_ threshold: Double) -> Bool {
        let (right, wrong) = count(table, 1, threshold)
        return right + wrong > 0 && Double(right) >= target * Double(right + wrong)
      }
      if let found { #expect(reaches(found)) }
      for sample in 0..<table.count where table.decisions[sample] == 1 {
        let confidence = table.confidences[sample]
        if found.map({ confidence < $0 }) ?? true { #expect(!reaches(confidence)) }
      }
    }
  }

  @Test func `the class's own probability ranks the unseen`() throws {
    let known = try Predictions(
      probabilities: [0.9, 0.1, 0.2, 0.8, 0.3, 0.7, 0.4, 0.6], classCount: 2, labels: [0, 1, 1, 0])
    let strange = try Predictions(probabilities: [0.1, 0.9, 0.6, 0.4], classCount: 2)
    let world = try OpenWorld(of: 1, threshold: 0.5, known: known, mixture: strange, unseen: [])
    // Of the four pairs of .8, .7 and .9, .4 two are in the right order.
    #expect(world.auroc == 0.5 && world.accuracy == 0.75)
    // Two right ones, one wrong, and half of four strange ones.
    #expect(world.openPrecision == 2.0 / 5)
  }

  @Test func `a threshold is compared with the bracket's lower end where there is one`() throws {
    func table(gap: Double?) throws -> Predictions {
      try Predictions(
        fixedPoint: [1 << 30, 1 << 30, 3 << 29, 1 << 29], classCount: 2,
        device: DeviceColumns(
          decisions: [0, 0], lower: [1 << 29, 1 << 30], upper: [1 << 31, 1 << 31], accepted: [false, false],
          gap: gap))
    }
    #expect(try table(gap: 0.1).sure == [0.25, 0.5])
    #expect(try table(gap: nil).sure == [0.5, 0.75])
  }
}

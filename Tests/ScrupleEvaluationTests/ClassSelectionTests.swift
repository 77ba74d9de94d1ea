import ScrupleEvaluation
import Testing

@Suite struct ClassSelectionTests {
  @Test(arguments: [1, 2, 3, 4])
  func `counts, precision and recall are those of a walk over the samples`(seed: UInt64) throws {
    let table = try randomTable(300, 3, steps: 20, seed: seed)
    let labels = try #require(table.labels)
    for threshold in [0, 0.4, 0.55, 0.9, 1.1] {
      for k in 0..<3 {
        var (found, wrong) = (0, 0)
        for sample in 0..<table.count
        where table.decisions[sample] == k && table.confidences[sample] >= threshold {
          if labels[sample] == k { found += 1 } else { wrong += 1 }
        }
        let selection = ClassSelection(of: k, threshold: threshold, in: table)
        #expect(selection.found == found && selection.wrong == wrong && selection.count == 300)
        #expect(selection.recall == Double(found) / Double(labels.count { $0 == k }))
        #expect(selection.precision == (found + wrong == 0 ? nil : Double(found) / Double(found + wrong)))
      }
    }
  }

  @Test(arguments: [5, 6, 7, 8])
  func `no threshold below the found one reaches the precision, and that one does`(seed: UInt64) throws {
    let table = try randomTable(200, 3, steps: 12, seed: seed)
    for target in [0.2, 0.35, 0.5, 0.8] {
      let found = ClassSelection.threshold(reaching: target, for: 1, in: table)
      func reaches(_ threshold: Double) -> Bool {
        ClassSelection(of: 1, threshold: threshold, in: table).precision.map { $0 >= target } ?? false
      }
      if let found { #expect(reaches(found)) }
      for sample in 0..<table.count where table.decisions[sample] == 1 {
        let confidence = table.confidences[sample]
        if found.map({ confidence < $0 }) ?? true { #expect(!reaches(confidence)) }
      }
    }
  }

  @Test func `samples without labels are wrong where they are let through, and share out as many`() throws {
    let known = try Predictions(
      probabilities: [0.9, 0.1, 0.2, 0.8, 0.3, 0.7, 0.4, 0.6], classCount: 2, labels: [0, 1, 1, 0])
    let strange = try Predictions(probabilities: [0.1, 0.9, 0.6, 0.4], classCount: 2)
    let (inside, outside) = (
      ClassSelection(of: 1, threshold: 0.5, in: known), ClassSelection(of: 1, threshold: 0.5, in: strange)
    )
    #expect(inside.found == 2 && inside.wrong == 1 && outside.wrong == 1 && outside.share == 0.5)
    // Two right ones, one wrong, and half of four strange ones.
    #expect(inside.precision(mixing: outside) == 2.0 / 5)
    let world = try OpenWorld(of: 1, threshold: 0.5, known: known, mixture: strange, unseen: [strange])
    #expect(world.openPrecision == 2.0 / 5 && world.accuracy == 0.75)
    #expect(world.unseen == [outside])
    // Of the four pairs of .8, .7 and .9, .4 two are in the right order.
    #expect(world.auroc == 0.5)
  }
}

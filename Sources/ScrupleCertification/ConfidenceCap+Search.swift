import Foundation
import ScrupleQuantization

extension ConfidenceCap {
  /// The largest confidence over a box, as closely as the budget allows.
  public func largestConfidence(
    over box: InputBox, budget: SearchBudget, progress: (SearchResult) -> Bool = { _ in true }
  ) -> SearchResult {
    search(box, isEmpty: { _ in false }, contains: { _ in true }, budget, progress)
  }

  /// The largest confidence anywhere farther than a distance from data, as closely as the budget allows: the region is
  /// covered by boxes, and what lies near to the data is cut away as they get smaller. For few inputs.
  ///
  /// - Parameter progress: told now and then how far the search is; false ends it. What it returned until then is proved.
  public func largestConfidence(
    in region: FarRegion, budget: SearchBudget, progress: (SearchResult) -> Bool = { _ in true }
  ) -> SearchResult {
    search(region.domain, isEmpty: region.hasNoFarPoint, contains: region.contains, budget, progress)
  }

  private func search(
    _ domain: InputBox, isEmpty: (InputBox) -> Bool, contains: ([UInt8]) -> Bool, _ budget: SearchBudget,
    _ progress: (SearchResult) -> Bool
  ) -> SearchResult {
    let start = Date()
    let workspace = Workspace(self)
    var search = BestFirstSearch<(box: InputBox, split: Int)>()
    var input: [UInt8] = []
    func result() -> SearchResult {
      SearchResult(
        bound: max(search.bound, 0), found: max(search.found, 0), input: input, boxes: search.visited,
        seconds: Date().timeIntervalSince(start))
    }
    func add(_ box: InputBox, atMost bound: Double) {
      guard !isEmpty(box) else { return search.skip() }
      let center = box.center
      if contains(center), search.see(program.evaluate(input: center).probabilities.max() ?? 0) {
        input = center
      }
      let cap = min(bound, workspace.caps(over: box).max() ?? 1)
      // A single input's cap is its confidence up to the head's error: nothing is left to split.
      if let split = workspace.splitInput(of: box) {
        search.add((box, split), bound: cap)
      } else {
        search.settle(cap)
      }
    }
    let limits = BestFirstSearch<(box: InputBox, split: Int)>.Budget(
      ratio: budget.ratio, seconds: budget.seconds, nodes: budget.boxes)
    add(domain, atMost: 1)
    var told = start
    while let entry = search.next(limits, since: start) {
      let (low, high) = entry.node.box.halves(along: entry.node.split)
      add(low, atMost: entry.bound)
      add(high, atMost: entry.bound)
      if Date().timeIntervalSince(told) > 0.1 {
        told = Date()
        if !progress(result()) { break }
      }
    }
    return result()
  }
}

extension ConfidenceCap.Workspace {
  /// The input that brings the most to the difference between the likeliest class and the others, after a propagation of
  /// `box`.
  func splitInput(of box: InputBox) -> Int? {
    let logits = forms[forms.count - 1]
    let classes = 0..<logits.neurons
    guard let top = classes.max(by: { logits.center[0][$0] < logits.center[0][$1] }) else { return nil }
    let other =
      classes.filter { $0 != top }.max { logits.center[0][$0] < logits.center[0][$1] } ?? top
    var influence = InputInfluence(inputs: box.inputs)
    influence.addDirect { logits.coefficients[top][$0] - logits.coefficients[other][$0] }
    if forms.count > 2 {
      let start = forms[0].center.paddedColumns
      influence.addFresh(
        { logits.coefficients[top][start + $0] - logits.coefficients[other][start + $0] },
        weights: cap.layers[0].weights, radii: forms[0].fresh)
    }
    return influence.best(in: box)
  }
}

import ScrupleNetwork

/// A bound on how far a logit difference of the int8 program can be from the grid twin's, for every input.
protocol GapBound {
  /// The mean of the bounds over all pairs of classes, and the largest.
  ///
  /// - Parameter gradient: λ times the mean's gradient is added to it, if given.
  func evaluate(_ parameters: FloatBuffer, lambda: Float, addingTo gradient: FloatBuffer?) -> (
    mean: Double, largest: Double
  )
}

/// The bound for a graph; `nil` if a hidden value is not clipped.
func gapBound(of graph: NetworkGraph) -> (any GapBound)? {
  graph.isDenseChain ? GapPenalty(graph.layout) : GraphGapPenalty(graph)
}

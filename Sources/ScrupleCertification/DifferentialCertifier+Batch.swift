extension DifferentialCertifier {
  /// The bounds over many boxes, such as the balls around a test set, on several threads.
  ///
  /// - Parameter finished: told of every certificate as it is finished, one at a time; false stops the batch.
  /// - Returns: in the boxes' order; nil where the batch was stopped before.
  public func bounds(
    _ boxes: [InputBox], threads: Int,
    finished: @Sendable (_ index: Int, _ certificate: BoxCertificate) -> Bool = { _, _ in true }
  ) -> [BoxCertificate?] {
    parallelMap(boxes, threads: threads, workspace: { Workspace(self) }, finished: finished) {
      $0.certificate($1)
    }
  }
}

extension ConfidenceCap {
  /// The caps over many boxes, such as the balls around an OOD set, on several threads.
  ///
  /// - Parameter finished: told of every cap as it is finished, one at a time; false stops the batch.
  /// - Returns: in the boxes' order; nil where the batch was stopped before.
  public func caps(
    over boxes: [InputBox], threads: Int,
    finished: @Sendable (_ index: Int, _ cap: Double) -> Bool = { _, _ in true }
  ) -> [Double?] {
    parallelMap(boxes, threads: threads, workspace: { Workspace(self) }, finished: finished) {
      $0.caps(over: $1).max() ?? 1
    }
  }
}

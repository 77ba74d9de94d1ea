import ScrupleCertification
import ScrupleNetwork
import ScrupleReport

/// What float twin and int8 program say of every input of a model with two features.
struct PlaneDifference {
  /// The largest change of a class's probability, in the order of ``PlaneGrid/allBytes``.
  let changes: [Double]
  /// The device's confidences, and the twin's probabilities of the same classes.
  let confidences: (int8: [Double], float: [Double])
  let grid: PlaneGrid
  let axes: (x: String, y: String)
  private let features: [InputDescription.Feature]

  /// - Returns: nil for models that don't have two features.
  init?(twin: Network, file: ProgramFile) throws {
    guard case .tabular(let features) = twin.input.kind, features.count == 2 else { return nil }
    let int8 = try file.engine.run(PlaneGrid.allBytes, threads: 2).probabilities.map(real)
    let float = twin.preciseProbabilities(PlaneGrid.allBytes)
    let rows = stride(from: 0, to: int8.count, by: twin.classCount).map { $0..<$0 + twin.classCount }
    changes = rows.map { row in row.reduce(0) { max($0, abs(float[$1] - int8[$1])) } }
    let best = rows.map { row in row.max { int8[$0] < int8[$1] } ?? row.lowerBound }
    confidences = (best.map { int8[$0] }, best.map { float[$0] })
    func range(_ feature: InputDescription.Feature) -> ClosedRange<Double> { feature.low...feature.high }
    grid = .ofBytes(x: range(features[0]), y: range(features[1]))
    axes = (features[0].name, features[1].name)
    self.features = features
  }

  /// A panel of the map; the maximum is where a certificate says it is.
  func panel(title: String, certificate: CertificateDocument?) -> DifferencePanel {
    var maximum: DifferencePanel.Maximum?
    if let certificate, case .exhaustive(let proof) = certificate.proof {
      let at = zip(features, proof.probabilityChange.input).map { feature, byte in
        feature.low + Double(byte) / 255 * (feature.high - feature.low)
      }
      maximum = DifferencePanel.Maximum(x: at[0], y: at[1], value: proof.probabilityChange.value)
    }
    return DifferencePanel(title: title, changes: changes, maximum: maximum)
  }
}

import ScrupleCertification
import ScrupleNetwork
import ScrupleReport

/// A certificate for a report, with the models that it is about where they are at hand.
struct CertifiedModel {
  var title: String
  var certificate: CertificateDocument
  var models: (float: Network, int8: ProgramFile)?
}

extension Report.Section {
  /// What certificates prove: a table; where int8 and float differ, for models of two features; what thresholds carry
  /// over; and the bounds of boxes against what the attacks on them found.
  ///
  /// - Parameters:
  ///   - points: data to draw into the plane.
  ///   - axes: what stands at its axes; the features' names by default.
  /// - Returns: nil without a certificate.
  static func proved(
    _ certified: [CertifiedModel], points: PlanePoints? = nil, axes: (x: String, y: String)? = nil
  ) throws -> Report.Section? {
    if certified.isEmpty { return nil }
    let rows = certified.map { one in
      [one.title, one.certificate.set, one.certificate.headline].map { Table.Cell($0) }
    }
    let columns = ["model", "of which inputs", "proved"].map { Table.Column($0, isNumeric: false) }
    var blocks: [Report.Block] = [.table(Table(name: "proved", columns: columns, rows: rows))]

    let whole = certified.filter(\.certificate.isOfEveryInput)
    var samples: [ScatterGroup] = []
    var planes: [(plane: PlaneDifference, panels: [DifferencePanel])] = []
    for one in whole {
      guard let (float, int8) = one.models, let plane = try PlaneDifference(twin: float, file: int8) else {
        continue
      }
      let panel = plane.panel(title: one.title, certificate: one.certificate)
      if let place = planes.firstIndex(where: { $0.plane.grid == plane.grid }) {
        planes[place].panels.append(panel)
      } else {
        planes.append((plane, [panel]))
      }
      samples.append(
        ScatterGroup(
          name: "\(one.title), every input", int8: plane.confidences.int8, float: plane.confidences.float))
    }
    for (plane, panels) in planes {
      blocks.append(
        .figure(
          try Figures.differenceMap(panels, grid: plane.grid, axes: axes ?? plane.axes, points: points)))
    }
    let curves = whole.filter(\.certificate.isUseful).map { one in
      TransferCurve(
        name: one.title, gap: one.certificate.gap, probabilityBound: one.certificate.probabilityBound)
    }
    if !curves.isEmpty { blocks.append(.figure(try Figures.thresholdTransfer(curves, samples: samples))) }
    let groups = certified.compactMap { $0.certificate.boundGroup(name: $0.title) }
    if !groups.isEmpty { blocks.append(.figure(try Figures.bounds(groups))) }
    return Report.Section(title: "What is proved", blocks: blocks)
  }
}

extension CertificateDocument {
  /// Whether it speaks of everything that the device can read.
  fileprivate var isOfEveryInput: Bool {
    switch proof {
    case .wholeDomain, .exhaustive, .search: true
    case .boxes, .caps: false
    }
  }

  /// The claim in one line, or that there is none worth the name.
  fileprivate var headline: String {
    let isVacuous = confidenceCap.map { $0 >= 1 } ?? (probabilityBound > 0.9)
    return isVacuous ? "no useful bound (c = \(fixed(gap, 1)))" : summary
  }

  /// Bounds and findings of balls around samples that were attacked.
  fileprivate func boundGroup(name: String) -> BoundGroup? {
    guard case .boxes(let certificate) = proof, case .balls(_, let radius) = certificate.region else {
      return nil
    }
    let attacked = certificate.boxes.filter { $0.found != nil }
    if attacked.isEmpty { return nil }
    return BoundGroup(
      name: name, radius: radius, bounds: attacked.map(\.probabilityBound),
      observed: attacked.map { $0.found?.change ?? 0 })
  }
}

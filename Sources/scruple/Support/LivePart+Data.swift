import ScrupleData
import ScrupleNetwork
import ScrupleReport

extension LivePart {
  /// Models to play with on a page, beginning with what `data` holds: for images one of each class, for tables all
  /// rows as points, and one row of each class to go to.
  ///
  /// - Parameter data: a set that fits the models; nil for none.
  init(models: [Model], data: Dataset?) throws {
    try self.init(models: models)
    guard let data = try data?.matching(models[0].twin.input) else { return }
    let chosen = data.firstOfEachClass
    let selected = data.selecting(chosen)
    let names = chosen.enumerated().map { position, index in
      data.labels.map { "\(data.labelNames[$0[index]]) (\(data.name) \(index))" }
        ?? "\(data.name) \(position)"
    }
    let size = data.shape.count
    switch selected.samples {
    case .bytes(let pixels):
      samples = names.enumerated().map {
        Sample(name: $0.element, pixels: Array(pixels[$0.offset * size..<($0.offset + 1) * size]))
      }
    case .values(let rows):
      places = names.enumerated().map {
        Place(name: $0.element, values: Array(rows[$0.offset * size..<($0.offset + 1) * size]))
      }
      if size == 2 { points = data.prefix(LivePart.mostPoints).points }
    }
  }

  /// No more rows are drawn into a plane.
  private static let mostPoints = 1000
}

extension Dataset {
  /// The number of the first sample of each class, in the classes' order; without labels, of the first ten samples.
  fileprivate var firstOfEachClass: [Int] {
    guard let labels else { return Array(0..<min(count, 10)) }
    return labelNames.indices.compactMap { labels.firstIndex(of: $0) }
  }

  fileprivate var points: [LivePart.Point] {
    guard case .values(let rows) = samples, let labels else { return [] }
    let size = shape.count
    return labels.indices.map {
      LivePart.Point(values: Array(rows[$0 * size..<($0 + 1) * size]), label: labels[$0])
    }
  }
}

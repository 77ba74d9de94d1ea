/// Everything that is farther than a distance from data: where a classifier should not be sure.
public struct FarRegion: Equatable, Sendable {
  /// How distances are measured, in steps of the bytes.
  public enum Metric: String, Sendable, Codable {
    /// The largest difference of any byte.
    case maximum
    /// The square root of the sum of squares.
    case euclidean
  }

  /// The inputs that the region is cut out of.
  public let domain: InputBox
  /// The points that the region keeps away from, one byte per feature.
  public let data: [[UInt8]]
  /// How far, in byte steps.
  public let distance: Double
  /// How distance is measured.
  public let metric: Metric

  /// - Parameters:
  ///   - domain: every input if nil.
  ///   - data: at least one input.
  ///   - distance: inputs at this distance or less from any of the data do not belong to the region.
  public init(
    fartherThan distance: Double, from data: [[UInt8]], metric: Metric = .maximum, domain: InputBox? = nil
  ) throws(CertificationError) {
    guard let first = data.first, !first.isEmpty else {
      throw .region(reason: "a region away from data needs data")
    }
    let domain = domain ?? .whole(inputs: first.count)
    guard data.allSatisfy({ $0.count == domain.inputs }) else {
      throw .region(reason: "the data do not have \(domain.inputs) values each")
    }
    guard distance >= 0 else { throw .region(reason: "a distance of \(distance) is negative") }
    self.domain = domain
    self.data = data
    self.distance = distance
    self.metric = metric
  }

  /// Whether an input belongs to the region.
  public func contains(_ input: [UInt8]) -> Bool {
    domain.contains(input) && !hasNoFarPoint(InputBox(input.map { $0...$0 }))
  }

  /// Whether one datum is near to all of a box: then no input of the box belongs to the region.
  func hasNoFarPoint(_ box: InputBox) -> Bool {
    data.contains { datum in
      var sum = 0.0
      var largest = 0
      for (range, value) in zip(box.ranges, datum) {
        let far = max(Int(range.upperBound) - Int(value), Int(value) - Int(range.lowerBound))
        largest = max(largest, far)
        sum += Double(far * far)
      }
      return metric == .maximum ? Double(largest) <= distance : sum <= distance * distance
    }
  }
}

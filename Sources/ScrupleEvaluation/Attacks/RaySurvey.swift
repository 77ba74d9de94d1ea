import Foundation
import ScrupleData
import ScrupleNetwork

/// One ray, in float and on the device.
public struct SurveyedRay: Sendable, Equatable, Codable {
  /// Through which sample, or `random 3`.
  public var name: String
  /// For each level the α at which float confidence passes it; nil where it never does.
  public var crossings: [Double?]
  /// Float confidence at the largest α that was walked.
  public var farConfidence: Double
  /// The class and slopes that the last linear piece dictates; nil for networks that have none.
  public var end: RayEnd?
  /// How many linear pieces the ray passes.
  public var pieces: Int?
  /// The α at which the prediction was held against the network, and whether class and slopes agree.
  public var checkedAt: Double?, isConfirmed: Bool?
  /// The ray on the device; nil without an int8 program.
  public var device: DeviceRay?
}

/// Far rays in one model: `origin + α·direction`, so that α = 1 is a data point, or the border of the device's range
/// in a random direction.
public struct RaySurvey: Sendable {
  /// The model's name.
  public var model: String
  /// Confidences whose first crossing is looked for.
  public var levels: [Double]
  /// Every ray.
  public var rays: [SurveyedRay]
  /// Float confidence along all rays; nil without a float model.
  public var profile: RayProfile?

  /// Confidences whose first crossing is looked for.
  public static let levels = [0.95, 0.99, 0.999]

  /// Walks `count` rays through data and as many in random directions.
  ///
  /// Images are scaled from 0, so that α is a contrast; rows from the middle of the device's range, as random
  /// directions are.
  ///
  /// - Parameter mostInputs: inputs that are tried on the device for each ray; there are at most 255 for each value.
  public init(_ fooling: Fooling, _ model: FoolModel, mostInputs: Int, _ run: AttackRun) throws {
    let width = fooling.input.count
    var names: [String] = []
    var origins: [Float] = []
    var directions: [Float] = []
    let middle: Float = fooling.data.isImage ? 0 : 0.5
    for index in fooling.order(run.seed).prefix(fooling.count) {
      let direction = fooling.sample(index).map { Float($0) / 255 - middle }
      guard direction.contains(where: { $0 != 0 }) else { continue }
      names.append("\(fooling.data.name) \(index)")
      origins += [Float](repeating: middle, count: width)
      directions += direction
    }
    for number in 0..<fooling.count {
      var generator = SeededGenerator(seed: run.seed, stream: 83, index: UInt64(number))
      let direction = (0..<width).map { _ in generator.normal() }
      let largest = direction.reduce(Float.leastNormalMagnitude) { max($0, abs($1)) }
      names.append("random \(number)")
      origins += [Float](repeating: 0.5, count: width)
      directions += direction.map { $0 / largest / 2 }
    }
    self.model = model.name
    levels = Self.levels
    rays = []
    profile = try model.network.map { try Self.profile($0, origins, directions, width) }
    let chain = model.network.flatMap { DenseChain($0) }
    let program = model.victim(.int8)
    for (index, name) in names.enumerated() {
      let part = index * width..<(index + 1) * width
      let origin = origins[part].map(Double.init)
      let direction = directions[part].map(Double.init)
      let end = chain.flatMap { RayEnd($0, origin: origin, direction: direction) }
      let check = chain.flatMap { chain in end?.isConfirmed(by: chain, origin: origin, direction: direction) }
      rays.append(
        SurveyedRay(
          name: name, crossings: profile.map { profile in profile.crossings.map { $0[index] } } ?? [],
          farConfidence: profile?.confidences[index].last ?? 0, end: end,
          pieces: model.network.flatMap { RayEnd.breaks($0, origin: origin, direction: direction) }.map {
            $0.count + 1
          },
          checkedAt: check?.at, isConfirmed: check?.holds,
          device: try program.map {
            try DeviceRay($0, origin: origin, direction: direction, levels: Self.levels, most: mostInputs)
          }))
      run.progress?(index + 1, names.count)
    }
  }

  private static func profile(
    _ network: Network, _ origins: [Float], _ directions: [Float], _ width: Int
  ) throws -> RayProfile {
    try FarRays(from: 0.1, to: 1e6, count: 141, levels: levels).profile(
      directions: directions, dimension: width, origins: origins
    ) { inputs, count in
      let probabilities = network.probabilities(inputs, count: count)
      let classes = network.classCount
      return (0..<count).map { probabilities[$0 * classes..<($0 + 1) * classes].max() ?? 0 }
    }
  }

  /// Rays whose predicted end was held against the network.
  public var checked: Int { rays.count { $0.isConfirmed != nil } }
  /// Rays whose predicted class and slopes were found.
  public var confirmed: Int { rays.count { $0.isConfirmed == true } }

  /// The median of something over all rays; what no ray has is nil, what only some have counts as infinite.
  public func median(_ value: (SurveyedRay) -> Double?) -> Double? {
    let values = rays.map { value($0) ?? .infinity }.sorted()
    guard let middle = values.isEmpty ? nil : values[values.count / 2], middle.isFinite else { return nil }
    return middle
  }
}

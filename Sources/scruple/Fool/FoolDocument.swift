import ScrupleEvaluation

/// What `scruple fool --json` prints.
struct FoolDocument: Encodable {
  /// Far rays in one model.
  struct Rays: Encodable {
    var model: String
    /// The confidences whose first crossing is looked for.
    var levels: [Double]
    /// The median α at which float confidence passes each level; null where half of the rays never do.
    var medianCrossings: [Double?]
    /// Rays whose last linear piece was computed and held against the network, and those that agreed.
    var checked: Int, confirmed: Int
    /// The highest confidence that the int8 program has on any ray, all of its inputs tried.
    var highestInt8: Double?
    var rays: [SurveyedRay]

    init(_ survey: RaySurvey) {
      model = survey.model
      levels = survey.levels
      medianCrossings = levels.indices.map { level in
        survey.median { $0.crossings.isEmpty ? nil : $0.crossings[level] }
      }
      (checked, confirmed) = (survey.checked, survey.confirmed)
      highestInt8 = survey.rays.compactMap(\.device?.highest).max()
      rays = survey.rays
    }
  }

  var data: String
  var seed: UInt64
  /// Starts of each attack, questions for each start, and the confidence that makes a find where there should be doubt.
  var count: Int, budget: Int, confidence: Double
  /// Attacks that were left out, and why.
  var leftOut: [String: String]
  var outcomes: [FoolOutcome]
  var rays: [Rays]
}

import ScrupleEvaluation

/// What `scruple fool --json` prints.
struct FoolDocument: Encodable {
  /// Far rays in one model: the summary's keys, and every ray.
  struct Rays: Encodable {
    var summary: RaySummary
    var rays: [SurveyedRay]

    init(_ survey: RaySurvey) {
      summary = RaySummary(survey)
      rays = survey.rays
    }

    private enum Key: CodingKey { case rays }

    func encode(to encoder: any Encoder) throws {
      try summary.encode(to: encoder)
      var container = encoder.container(keyedBy: Key.self)
      try container.encode(rays, forKey: .rays)
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

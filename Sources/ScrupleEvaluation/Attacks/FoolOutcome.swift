/// What an attack made of one start, and what both forms of the model say to it.
public struct FoolFind: Sendable, Equatable, Codable {
  /// A classifier's answer.
  public struct Answer: Sendable, Equatable, Codable {
    /// The class's number and name.
    public var index: Int, label: String
    /// Its probability.
    public var confidence: Double

    /// The most probable class of one input.
    public init(_ probabilities: ArraySlice<Double>, labels: [String]) {
      index = AttackGoal.surest.target(probabilities)
      label = labels[index]
      confidence = probabilities[probabilities.startIndex + index]
    }
  }

  /// Where the attack began: `noise 3`, `blank`, `fashion-mnist 17 (Coat)`.
  public var start: String
  /// What it wanted: `sure`, `Coat`, `not Coat`.
  public var goal: String
  /// Whether it got that from the form of the model that it attacked.
  public var isFound: Bool
  /// Whether the other form is fooled as well; nil without one.
  public var isCarried: Bool?
  /// The input, as the device reads it.
  public var input: [UInt8] = []
  /// What the float model says.
  public var float: Answer?
  /// What the int8 program says.
  public var int8: Answer?

  // The input is in a file of its own.
  private enum CodingKeys: CodingKey { case start, goal, isFound, isCarried, float, int8 }

  init(
    start: String, goal: String, isFound: Bool, isCarried: Bool?, input: [UInt8], float: Answer?,
    int8: Answer?
  ) {
    (self.start, self.goal, self.isFound, self.isCarried) = (start, goal, isFound, isCarried)
    (self.input, self.float, self.int8) = (input, float, int8)
  }
}

/// How one attack went on one form of one model.
public struct FoolOutcome: Sendable, Equatable, Codable {
  /// The attack.
  public var attack: AttackKind
  /// The attack with what it began from: `gradient from noise`.
  public var title: String
  /// The model.
  public var model: String
  /// The form that was attacked.
  public var side: ModelSide
  /// Starts; those that need no attack, because they are classified wrongly as they are, don't count.
  public var tried: Int
  /// How many of them ended as was wanted.
  public var found: Int
  /// How many of these fool the other form, too; nil without one.
  public var carried: Int?
  /// The median, over all starts, of the attacked form's confidence at the end.
  public var medianConfidence: Double
  /// Questions asked for each start.
  public var questions: Int
  /// What became of every start.
  public var finds: [FoolFind]

  /// Share of starts that ended as was wanted; 0 without starts.
  public var rate: Double { Double(found) / Double(max(tried, 1)) }
}

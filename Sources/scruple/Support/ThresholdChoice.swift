import ArgumentParser
import ScrupleData
import ScrupleDevice
import ScrupleEvaluation
import ScrupleQuantization

/// A threshold that is found on data: the least one with which the int8 program is right often enough.
struct ThresholdChoice: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Find the threshold on this labelled set: the least one with the precision.", valueName: "dataset"))
  var validation: String?

  @Option(
    name: .long,
    help: ArgumentHelp("Share of what the device accepts there that has to be right.", valueName: "share"))
  var precision: Double = 0.99

  @Option(
    name: .customLong("class"),
    help: ArgumentHelp("Count only what is taken for this class.", valueName: "label"))
  var label: String?

  func validate() throws {
    guard validation != nil || label == nil else { throw ValidationError("--class needs --validation") }
    guard precision > 0, precision <= 1 else {
      throw ValidationError("--precision \(precision): give a share above 0, at most 1")
    }
  }

  /// The threshold for a program, on what the device compares with it: the bracket's lower end, or the confidence of a
  /// program without a certificate. nil where none was asked for.
  func threshold(for program: IntegerProgram, options: DataOptions) throws -> Double? {
    guard let validation else { return nil }
    let metadata = program.metadata
    var k: Int?
    if let label {
      guard let index = metadata.labels.firstIndex(of: label) else {
        throw Failure(
          .usage, "--class \(label): the model knows \(metadata.labels.joined(separator: ", "))")
      }
      k = index
    }
    let set = try options.load(validation, for: metadata.input, labels: metadata.labels)
    guard set.labels != nil else { throw Failure(.badData, "\(validation): it has no labels") }
    let predictions = try DeviceClassifier(engine: Engine(program.encoded()), input: metadata.input)
      .predictions(for: set)
    guard let threshold = Selection.threshold(reaching: precision, for: k, in: predictions) else {
      throw Failure(
        .checkDidNotHold,
        "\(validation): there is no threshold with which \(percent(precision)) of what is accepted is right")
    }
    return threshold
  }
}

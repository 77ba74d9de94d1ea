import ArgumentParser
import ScrupleData
import ScrupleDevice
import ScrupleNetwork

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Classify rows, images or datasets.",
    discussion: """
      Takes a float model (.safetensors) or an int8 one (.scruple). For each input: the class, its confidence, the \
      bracket in which the float twin's confidence is proved to lie ([0, 1] without a certificate), and the verdict: \
      accept when the bracket's lower end reaches the file's threshold, abstain otherwise. A float model and a program \
      without a certificate have no bracket: then the confidence is compared.

      Examples:
        scruple run models/iris-logistic/model.safetensors --row 0.1,5 --row 10,10
        scruple run models/fashion-acet/model.scruple fashion-mnist --limit 5
        scruple run model.scruple picture.png --resize
        scruple run models/sheet-music/model.scruple page.png --tiles 8

      A row that starts with a minus sign needs '=': --row=-1,5
      """)

  @Argument(help: "The model: .safetensors or .scruple.")
  var model: String

  @Argument(help: "PNG files, CSV files, folders, or names of datasets.")
  var inputs: [String] = []

  @Option(
    name: .long,
    help: ArgumentHelp("One row of a table in its own units, separated by commas.", valueName: "a,b,…"))
  var row: [String] = []

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Cut each PNG file into squares, this many along its shorter side, and classify each.", valueName: "n"))
  var tiles: Int?

  @Option(name: .long, help: "Accept from this confidence on, instead of the file's threshold.")
  var threshold: Double?

  @OptionGroup var data: DataOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard !row.isEmpty || !inputs.isEmpty else { throw ValidationError("give inputs or --row") }
    if let tiles, tiles < 1 { throw ValidationError("--tiles must be 1 or more") }
    if let threshold, !(0...1).contains(threshold) { throw ValidationError("--threshold is between 0 and 1") }
  }

  /// One answer, as `--json` prints it.
  struct Answer: Encodable {
    var input: String
    var label: String
    var `class`: Int
    var confidence: Double
    var bracket: [Double]?
    var probabilities: [Double]
    var verdict: String
  }

  func run() throws {
    let model = try AnyModel(model)
    var answers: [Answer] = []
    if !row.isEmpty { answers += try answer(model, try rows(for: model.input), names: row) }
    for input in inputs {
      if let tiles {
        answers += try answer(model, tiles: tiles, of: input)
        continue
      }
      let set = try data.load(input, for: model.input)
      answers += try answer(
        model, set, names: set.count == 1 ? [input] : (0..<set.count).map { "\(set.name)[\($0)]" })
    }
    if output.json { return try printJSON(answers) }
    for answer in answers { print(line(answer)) }
  }

  private func answer(_ model: AnyModel, tiles count: Int, of file: String) throws -> [Answer] {
    let image = try PNGImage(contentsOfFile: file)
    guard count <= min(image.width, image.height) else {
      throw Failure(
        .badData, "\(file): \(image.width)×\(image.height) pixels can't be cut into \(count) tiles")
    }
    let tiles = image.tiles(count)
    return try answer(
      model, try Dataset(tiles, name: file, for: model.input),
      names: tiles.map { "\(file)[\($0.row),\($0.column)]" })
  }

  private func rows(for input: InputDescription) throws -> Dataset {
    guard case .tabular(let features) = input.kind else {
      throw Failure(.usage, "--row: \(self.model) reads images, not rows")
    }
    var values: [Float] = []
    for text in row {
      let fields = text.split(separator: ",", omittingEmptySubsequences: false).map {
        Float($0.trimmingPrefix(while: \.isWhitespace))
      }
      let wanted = features.map(\.name).joined(separator: ", ")
      guard fields.count == features.count else {
        throw Failure(
          .badData, "--row \(text): \(fields.count) values, the model reads \(features.count): \(wanted)")
      }
      for (field, feature) in zip(fields, features) {
        guard let field, field.isFinite else {
          throw Failure(.badData, "--row \(text): the value of \(feature.name) is not a number")
        }
        values.append(field)
      }
    }
    return Dataset(
      name: "rows", samples: .values(values), shape: input.shape, featureNames: features.map(\.name))
  }

  private func answer(_ model: AnyModel, _ set: Dataset, names: [String]) throws -> [Answer] {
    switch model {
    case .float(let network):
      let classes = network.classCount
      let probabilities = network.probabilities(
        try set.normalized(0..<set.count, for: network.input), count: set.count)
      return names.enumerated().map { index, name in
        let row = Array(probabilities[index * classes..<(index + 1) * classes])
        let best = row.indices.max { row[$0] < row[$1] } ?? 0
        return Answer(
          input: name, label: network.labels[best], class: best, confidence: row[best], bracket: nil,
          probabilities: row, verdict: verdict(threshold.map { row[best] >= $0 }))
      }
    case .int8(let file):
      let result = try file.engine.run(try set.quantized(0..<set.count, for: file.program.metadata.input))
      return names.enumerated().map { index, name in
        let answer = result.verdicts[index]
        let (lower, upper) = (real(answer.lower), real(answer.upper))
        let sure = file.engine.gapFactor == 0 ? real(answer.confidence) : lower
        let accepted = threshold.map { sure >= $0 } ?? (file.engine.threshold == 0 ? nil : answer.accepted)
        return Answer(
          input: name, label: file.program.metadata.labels[answer.classIndex], class: answer.classIndex,
          confidence: real(answer.confidence), bracket: [lower, upper],
          probabilities: result.probabilities(of: index).map(real), verdict: verdict(accepted))
      }
    }
  }

  private func verdict(_ accepted: Bool?) -> String {
    accepted.map { $0 ? "accept" : "abstain" } ?? "no threshold"
  }

  private func line(_ answer: Answer) -> String {
    var line = "\(answer.input)  \(answer.label)  \(fixed(answer.confidence, 4))"
    if let bracket = answer.bracket { line += "  [\(fixed(bracket[0], 4)), \(fixed(bracket[1], 4))]" }
    return answer.verdict == "no threshold" ? line : line + "  \(answer.verdict)"
  }
}

/// A probability in Q1.31 as a real number.
func real(_ q31: UInt32) -> Double { Double(q31) * 0x1p-31 }

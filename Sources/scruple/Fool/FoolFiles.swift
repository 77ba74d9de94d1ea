import Foundation
import ScrupleData
import ScrupleEvaluation
import ScrupleNetwork
import ScrupleReport

/// Writes every find into a folder: `finds.csv` with both forms' verdicts, and of images a PNG each.
struct FoolFiles {
  let directory: String
  let input: InputDescription
  private var lines: [String]

  init(directory: String, input: InputDescription) {
    self.directory = directory
    self.input = input
    var columns = [
      "model", "side", "attack", "start", "goal", "float class", "float confidence", "int8 class",
      "int8 confidence",
    ]
    switch input.kind {
    case .image: columns.append("file")
    case .tabular(let features): columns += features.map(\.name)
    }
    lines = [Table.line(ofCSV: columns)]
  }

  /// Adds the finds of an attack.
  mutating func add(_ outcome: FoolOutcome) throws {
    for (number, find) in outcome.finds.enumerated() where find.isFound {
      let stem = "\(outcome.model)-\(outcome.side.rawValue)-\(outcome.title)-\(number)"
      try add(
        [outcome.model, outcome.side.rawValue, outcome.title, find.start, find.goal], find.float, find.int8,
        find.input,
        stem: stem)
    }
  }

  /// Adds the inputs on rays of which the int8 program is surest, where it is at least as sure as a find.
  mutating func add(_ survey: RaySurvey, _ model: FoolModel, confidence: Double) throws {
    for (number, ray) in survey.rays.enumerated() {
      guard let device = ray.device, device.highest >= confidence else { continue }
      let answers = try ModelSide.allCases.map { side in
        try model.victim(side).map {
          FoolFind.Answer(try $0.probabilities(device.highestInput)[...], labels: model.labels)
        }
      }
      try add(
        [model.name, "int8", "rays", ray.name, "sure"], answers[0], answers[1], device.highestInput,
        stem: "\(model.name)-int8-rays-\(number)")
    }
  }

  private mutating func add(
    _ words: [String], _ float: FoolFind.Answer?, _ int8: FoolFind.Answer?, _ bytes: [UInt8], stem: String
  ) throws {
    var cells = words
    for answer in [float, int8] { cells += answer.map { [$0.label, fixed($0.confidence, 6)] } ?? ["", ""] }
    switch input.kind {
    case .image(let height, let width, let channels):
      let name =
        String(stem.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") ? $0 : "-" }) + ".png"
      try replaceFile(
        "\(directory)/finds/\(name)",
        with: PNGImage(width: width, height: height, channels: channels, pixels: bytes).encoded(file: name))
      cells.append("finds/\(name)")
    case .tabular: cells += input.dequantize(bytes).map { "\($0)" }
    }
    lines.append(Table.line(ofCSV: cells))
  }

  /// Makes the folders.
  func prepare() throws { try prepareFolder("\(directory)/finds") }

  /// Writes the table.
  func finish() throws {
    try replaceFile("\(directory)/finds.csv", with: Array((lines.joined(separator: "\n") + "\n").utf8))
  }
}

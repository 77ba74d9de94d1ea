import Foundation

/// Prints `value` as JSON with sorted keys, so that the same result is the same bytes.
func printJSON(_ value: some Encodable) throws {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
  // JSON has no infinities: an unbounded gap or signal-to-noise ratio is written as text.
  encoder.nonConformingFloatEncodingStrategy = .convertToString(
    positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
  FileHandle.standardOutput.write(try encoder.encode(value) + Data("\n".utf8))
}

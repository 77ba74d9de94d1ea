import ScrupleNetwork
import ScrupleRuntime

/// A `.scruple` file as a C header: its bytes as a constant array, and what a program that runs it must know before
/// it compiles, as macros.
public struct CHeader: Sendable {
  /// What the array's and the macros' names begin with: `NAME_bytes`, `NAME_ARENA_SIZE` ….
  public let name: String
  /// Bytes of flash: the file's size.
  public let size: Int
  /// Bytes of RAM that running takes.
  public let arenaSize: Int
  /// The header.
  public let text: String

  /// Reads and validates a file.
  ///
  /// - Parameters:
  ///   - file: the bytes of a `.scruple` file.
  ///   - name: a C identifier; nil makes one from the model's name.
  public init(_ file: [UInt8], name: String? = nil) throws(ProgramFileError) {
    let summary = try ModelSummary(of: file)
    self.name = name ?? Self.identifier(from: summary.name)
    size = file.count
    arenaSize = summary.arena
    text = Self.text(of: summary, file: file, name: self.name)
  }

  /// Whether `name` can be the beginning of names in C.
  public static func isIdentifier(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.allSatisfy(isPartOfIdentifier) && !name.utf8.prefix(1).allSatisfy(isDigit)
  }

  /// A C identifier as like to a model's name as can be.
  static func identifier(from name: String) -> String {
    let characters = String(
      decoding: name.utf8.map { isPartOfIdentifier($0) ? $0 : UInt8(ascii: "_") }, as: UTF8.self)
    return isIdentifier(characters) ? characters : "model_" + characters
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private static func isPartOfIdentifier(_ byte: UInt8) -> Bool {
    isDigit(byte) || byte == UInt8(ascii: "_")
      || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }

  // MARK: Text

  private static func text(of summary: ModelSummary, file: [UInt8], name: String) -> String {
    let upper = name.uppercased()
    var lines = [
      "// The model \(literal(summary.name)) for scruple.h. Made by `scruple export`: make it again, don't edit it.",
      "//",
      "// CRC-32 \(summary.checksum), float model \(summary.floatModel ?? "not named").",
      "// Threshold: \(summary.threshold.map { "\($0)" } ?? "none"); certified gap: \(summary.gap.map { "\($0)" } ?? "none").",
    ]
    lines += inputComment(summary.input)
    lines += [
      "#ifndef \(upper)_H",
      "#define \(upper)_H",
      "",
      "#include <stdint.h>",
      "",
      "// Bytes of flash, bytes of RAM (at an address that is a multiple of 4), bytes of one input, classes.",
      "#define \(upper)_SIZE \(file.count)",
      "#define \(upper)_ARENA_SIZE \(summary.arena)",
      "#define \(upper)_INPUT_COUNT \(summary.input.count)",
      "#define \(upper)_CLASS_COUNT \(summary.labels.count)",
      "#define \(upper)_LABELS {\(summary.labels.map(literal).joined(separator: ", "))}",
    ]
    if case .tabular(let features) = summary.input.kind {
      lines += [
        "#define \(upper)_INPUT_LOW {\(features.map { "\($0.low)" }.joined(separator: ", "))}",
        "#define \(upper)_INPUT_HIGH {\(features.map { "\($0.high)" }.joined(separator: ", "))}",
      ]
    }
    lines += [
      "",
      "static const uint8_t \(name)_bytes[\(upper)_SIZE] __attribute__((aligned(4), unused)) = {",
    ]
    for start in stride(from: 0, to: file.count, by: 16) {
      let row = file[start..<min(start + 16, file.count)]
      lines.append("  " + row.map { "0x" + hexadecimal($0) + "," }.joined(separator: " "))
    }
    return (lines + ["};", "", "#endif", ""]).joined(separator: "\n")
  }

  /// What the bytes of an input mean.
  private static func inputComment(_ input: InputDescription) -> [String] {
    switch input.kind {
    case .image(let height, let width, let channels):
      [
        "// Input: \(height) rows of \(width) pixels of \(channels) channel\(channels == 1 ? "" : "s"), a byte each, as they are."
      ]
    case .tabular(let features):
      [
        "// Input: one byte per value x, floor((x - low) / (high - low) * 255 + 0.5) but at least 0 and at most 255:"
      ]
        + features.enumerated().map { index, feature in
          "//   \(index): \(literal(feature.name)), low \(feature.low), high \(feature.high)"
        }
    }
  }

  /// A C string literal of printable ASCII that stands for the UTF-8 of `text`.
  private static func literal(_ text: String) -> String {
    "\"" + text.utf8.map(escaped).joined() + "\""
  }

  private static func escaped(_ byte: UInt8) -> String {
    switch byte {
    // A question mark could begin a trigraph.
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "?"): "\\" + String(UnicodeScalar(byte))
    case 0x20...0x7E: String(UnicodeScalar(byte))
    default: "\\" + String(repeating: "0", count: byte < 8 ? 2 : byte < 64 ? 1 : 0) + String(byte, radix: 8)
    }
  }

  private static func hexadecimal(_ byte: UInt8) -> String {
    (byte < 16 ? "0" : "") + String(byte, radix: 16)
  }
}

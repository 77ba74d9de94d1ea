import ScrupleNetwork
import Testing

@testable import ScrupleQuantization

struct CHeaderTests {
  /// Two inputs, two classes, every number given.
  private func program(_ input: InputDescription, labels: [String]) -> IntegerProgram {
    IntegerProgram(
      layers: [
        .dense(
          IntegerDense(
            inputs: 2, outputs: 2, weights: [1, -2, 3, -4], bias: [5, -6], multipliers: [1 << 20, 1 << 21],
            preShift: 0, output: .logits(fractionBits: 30)))
      ],
      metadata: ProgramMetadata(
        name: "2 \"features\"", labels: labels, input: input, temperature: 1, limits: [],
        checksum: [UInt8](repeating: 0xAB, count: 32), threshold: 1 << 30))
  }

  @Test func `the header of a table's model`() throws {
    let input = InputDescription(
      .tabular([
        InputDescription.Feature(name: "length", low: -1, high: 1.5),
        InputDescription.Feature(name: "a\\b?", low: 0, high: 1e-7),
      ]))
    let file = try program(input, labels: ["yes", "vielleicht größer\n"]).encoded()
    let header = try CHeader(file)
    let (text, bytes) = try split(header.text)
    #expect(bytes == file)
    let crc = file.suffix(4).reversed().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    #expect(
      text == """
        // The model "2 \\"features\\"" for scruple.h. Made by `scruple export`: make it again, don't edit it.
        //
        // CRC-32 \(crc), float model \(String(repeating: "ab", count: 32)).
        // Threshold: 0.5; certified gap: none.
        // Input: one byte per value x, floor((x - low) / (high - low) * 255 + 0.5) but at least 0 and at most 255:
        //   0: "length", low -1.0, high 1.5
        //   1: "a\\\\b\\?", low 0.0, high 1e-07
        #ifndef MODEL_2__FEATURES__H
        #define MODEL_2__FEATURES__H

        #include <stdint.h>

        // Bytes of flash, bytes of RAM (at an address that is a multiple of 4), bytes of one input, classes.
        #define MODEL_2__FEATURES__SIZE \(file.count)
        #define MODEL_2__FEATURES__ARENA_SIZE 12
        #define MODEL_2__FEATURES__INPUT_COUNT 2
        #define MODEL_2__FEATURES__CLASS_COUNT 2
        #define MODEL_2__FEATURES__LABELS {"yes", "vielleicht gr\\303\\266\\303\\237er\\012"}
        #define MODEL_2__FEATURES__INPUT_LOW {-1.0, 0.0}
        #define MODEL_2__FEATURES__INPUT_HIGH {1.5, 1e-07}

        static const uint8_t model_2__features__bytes[MODEL_2__FEATURES__SIZE] __attribute__((aligned(4), unused)) = {
        };

        #endif

        """)
    #expect(header.size == file.count && header.arenaSize == 12 && header.name == "model_2__features_")
  }

  @Test func `the header of an image's model, under a name of the caller's`() throws {
    let input = InputDescription(.image(height: 1, width: 2, channels: 1))
    let file = try program(input, labels: ["a", "b"]).encoded()
    let (text, bytes) = try split(CHeader(file, name: "tiny").text)
    #expect(bytes == file)
    #expect(
      text.contains("// Input: 1 rows of 2 pixels of 1 channel, a byte each, as they are.\n#ifndef TINY_H\n"))
    #expect(text.contains("#define TINY_ARENA_SIZE 12\n"))
    #expect(
      text.contains("static const uint8_t tiny_bytes[TINY_SIZE] __attribute__((aligned(4), unused)) = {\n"))
    #expect(!text.contains("LOW"))
  }

  @Test(arguments: [
    ("iris", true), ("_a9", true), ("9a", false), ("", false), ("a b", false), ("é", false), ("a-b", false),
    ("a@", false), ("a[", false), ("a{", false), ("a`", false),
  ])
  func `a name is an identifier or not`(name: String, expected: Bool) {
    #expect(CHeader.isIdentifier(name) == expected)
    #expect(CHeader.isIdentifier(CHeader.identifier(from: name)))
  }

  @Test func `what is not a model has no header`() {
    #expect(throws: ProgramFileError.self) { try CHeader([1, 2, 3]) }
  }

  /// The header without the array's rows, and the bytes in them; no row is longer than 16 bytes.
  private func split(_ text: String) throws -> (text: String, bytes: [UInt8]) {
    var rest: [Substring] = [], bytes: [UInt8] = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      guard line.hasPrefix("  0x") else { rest.append(line); continue }
      let row = try line.split(separator: ",").map { word in
        try #require(UInt8(word.trimmingPrefix(while: { $0 == " " }).dropFirst(2), radix: 16))
      }
      #expect(row.count <= 16)
      bytes += row
    }
    return (rest.joined(separator: "\n"), bytes)
  }
}

import Foundation
import ScrupleNetwork
import Testing

@testable import ScrupleCertification

struct DocumentTests {
  private func document(_ widths: [Int], seed: UInt64) throws -> (CertificateDocument, ModelPair) {
    let pair = try TestModels.pair(widths, seed: seed)
    var attacker = Attacker(pair, seed: 1)
    let attacks = [attacker.run(.random, evaluations: 200), attacker.run(.corners, evaluations: 50)]
    return (CertificateDocument(Certifier.wholeDomain(pair), of: pair, attacks: attacks, seconds: 0.5), pair)
  }

  @Test(arguments: [[6, 5, 3], [9, 12, 10, 4]])
  func `a certificate survives its file and holds for its models`(widths: [Int]) throws {
    let (document, pair) = try document(widths, seed: 31)
    let read = try CertificateDocument(json: document.json)
    #expect(read == document)
    #expect(try read.problems(for: pair) == [])
    let exhaustive = CertificateDocument(
      try Certifier.exhaustive(TestModels.pair([2, 4, 3], seed: 2)),
      of: try TestModels.pair([2, 4, 3], seed: 2))
    #expect(try CertificateDocument(json: exhaustive.json) == exhaustive)
    #expect(try exhaustive.problems(for: TestModels.pair([2, 4, 3], seed: 2)) == [])
  }

  @Test func `a certificate is refused when any digit of its claim changes`() throws {
    let (document, pair) = try document([4, 6, 5, 3], seed: 32)
    let text = try document.json
    var changed = 0
    for index in text.indices where (48...57).contains(text[index]) {
      var other = text
      other[index] = text[index] == 57 ? 49 : text[index] + 1
      // As if it were sealed anew.
      guard var read = try? JSONDecoder().decode(CertificateDocument.self, from: other) else { continue }
      // Timings and versions prove nothing; attacks have a test of their own. Digits behind the twelfth are
      // not held against a library.
      (read.seconds, read.attacks, read.tool) = (document.seconds, document.attacks, document.tool)
      if read == document || significantDigit(text, index) > 11 { continue }
      changed += 1
      #expect(
        try read.problems(for: pair) != [],
        "\(String(decoding: other[max(0, index - 60)...index], as: UTF8.self))")
    }
    #expect(changed > 200)
  }

  /// How many significant digits of its number stand before a position.
  private func significantDigit(_ text: Data, _ index: Int) -> Int {
    var start = index
    while start > 0, (48...57).contains(text[start - 1]) || text[start - 1] == 46 { start -= 1 }
    return text[start..<index].drop { $0 == 48 || $0 == 46 }.count { $0 != 46 }
  }

  @Test func `what an attack claims is tried again`() throws {
    let (document, pair) = try document([4, 6, 5, 3], seed: 36)
    var other = document
    other.attacks[0].gap *= 1.0001
    #expect(try other.problems(for: pair) != [])
    other = document
    other.attacks[1].probabilityChange += 1e-6
    #expect(try other.problems(for: pair) != [])
    other = document
    other.attacks[0].gapInput[2] ^= 128
    #expect(try other.problems(for: pair) != [])
    other = document
    other.attacks[0].gapInput = [1, 2]
    #expect(try other.problems(for: pair) != [])
  }

  @Test func `another model's certificate is refused`() throws {
    let (document, _) = try document([4, 6, 3], seed: 33)
    let other = try TestModels.pair([4, 6, 3], seed: 34)
    #expect(try document.problems(for: other).count > 2)
  }

  @Test func `attaching a gap does not change what the certificate is about`() throws {
    let (document, pair) = try document([4, 6, 3], seed: 35)
    var program = pair.program
    try program.metadata.setGap(document.gap)
    try program.metadata.setThreshold(0.9)
    let attached = try ModelPair(twin: pair.twin, program: program)
    #expect(try document.problems(for: attached) == [])
  }
}

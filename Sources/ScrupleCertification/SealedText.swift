import Foundation
import ScrupleNetwork

/// JSON files that tell when a character of them was changed.
///
/// The file's last digits are those of a SHA-256 in its `seal`: of the whole text, without white space at its end, with
/// the seal's own 64 digits all 0. It finds accidents and careless hands. It is not a signature: who wants to deceive can
/// seal anew, and then has to get past the derivation.
enum SealedText {
  private static let key = "\"seal\" : \""
  private static let blank = String(repeating: "0", count: 64)

  /// An object's JSON, keys in alphabetical order, numbers with all their digits, with a `seal` beside its own keys.
  static func encode(_ value: some Encodable) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let text = String(decoding: try encoder.encode(Sealed(value: value, seal: blank)), as: UTF8.self)
    guard let place = place(in: text) else {
      throw EncodingError.invalidValue(value, .init(codingPath: [], debugDescription: "a second 'seal'"))
    }
    return Data(text.replacingCharacters(in: place, with: digest(of: text, place)).utf8)
  }

  /// Whether a file's text is the one that was sealed.
  static func isIntact(_ data: Data) -> Bool {
    let text = String(decoding: data, as: UTF8.self)
    guard let place = place(in: text) else { return false }
    return text[place] == digest(of: text, place)
  }

  /// Where the seal's digits are, if there is one seal.
  private static func place(in text: String) -> Range<String.Index>? {
    guard let key = text.range(of: key),
      text.range(of: Self.key, range: key.upperBound..<text.endIndex) == nil,
      let end = text.index(key.upperBound, offsetBy: 64, limitedBy: text.endIndex)
    else { return nil }
    return key.upperBound..<end
  }

  private static func digest(of text: String, _ place: Range<String.Index>) -> String {
    let blanked = text.replacingCharacters(in: place, with: blank)
    let end = blanked.lastIndex { !$0.isWhitespace }.map { blanked.index(after: $0) } ?? blanked.startIndex
    return Checksum.text(Checksum.sha256(Array(blanked[..<end].utf8)))
  }
}

/// A value's keys and the seal in one object.
private struct Sealed<Value: Encodable>: Encodable {
  var value: Value
  var seal: String

  private enum Key: CodingKey { case seal }

  func encode(to encoder: any Encoder) throws {
    try value.encode(to: encoder)
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(seal, forKey: .seal)
  }
}

extension CertificateDocument {
  /// The file's text.
  public var json: Data {
    get throws { try SealedText.encode(self) }
  }

  /// Reads a certificate file.
  ///
  /// - Throws: `DecodingError` for what is not a certificate, ``CertificationError/brokenSeal`` for one that was changed
  ///   after it was written.
  public init(json: Data) throws {
    self = try JSONDecoder().decode(CertificateDocument.self, from: json)
    guard SealedText.isIntact(json) else { throw CertificationError.brokenSeal }
  }
}

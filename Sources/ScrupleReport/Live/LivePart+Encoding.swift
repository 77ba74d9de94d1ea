import Foundation
import ScrupleNetwork

extension LivePart: Encodable {
  private enum CodingKeys: String, CodingKey { case models, points, places, samples }

  /// Writes what the page's script reads; bytes and numbers of models as base64.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(models, forKey: .models)
    try container.encode(points, forKey: .points)
    try container.encode(places, forKey: .places)
    try container.encode(samples, forKey: .samples)
  }

  /// The part as JSON that can stand in an HTML script element.
  func json() throws(ReportError) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      return String(decoding: try encoder.encode(self), as: UTF8.self)
        .replacing("&", with: "\\u0026").replacing("<", with: "\\u003c").replacing(">", with: "\\u003e")
    } catch {
      throw .invalidFigure(name: "a live part", reason: "\(error)")
    }
  }
}

extension LivePart.Model: Encodable {
  private enum CodingKeys: String, CodingKey { case title, program, twin }

  /// Writes the program's bytes as base64.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(title, forKey: .title)
    try container.encode(base64(program), forKey: .program)
    try container.encode(TwinDescription(twin), forKey: .twin)
  }
}

extension LivePart.Sample: Encodable {
  private enum CodingKeys: String, CodingKey { case name, values }

  /// Writes the pixels as base64.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(name, forKey: .name)
    try container.encode(base64(pixels), forKey: .values)
  }
}

/// The bytes of a list of numbers, little-endian, in base64.
func base64<Element: BitwiseCopyable>(_ values: [Element]) -> String {
  values.withUnsafeBytes { Data($0).base64EncodedString() }
}

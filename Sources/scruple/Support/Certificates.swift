import Foundation
import ScrupleCertification

/// Reads a certificate's file; its seal has to be intact.
func readCertificate(_ path: String) throws -> CertificateDocument {
  let bytes = Data(try readBytes(path))
  do {
    return try CertificateDocument(json: bytes)
  } catch let error as DecodingError {
    if let object = try? JSONSerialization.jsonObject(with: bytes) as? [String: Any], object["shard"] != nil {
      throw Failure(
        .badData, "\(path): a part of a certification; 'scruple certify merge' makes a certificate of all")
    }
    throw Failure(.badData, "\(path): not a certificate: \(error.words)")
  } catch let error as CertificationError {
    throw Failure(.badData, "\(path): \(error)")
  }
}

/// Writes a certificate's file.
func write(_ document: CertificateDocument, to path: String) throws {
  try replaceFile(path, with: [UInt8](document.json) + [UInt8(ascii: "\n")])
}

extension DecodingError {
  /// What is wrong, and where in the file.
  var words: String {
    let context: Context
    switch self {
    case .typeMismatch(_, let it), .valueNotFound(_, let it), .dataCorrupted(let it): context = it
    case .keyNotFound(let key, let it):
      let path = (it.codingPath + [key]).map(\.stringValue).joined(separator: ".")
      return "\(path) is missing"
    @unknown default: return "\(self)"
    }
    let path = context.codingPath.map(\.stringValue).joined(separator: ".")
    return path.isEmpty ? context.debugDescription : "\(path): \(context.debugDescription)"
  }
}

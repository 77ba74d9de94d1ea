import Foundation

/// Writes `data` under a temporary name beside `file` and renames it: an old file is replaced whole or not at
/// all, also when the disk is full.
package func replaceFile(at file: URL, with data: Data) throws {
  let temporary = file.deletingLastPathComponent()
    .appendingPathComponent(".\(file.lastPathComponent).\(ProcessInfo.processInfo.processIdentifier).tmp")
  do {
    try data.write(to: temporary)
    guard rename(temporary.path, file.path) == 0 else {
      throw CocoaError(
        .fileWriteUnknown, userInfo: [NSLocalizedDescriptionKey: String(cString: strerror(errno))])
    }
  } catch {
    try? FileManager.default.removeItem(at: temporary)
    throw error
  }
}

/// The readable part of an error of Foundation.
package func reason(of error: any Error) -> String {
  switch error {
  case DecodingError.dataCorrupted(let context), DecodingError.keyNotFound(_, let context),
    DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
    let path = context.codingPath.map(\.stringValue).joined(separator: ".")
    return path.isEmpty ? context.debugDescription : "\(path): \(context.debugDescription)"
  default:
    let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
    if let underlying, underlying.domain == NSPOSIXErrorDomain {
      return String(cString: strerror(Int32(underlying.code)))
    }
    return (error as? CocoaError).flatMap(words) ?? error.localizedDescription
  }
}

/// What Foundation tells by a number alone.
private func words(_ error: CocoaError) -> String? {
  switch error.code {
  case .fileNoSuchFile, .fileReadNoSuchFile: "there is no such file or folder"
  case .fileReadNoPermission, .fileWriteNoPermission: "permission denied"
  case .fileWriteFileExists: "a file of that name is in the way"
  case .fileWriteOutOfSpace: "the disk is full"
  case .fileWriteVolumeReadOnly: "the disk is read-only"
  default: nil
  }
}

/// The bytes of a file.
///
/// - Throws: an error whose ``reason(of:)`` says that it is a folder, if it is one.
package func fileContents(of file: URL) throws -> Data {
  var isFolder: ObjCBool = false
  if FileManager.default.fileExists(atPath: file.path, isDirectory: &isFolder), isFolder.boolValue {
    throw CocoaError(
      .fileReadUnknown,
      userInfo: [NSUnderlyingErrorKey: NSError(domain: NSPOSIXErrorDomain, code: Int(EISDIR))])
  }
  return try Data(contentsOf: file)
}

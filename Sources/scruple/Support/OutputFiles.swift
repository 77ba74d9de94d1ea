import Foundation
import ScrupleNetwork

/// Makes sure that no file that is read is written over.
///
/// - Parameters:
///   - outputs: options and their paths.
///   - inputs: what each file is, and its path.
func keepApart(outputs: [(option: String, path: String?)], inputs: [(what: String, path: String?)]) throws {
  func real(_ path: String) -> String { URL(fileURLWithPath: path).resolvingSymlinksInPath().path }
  for case (let option, let output?) in outputs {
    for case (let what, let input?) in inputs where real(output) == real(input) {
      throw Failure(
        .usage, "\(option) \(output): that is the \(what) itself, which would be lost; name another file")
    }
  }
}

/// Makes the folder that a long work is going to write into, so that it doesn't end in vain.
func prepareFolder(_ path: String) throws {
  do {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  } catch {
    throw Failure(.cannotWrite, "\(path): can't be written: \(reason(of: error))")
  }
  guard FileManager.default.isWritableFile(atPath: path) else {
    throw Failure(.cannotWrite, "\(path): can't be written: permission denied")
  }
}

/// Makes sure that a file can be written once a long work is done: its folder is there.
func checkWritable(_ path: String) throws {
  var isFolder: ObjCBool = false
  let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
  guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
    throw Failure(.cannotWrite, "\(path): can't be written: there is no folder \(folder)")
  }
  if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
    throw Failure(.cannotWrite, "\(path): can't be written: it is a folder")
  }
}

/// Writes a file whole or not at all: an older one is never lost.
func replaceFile(_ path: String, with bytes: [UInt8]) throws {
  do {
    try replaceFile(at: URL(fileURLWithPath: path), with: Data(bytes))
  } catch {
    throw Failure(.cannotWrite, "\(path): can't be written: \(reason(of: error))")
  }
}

import Foundation
import ScrupleDevice
import ScrupleNetwork
import ScrupleQuantization

/// An int8 model from a file: its bytes, the program in them, and the engine that runs them.
struct ProgramFile {
  let path: String
  let bytes: [UInt8]
  let program: IntegerProgram
  let engine: Engine

  init(_ path: String) throws {
    self.path = path
    bytes = try readBytes(path)
    do {
      program = try IntegerProgram(decoding: bytes)
      engine = try Engine(bytes)
    } catch {
      throw Failure(.badData, "\(path): \(error)")
    }
  }

  /// Whether `network` is the float model that the file was made from.
  func isTwin(_ network: Network) -> Bool { network.checksum == program.metadata.checksum }
}

/// A model of either kind.
enum AnyModel {
  case float(Network)
  case int8(ProgramFile)

  /// Tells the two kinds apart by their first bytes, whatever the file is called.
  init(_ path: String) throws {
    let head = try readBytes(path).prefix(9)
    let looksLikeSafetensors = head.count == 9 && head.last == UInt8(ascii: "{")
    self = looksLikeSafetensors ? .float(try readNetwork(path)) : .int8(try ProgramFile(path))
  }

  var input: InputDescription {
    switch self {
    case .float(let network): network.input
    case .int8(let file): file.program.metadata.input
    }
  }

  var labels: [String] {
    switch self {
    case .float(let network): network.labels
    case .int8(let file): file.program.metadata.labels
    }
  }
}

/// A float network from a safetensors file.
func readNetwork(_ path: String) throws -> Network {
  try Network(contentsOf: URL(fileURLWithPath: path))
}

/// A whole file.
func readBytes(_ path: String) throws -> [UInt8] {
  var isFolder: ObjCBool = false
  guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
    throw Failure(.missingInput, "\(path): no such file")
  }
  guard !isFolder.boolValue else {
    throw Failure(.badData, "\(path): a folder, where a model file is expected")
  }
  do {
    return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
  } catch {
    throw Failure(.missingInput, "\(path): can't be read: \(error.localizedDescription)")
  }
}

/// Writes a file whole or not at all: an older one is never lost.
func replaceFile(_ path: String, with bytes: [UInt8]) throws {
  do {
    try replaceFile(at: URL(fileURLWithPath: path), with: Data(bytes))
  } catch {
    throw Failure(.cannotWrite, "\(path): can't be written: \(error.localizedDescription)")
  }
}

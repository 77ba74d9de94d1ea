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
    if looksLikeSafetensors(bytes) {
      throw Failure(
        .badData,
        "\(path): a float model (.safetensors), where an int8 model (.scruple) is expected; 'scruple quantize' makes one"
      )
    }
    do {
      program = try IntegerProgram(decoding: bytes)
      engine = try Engine(bytes)
    } catch {
      throw Failure(.badData, "\(path): \(error)")
    }
  }

  /// What it takes on the device, in words.
  var size: String {
    "\(grouped(bytes.count)) B of flash, \(grouped(engine.arenaSize)) B of RAM, "
      + "\(grouped(engine.multiplyAccumulates)) multiply-accumulates"
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
    self =
      looksLikeSafetensors(try readBytes(path)) ? .float(try readNetwork(path)) : .int8(try ProgramFile(path))
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

/// Whether a file begins as safetensors files do: with the header's length in eight bytes, then JSON.
private func looksLikeSafetensors(_ bytes: [UInt8]) -> Bool {
  bytes.count > 8 && bytes[8] == UInt8(ascii: "{") && !bytes.starts(with: "SCRU".utf8)
}

/// A float network from a safetensors file.
func readNetwork(_ path: String) throws -> Network {
  let bytes = try readBytes(path)
  if bytes.starts(with: "SCRU".utf8) {
    throw Failure(
      .badData, "\(path): an int8 model (.scruple), where a float model (.safetensors) is expected")
  }
  return try Network(decoding: bytes, file: path)
}

/// Another float network for the same inputs, that an option names.
func readNetwork(_ path: String, like network: Network, option: String) throws -> Network {
  let other = try readNetwork(path)
  guard other.input.shape == network.input.shape, other.classCount == network.classCount else {
    throw Failure(
      .badData,
      "\(option) \(path): it reads \(other.input.shape) values and knows \(other.classCount) classes, the model "
        + "\(network.input.shape) and \(network.classCount)")
  }
  return other
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
    throw Failure(.missingInput, "\(path): can't be read: \(reason(of: error))")
  }
}

/// Why a network cannot be made, read or written.
public enum NetworkError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The parts do not fit together. `layer` is `nil` when it is not one layer's fault.
  case invalid(layer: Int?, reason: String)
  /// The file cannot be opened or read.
  case unreadable(file: String, reason: String)
  /// The file cannot be written; an older file of that name is untouched.
  case unwritable(file: String, reason: String)
  /// The file breaks a rule of the safetensors format at a byte offset.
  case malformed(file: String, offset: Int, reason: String)
  /// The file is a safetensors file, but not of a Scruple network.
  case notANetwork(file: String, reason: String)
  /// A tensor is not what the architecture in the same file says.
  case tensor(file: String, name: String, reason: String)

  /// A sentence for people.
  public var description: String {
    switch self {
    case .invalid(.some(let layer), let reason): "layer \(layer): \(reason)"
    case .invalid(.none, let reason): reason
    case .unreadable(let file, let reason): "\(file): cannot be read: \(reason)"
    case .unwritable(let file, let reason): "\(file): cannot be written: \(reason)"
    case .malformed(let file, let offset, let reason):
      "\(file): not a valid safetensors file: at byte \(offset): \(reason)"
    case .notANetwork(let file, let reason): "\(file): not a Scruple network: \(reason)"
    case .tensor(let file, let name, let reason): "\(file): tensor \"\(name)\": \(reason)"
    }
  }
}

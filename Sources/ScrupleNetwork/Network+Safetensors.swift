import Crypto
import Foundation

extension Network {
  /// The network as it stands in a file: tensors `layers.N.weight` (`outputs × inputs`), `layers.N.bias` and,
  /// for a layer on a grid, `layers.N.scale`; the architecture as JSON in the metadata's `scruple`.
  public var safetensors: Safetensors {
    var tensors: [String: Safetensors.Tensor] = [:]
    for (index, layer) in layers.enumerated() {
      guard case .dense(let dense) = layer else { continue }
      tensors["layers.\(index).weight"] = .init(shape: [dense.outputs, dense.inputs], values: dense.weight)
      tensors["layers.\(index).bias"] = .init(shape: [dense.outputs], values: dense.bias)
      if let grid = dense.grid {
        tensors["layers.\(index).scale"] = .init(shape: [dense.outputs], values: grid.scales)
      }
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // A validated network holds only finite numbers and strings: encoding cannot fail.
    let architecture = (try? encoder.encode(Architecture(self))) ?? Data()
    return Safetensors(
      metadata: ["scruple": String(decoding: architecture, as: UTF8.self)], tensors: tensors)
  }

  /// The SHA-256 of ``safetensors``' bytes, 32 bytes: equal to that of a file that ``write(to:)`` wrote.
  public var checksum: [UInt8] { Array(SHA256.hash(data: safetensors.encoded)) }

  /// The checksum in hexadecimal.
  public var checksumText: String { ScrupleNetwork.checksumText(of: safetensors.encoded) }

  /// Reads a network from a safetensors file.
  public init(contentsOf file: URL) throws(NetworkError) {
    let data: Data
    do {
      data = try Data(contentsOf: file)
    } catch {
      throw .unreadable(file: file.relativePath, reason: reason(of: error))
    }
    try self.init(decoding: Array(data), file: file.relativePath)
  }

  /// Reads a network from a safetensors file's bytes. `file` is what errors call it.
  public init(decoding bytes: [UInt8], file: String) throws(NetworkError) {
    let content = try Safetensors(decoding: bytes, file: file)
    guard let text = content.metadata["scruple"] else {
      throw .notANetwork(file: file, reason: "its metadata has no \"scruple\" entry")
    }
    let architecture: Architecture
    do {
      architecture = try JSONDecoder().decode(Architecture.self, from: Data(text.utf8))
    } catch {
      throw .notANetwork(file: file, reason: "its architecture: \(reason(of: error))")
    }
    guard architecture.version == Architecture.currentVersion else {
      throw .notANetwork(
        file: file,
        reason: "its architecture has version \(architecture.version), not \(Architecture.currentVersion)")
    }
    var remaining = content.tensors
    func take(_ name: String, shape: [Int]) throws(NetworkError) -> [Float] {
      guard let tensor = remaining.removeValue(forKey: name) else {
        throw .tensor(file: file, name: name, reason: "missing")
      }
      guard tensor.shape == shape else {
        throw .tensor(file: file, name: name, reason: "its shape is \(tensor.shape), not \(shape)")
      }
      return tensor.values
    }
    var layers: [Layer] = []
    for (index, layer) in architecture.layers.enumerated() {
      switch layer {
      case .flatten: layers.append(.flatten)
      case .dense(let inputs, let outputs, let activation, let hasGrid):
        let name = "layers.\(index)"
        let weight = try take("\(name).weight", shape: [outputs, inputs])
        let bias = try take("\(name).bias", shape: [outputs])
        var grid: WeightGrid?
        if hasGrid {
          grid = WeightGrid(scales: try take("\(name).scale", shape: [outputs]))
          if grid == nil {
            throw .tensor(
              file: file, name: "\(name).scale",
              reason: "a scale is not positive and finite, or has more than 16 significant bits")
          }
        }
        layers.append(
          .dense(
            Dense(
              weight: weight, bias: bias, inputs: inputs, outputs: outputs, activation: activation, grid: grid
            )))
      }
    }
    if let name = remaining.keys.min() {
      throw .tensor(file: file, name: name, reason: "the architecture has no such tensor")
    }
    do {
      try self.init(
        name: architecture.name, labels: architecture.labels, input: architecture.input, layers: layers,
        temperature: architecture.temperature)
    } catch {
      throw .notANetwork(file: file, reason: error.description)
    }
  }

  /// Writes the network as a safetensors file, first under a temporary name: an old file is replaced whole or
  /// not at all.
  public func write(to file: URL) throws(NetworkError) {
    do {
      try replaceFile(at: file, with: Data(safetensors.encoded))
    } catch {
      throw .unwritable(file: file.relativePath, reason: reason(of: error))
    }
  }
}

/// The SHA-256 of bytes, in hexadecimal.
package func checksumText(of bytes: [UInt8]) -> String {
  SHA256.hash(data: bytes).map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
}

/// The JSON in a network file's metadata.
private struct Architecture: Codable {
  static let currentVersion = 1

  enum Layer: Codable {
    case flatten
    case dense(inputs: Int, outputs: Int, activation: Activation, hasGrid: Bool)

    private enum CodingKeys: String, CodingKey { case kind, inputs, outputs, activation, grid }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      let kind = try container.decode(String.self, forKey: .kind)
      switch kind {
      case "flatten": self = .flatten
      case "dense":
        self = .dense(
          inputs: try container.decode(Int.self, forKey: .inputs),
          outputs: try container.decode(Int.self, forKey: .outputs),
          activation: try container.decode(Activation.self, forKey: .activation),
          hasGrid: try container.decode(Bool.self, forKey: .grid))
      default:
        throw DecodingError.dataCorruptedError(
          forKey: .kind, in: container, debugDescription: "no layer is called \"\(kind)\"")
      }
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      switch self {
      case .flatten: try container.encode("flatten", forKey: .kind)
      case .dense(let inputs, let outputs, let activation, let hasGrid):
        try container.encode("dense", forKey: .kind)
        try container.encode(inputs, forKey: .inputs)
        try container.encode(outputs, forKey: .outputs)
        try container.encode(activation, forKey: .activation)
        try container.encode(hasGrid, forKey: .grid)
      }
    }
  }

  var version = currentVersion
  var name: String
  var labels: [String]
  var input: InputDescription
  var layers: [Layer]
  var temperature: Float

  init(_ network: Network) {
    name = network.name
    labels = network.labels
    input = network.input
    temperature = network.temperature
    layers = network.layers.map { layer in
      switch layer {
      case .flatten: .flatten
      case .dense(let dense):
        .dense(
          inputs: dense.inputs, outputs: dense.outputs, activation: dense.activation,
          hasGrid: dense.grid != nil)
      }
    }
  }
}

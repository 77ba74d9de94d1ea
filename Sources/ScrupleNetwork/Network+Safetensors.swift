import Crypto
import Foundation

extension Network {
  /// The network as it stands in a file: tensors `layers.N.weight` (`outputs × inputs`; of a convolution
  /// `outputs × kernel height × kernel width × channels`, depthwise without the last), `layers.N.bias` and,
  /// for a layer on a grid, `layers.N.scale`; the architecture as JSON in the metadata's `scruple`.
  public var safetensors: Safetensors {
    var tensors: [String: Safetensors.Tensor] = [:]
    for (index, layer) in layers.enumerated() {
      let description = Architecture.Layer(layer)
      guard let kernel = layer.kernel, let shape = description.weightShape else { continue }
      tensors["layers.\(index).weight"] = .init(shape: shape, values: kernel.weight)
      tensors["layers.\(index).bias"] = .init(shape: [kernel.outputs], values: kernel.bias)
      if let grid = kernel.grid {
        tensors["layers.\(index).scale"] = .init(shape: [kernel.outputs], values: grid.scales)
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
      data = try fileContents(of: file)
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
    for (index, description) in architecture.layers.enumerated() {
      var kernel: Dense?
      if let shape = description.weightShape, let activation = description.activation {
        let name = "layers.\(index)"
        let weight = try take("\(name).weight", shape: shape)
        let bias = try take("\(name).bias", shape: [shape[0]])
        var grid: WeightGrid?
        if description.grid == true {
          grid = WeightGrid(scales: try take("\(name).scale", shape: [shape[0]]))
          if grid == nil {
            throw .tensor(
              file: file, name: "\(name).scale",
              reason: "a scale is not positive and finite, or has more than 16 significant bits")
          }
        }
        kernel = Dense(
          weight: weight, bias: bias, inputs: shape.dropFirst().reduce(1, *), outputs: shape[0],
          activation: activation, grid: grid)
      }
      guard let layer = description.layer(kernel: kernel) else {
        throw .notANetwork(file: file, reason: "layer \(index): its description is not complete")
      }
      layers.append(layer)
    }
    if let name = remaining.keys.min() {
      throw .tensor(file: file, name: name, reason: "the architecture has no such tensor")
    }
    do {
      try self.init(
        name: architecture.name, labels: architecture.labels, input: architecture.input, layers: layers,
        sources: architecture.sources, temperature: architecture.temperature)
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

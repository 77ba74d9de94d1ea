import ScrupleNetwork
import Yams

extension Recipe {
  /// One of `network.layers`.
  public struct LayerDescription: Equatable, Sendable {
    /// What it is.
    public enum Kind: Equatable, Sendable {
      case convolution(channels: Int, WindowDescription)
      case depthwise(WindowDescription)
      case pooling(Pooling.Kind, WindowDescription)
      /// The whole image becomes one pixel.
      case globalPooling(Pooling.Kind)
      case dense(width: Int)
      /// The sum with the layer of the given name.
      case addition(with: String)
    }

    /// What it is.
    public var kind: Kind
    /// What later layers call it.
    public var name: String?
    /// The layer that it reads, if not the one before; `input` is the network's input.
    public var source: String?
    /// What is applied to its results; identity for pooling.
    public var activation: Activation
    /// Whether results are normalized over the batch.
    public var isNormalized: Bool
    /// Where errors say that it stands: `FILE:LINE: network.layers[N]`.
    public var place: String
  }

  /// Where the windows of a layer lie, before its input is known.
  public struct WindowDescription: Equatable, Sendable {
    /// How the input's edge is treated.
    public enum Edge: Equatable, Sendable {
      case same
      case padding(Padding)
    }

    /// Kernel height and width.
    public var kernel: [Int]
    /// Rows and columns from one output to the next.
    public var stride: [Int]
    /// How the input's edge is treated.
    public var edge: Edge

    /// The window on images of a size.
    public func window(on image: ImageShape) -> Window {
      switch edge {
      case .same:
        .same(
          kernelHeight: kernel[0], kernelWidth: kernel[1], strideHeight: stride[0], strideWidth: stride[1],
          of: image)
      case .padding(let padding):
        Window(
          kernelHeight: kernel[0], kernelWidth: kernel[1], strideHeight: stride[0], strideWidth: stride[1],
          padding: padding)
      }
    }
  }

  /// The kinds as they are written, with the keys that each knows.
  private static let layerKinds: [(word: String, keys: [String])] = [
    (
      "conv",
      ["channels", "kernel", "stride", "padding", "activation", "limit", "batchNorm", "name", "from"]
    ),
    ("depthwise", ["kernel", "stride", "padding", "activation", "limit", "batchNorm", "name", "from"]),
    ("pool", ["kind", "size", "stride", "padding", "name", "from"]),
    ("globalPool", ["kind", "name", "from"]),
    ("dense", ["width", "activation", "limit", "batchNorm", "name", "from"]),
    ("add", ["with", "activation", "limit", "name", "from"]),
  ]

  /// Reads `layers: [{conv: {…}}, …]`.
  static func layers(_ network: RecipeSection, grid: Grid?) throws(RecipeError) -> [LayerDescription]? {
    let words = layerKinds.map(\.word)
    guard
      let nodes = try network.list(
        "layers", expected: "a list of layers, each {KIND: {…}} with \(words.joined(separator: ", "))")
    else { return nil }
    var result: [LayerDescription] = []
    var names: Set<String> = ["input"]
    for (index, node) in nodes.enumerated() {
      let outer = try RecipeSection(
        node, file: network.file, path: "network.layers[\(index)]", known: words)
      let given = layerKinds.filter { outer.has($0.word) }
      guard let kind = given.first, given.count == 1 else {
        throw .conflict(
          file: outer.file, line: outer.line, key: outer.path,
          reason: "a layer is one of \(words.joined(separator: ", ")), as in {conv: {channels: 8, kernel: 3}}"
        )
      }
      guard let section = try outer.section(kind.word, known: kind.keys) else { continue }
      let layer = try layer(kind.word, section, grid: grid)
      for reference in [layer.source, layer.partner].compactMap(\.self) where !names.contains(reference) {
        throw section.conflict(
          layer.source == reference ? "from" : "with",
          "no earlier layer is called \"\(reference)\"; known here: \(names.sorted().joined(separator: ", "))"
        )
      }
      if let name = layer.name, !names.insert(name).inserted {
        throw section.conflict(
          "name",
          name == "input"
            ? "\"input\" is what the network reads" : "two layers are called \"\(name)\"")
      }
      result.append(layer)
    }
    return result
  }

  private static func layer(
    _ word: String, _ section: RecipeSection, grid: Grid?
  ) throws(RecipeError) -> LayerDescription {
    let kind: LayerDescription.Kind
    switch word {
    case "conv":
      kind = .convolution(
        channels: try section.integer("channels", in: 1...65_535), try window(section, "kernel"))
    case "depthwise": kind = .depthwise(try window(section, "kernel"))
    case "pool":
      kind = .pooling(
        try section.word("kind", default: PoolWord.max).kind,
        try window(section, "size", strideIsKernel: true))
    case "globalPool": kind = .globalPooling(try section.word("kind", default: PoolWord.average).kind)
    case "dense": kind = .dense(width: try section.integer("width", in: 1...largestWidth))
    default: kind = .addition(with: try section.string("with", expected: "the name of an earlier layer"))
    }
    let isPool = word == "pool" || word == "globalPool"
    return LayerDescription(
      kind: kind, name: section.has("name") ? try section.string("name", expected: "a word") : nil,
      source: section.has("from")
        ? try section.string("from", expected: "the name of an earlier layer") : nil,
      activation: isPool ? .identity : try activation(section, grid: grid),
      isNormalized: section.has("batchNorm") ? try section.flag("batchNorm") : false,
      place: "\(section.file):\(section.line): \(section.path)")
  }

  private enum PoolWord: String, CaseIterable {
    case max, average

    var kind: Pooling.Kind { self == .max ? .maximum : .average }
  }

  private static func activation(_ section: RecipeSection, grid: Grid?) throws(RecipeError) -> Activation {
    let word: ActivationWord = try section.word("activation", default: .relu)
    guard let grid else {
      if section.has("limit") { throw section.conflict("limit", "only on the grid are activations clipped") }
      return word.activation
    }
    let limit = Float(
      try section.number("limit", from: 0, above: true, to: 1e6, default: grid.limit))
    switch word {
    case .relu: return .clippedReLU(limit: limit)
    case .identity: return .clippedIdentity(limit: limit)
    case .tanh:
      throw section.conflict("activation", "on the grid activations are clipped: say relu or identity")
    }
  }

  private static func window(
    _ section: RecipeSection, _ key: String, strideIsKernel: Bool = false
  ) throws(RecipeError) -> WindowDescription {
    let kernel = try section.pair(key)
    let stride = try section.pair("stride", default: strideIsKernel ? kernel : [1, 1])
    return WindowDescription(kernel: kernel, stride: stride, edge: try edge(section))
  }

  private static func edge(_ section: RecipeSection) throws(RecipeError) -> WindowDescription.Edge {
    let expected = "same, valid or [top, left, bottom, right]"
    guard section.has("padding") else { return .padding(.valid) }
    guard let word = section.plain("padding") else {
      let sides = try section.integers("padding", in: 0...65_535, expected: expected)
      guard sides.count == 4 else { throw section.wrong("padding", expected: expected) }
      return .padding(Padding(top: sides[0], left: sides[1], bottom: sides[2], right: sides[3]))
    }
    switch word {
    case "same": return .same
    case "valid": return .padding(.valid)
    default: throw section.wrong("padding", expected: expected)
    }
  }
}

extension Recipe.LayerDescription {
  /// The name of an addition's second summand.
  var partner: String? { if case .addition(let name) = kind { name } else { nil } }
}

extension RecipeSection {
  /// One number for both directions, or [height, width].
  func pair(_ key: String, default fallback: [Int]? = nil) throws(RecipeError) -> [Int] {
    if !has(key), let fallback { return fallback }
    if plain(key) != nil || !has(key) {
      let number = try integer(key, in: 1...65_535)
      return [number, number]
    }
    let expected = "a whole number from 1, or [height, width]"
    let numbers = try integers(key, in: 1...65_535, expected: expected)
    guard numbers.count == 2 else { throw wrong(key, expected: expected) }
    return numbers
  }

  /// True or false.
  func flag(_ key: String) throws(RecipeError) -> Bool {
    guard let text = plain(key), let value = ["true": true, "false": false][text.lowercased()] else {
      throw wrong(key, expected: "true or false")
    }
    return value
  }
}

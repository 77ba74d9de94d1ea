import ScrupleNetwork

extension Recipe {
  /// The network that is trained, with zeros for parameters, and which of its layers are normalized over the batch.
  ///
  /// - Throws: what does not fit, with the layer's place in the recipe.
  func template(
    input: InputDescription, labels: [String]
  ) throws(TrainingError) -> (network: Network, normalized: Set<Int>) {
    var builder = TemplateBuilder(input: input)
    if let layers {
      for layer in layers { try builder.append(layer) }
    } else {
      for width in hidden {
        try builder.appendDense(width, activation, place: places["network.hidden"])
      }
    }
    try builder.appendDense(labels.count, .identity, place: places["network"])
    do {
      let network = try Network(
        name: name, labels: labels, input: input, layers: builder.layers, sources: builder.sources,
        temperature: Float(temperature))
      return (network, builder.normalized)
    } catch .invalid(.some(let index), let reason) {
      throw .setup(reason: builder.places[index].map { "\($0): \(reason)" } ?? "layer \(index): \(reason)")
    } catch {
      throw .network(error)
    }
  }
}

/// Layers of a recipe, each after those that it reads, with the shapes that follow.
private struct TemplateBuilder {
  private(set) var layers: [Layer] = []
  private(set) var sources: [[Int]] = []
  private(set) var normalized: Set<Int> = []
  private(set) var places: [String?] = []
  private(set) var parameters = 0
  private var counts: [Int] = []
  private var images: [ImageShape?] = []
  private var names: [String: Int] = ["input": -1]
  private let input: InputDescription

  init(input: InputDescription) { self.input = input }

  mutating func append(_ layer: Recipe.LayerDescription) throws(TrainingError) {
    let source = layer.source.flatMap { names[$0] } ?? layers.count - 1
    let incoming = count(source)
    switch layer.kind {
    case .dense(let width):
      try appendDense(width, layer.activation, source: source, place: layer.place)
    case .addition(let partner):
      append(
        .addition(Addition(count: incoming, activation: layer.activation)), count: incoming,
        image: image(source), sources: [source, names[partner] ?? -1])
    case .convolution(let channels, let description):
      let (image, window) = try place(description, layer, source)
      let convolution = Convolution(
        kernel: try kernel(
          window.count * image.channels, channels, layer.activation, place: layer.place),
        image: image, window: window)
      append(.convolution(convolution), image: convolution.outputShape, source: source)
    case .depthwise(let description):
      let (image, window) = try place(description, layer, source)
      let depthwise = DepthwiseConvolution(
        kernel: try kernel(window.count, image.channels, layer.activation, place: layer.place), image: image,
        window: window)
      append(.depthwise(depthwise), image: depthwise.outputShape, source: source)
    case .pooling(let kind, let description):
      let (image, window) = try place(description, layer, source)
      append(Pooling(kind: kind, image: image, window: window), source: source)
    case .globalPooling(let kind):
      let image = try image(for: layer, source)
      append(Pooling(kind: kind, image: image, window: .whole(image)), source: source)
    }
    places[places.count - 1] = layer.place
    if layer.isNormalized { normalized.insert(layers.count - 1) }
    if let name = layer.name { names[name] = layers.count - 1 }
  }

  /// Appends a dense layer, behind flattening if an image comes in.
  mutating func appendDense(
    _ width: Int, _ activation: Activation, source: Int? = nil, place: String
  ) throws(TrainingError) {
    var source = source ?? layers.count - 1
    if image(source) != nil {
      append(.flatten, count: count(source), sources: [source])
      source = layers.count - 1
    }
    let dense = try kernel(count(source), width, activation, place: place)
    append(.dense(dense), count: width, sources: [source])
  }

  mutating func append(_ layer: Layer, count: Int, image: ImageShape? = nil, sources: [Int]? = nil) {
    self.sources.append(sources ?? [layers.count - 1])
    layers.append(layer)
    counts.append(count)
    images.append(image)
    places.append(nil)
    parameters += layer.kernel?.parameterCount ?? 0
  }

  private mutating func append(_ layer: Layer, image: ImageShape, source: Int) {
    append(layer, count: image.count, image: image, sources: [source])
  }

  private mutating func append(_ pooling: Pooling, source: Int) {
    append(.pooling(pooling), image: pooling.outputShape, source: source)
  }

  private func kernel(
    _ inputs: Int, _ outputs: Int, _ activation: Activation, place: String
  ) throws(TrainingError) -> Dense {
    let (count, overflow) = inputs.multipliedReportingOverflow(by: outputs)
    guard !overflow, parameters + outputs + count <= Recipe.largestParameterCount else {
      throw .setup(
        reason: "\(place): a layer of \(inputs)×\(outputs) weights; at most "
          + "\(Recipe.largestParameterCount) parameters are accepted")
    }
    return Dense(
      weight: Array(repeating: 0, count: count), bias: Array(repeating: 0, count: outputs), inputs: inputs,
      outputs: outputs, activation: activation)
  }

  private func count(_ source: Int) -> Int { source < 0 ? input.count : counts[source] }

  private func image(_ source: Int) -> ImageShape? { source < 0 ? input.imageShape : images[source] }

  private func image(
    for layer: Recipe.LayerDescription, _ source: Int
  ) throws(TrainingError) -> ImageShape {
    guard let image = image(source) else {
      throw .setup(
        reason: "\(layer.place): it needs an image, but \(count(source)) values without a place come in")
    }
    return image
  }

  /// The windows on what comes in.
  private func place(
    _ description: Recipe.WindowDescription, _ layer: Recipe.LayerDescription, _ source: Int
  ) throws(TrainingError) -> (image: ImageShape, window: Window) {
    let image = try image(for: layer, source)
    let window = description.window(on: image)
    if let fault = window.fault(on: image) { throw .setup(reason: "\(layer.place): \(fault)") }
    return (image, window)
  }
}

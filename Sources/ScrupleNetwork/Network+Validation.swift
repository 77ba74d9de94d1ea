extension Network {
  /// What a layer's output is.
  enum ValueShape: Equatable {
    case image(ImageShape)
    case vector(Int)

    var count: Int {
      switch self {
      case .image(let image): image.count
      case .vector(let count): count
      }
    }

    var description: String {
      switch self {
      case .image(let image): "images of \(image)"
      case .vector(let count): "\(count)"
      }
    }
  }

  func validate() throws(NetworkError) {
    try require(temperature.isFinite && temperature > 0, "the temperature is \(temperature), not positive")
    try require(
      (2...Self.largestClassCount).contains(labels.count),
      "\(labels.count) labels; a classifier has 2 to \(Self.largestClassCount)")
    try validateInput()
    try validateSources()
    var shapes: [ValueShape] = []
    let inputShape = input.imageShape.map(ValueShape.image) ?? .vector(input.count)
    for (index, layer) in layers.enumerated() {
      let read = sources[index].map { $0 < 0 ? inputShape : shapes[$0] }
      do throws(Fault) {
        shapes.append(try layer.output(reading: read))
      } catch {
        throw .invalid(layer: index, reason: error.reason)
      }
    }
    guard let last = layers.last, layers.contains(where: { $0.kernel != nil }) else {
      throw .invalid(layer: nil, reason: "there is no dense layer")
    }
    guard case .dense(let head) = last else {
      throw .invalid(layer: nil, reason: "the last layer is a \(last.kind); logits come from a dense layer")
    }
    try require(
      head.activation == .identity, "the last layer's activation is \(head.activation), not identity")
    try require(head.outputs == labels.count, "\(head.outputs) logits for \(labels.count) labels")
  }

  private func require(
    _ condition: Bool, layer: Int? = nil, _ reason: @autoclosure () -> String
  ) throws(NetworkError) {
    guard condition else { throw .invalid(layer: layer, reason: reason()) }
  }

  private func validateInput() throws(NetworkError) {
    let dimensions = input.shape.dimensions
    try require(
      !dimensions.isEmpty && dimensions.allSatisfy { $0 > 0 }, "the input's shape is \(input.shape)")
    guard case .tabular(let features) = input.kind else { return }
    for feature in features {
      try require(
        feature.low.isFinite && feature.high.isFinite && feature.low < feature.high,
        "feature \"\(feature.name)\": its range \(feature.low)…\(feature.high) is empty")
    }
  }

  private func validateSources() throws(NetworkError) {
    try require(
      sources.count == layers.count, "\(sources.count) lists of sources for \(layers.count) layers")
    var isRead = [Bool](repeating: false, count: layers.count)
    for (index, (layer, read)) in zip(layers, sources).enumerated() {
      try require(
        read.count == layer.sourceCount, layer: index,
        "a layer of kind \(layer.kind) reads \(layer.sourceCount) of the earlier ones, not \(read.count)")
      for source in read {
        try require(
          (-1..<index).contains(source), layer: index,
          "it reads layer \(source); a layer reads the input (−1) or an earlier layer")
        if source >= 0 { isRead[source] = true }
      }
    }
    if let unread = isRead.dropLast().firstIndex(of: false) {
      throw .invalid(layer: unread, reason: "no layer reads it")
    }
  }
}

/// Why a layer is refused.
struct Fault: Error {
  var reason: String
}

extension Layer {
  /// The shape of the layer's output, after checking the layer and what it reads.
  func output(reading sources: [Network.ValueShape]) throws(Fault) -> Network.ValueShape {
    try validateActivation()
    switch self {
    case .flatten: return .vector(sources[0].count)
    case .dense(let dense):
      try dense.validate(inputs: sources[0].count, described: "\(sources[0].count)")
      return .vector(dense.outputs)
    case .convolution(let convolution):
      let (image, window) = (convolution.image, convolution.window)
      try check(window, on: image, reading: sources[0])
      let inputs = window.count * image.channels
      try convolution.kernel.validate(
        inputs: inputs,
        described: "\(window.kernelHeight)×\(window.kernelWidth)×\(image.channels) = \(inputs)")
      return .image(convolution.outputShape)
    case .depthwise(let depthwise):
      let (image, window, kernel) = (depthwise.image, depthwise.window, depthwise.kernel)
      try check(window, on: image, reading: sources[0])
      try kernel.validate(
        inputs: window.count, described: "\(window.kernelHeight)×\(window.kernelWidth) = \(window.count)")
      try check(
        kernel.outputs == image.channels, "\(kernel.outputs) kernels for \(image.channels) channels")
      return .image(depthwise.outputShape)
    case .pooling(let pooling):
      try check(pooling.window, on: pooling.image, reading: sources[0])
      try check(
        pooling.kind == .maximum || pooling.window.padding == .valid,
        "average pooling has no padding, but \(pooling.window.padding) is given")
      return .image(pooling.outputShape)
    case .addition(let addition):
      try check(
        sources[0] == sources[1],
        "it adds \(sources[0].description) values to \(sources[1].description); both have to have one shape")
      try check(
        sources[0].count == addition.count,
        "it adds \(addition.count) values, but \(sources[0].description) come in")
      return sources[0]
    }
  }

  private func check(_ condition: Bool, _ reason: @autoclosure () -> String) throws(Fault) {
    guard condition else { throw Fault(reason: reason()) }
  }

  private func check(
    _ window: Window, on image: ImageShape, reading source: Network.ValueShape
  ) throws(Fault) {
    if let fault = window.fault(on: image) { throw Fault(reason: fault) }
    try check(
      source == .image(image), "it takes images of \(image), but \(source.description) come in")
  }

  private func validateActivation() throws(Fault) {
    guard let limit = activation?.limit else { return }
    try check(limit.isFinite && limit > 0, "its limit is \(limit), not positive")
  }
}

extension Dense {
  /// - Parameter described: how errors call the number of values that come in.
  fileprivate func validate(inputs expected: Int, described: String) throws(Fault) {
    func check(_ condition: Bool, _ reason: @autoclosure () -> String) throws(Fault) {
      guard condition else { throw Fault(reason: reason()) }
    }
    try check(inputs == expected, "it takes \(inputs) inputs, but \(described) come in")
    try check(outputs > 0, "it has no outputs")
    try check(
      weight.count == outputs * inputs, "\(weight.count) weights for \(outputs)×\(inputs)")
    try check(bias.count == outputs, "\(bias.count) biases for \(outputs) outputs")
    try check(weight.allSatisfy(\.isFinite), "a weight is not finite")
    try check(bias.allSatisfy(\.isFinite), "a bias is not finite")
    guard let grid else { return }
    try check(grid.scales.count == outputs, "\(grid.scales.count) scales for \(outputs) outputs")
    try check(grid.snap(weight) == weight, "a weight is not on its grid")
  }
}

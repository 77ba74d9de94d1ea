import ScrupleNetwork

extension Layer {
  /// The outputs of `count` samples, row-major.
  ///
  /// - Parameter inputs: what each source gives, row-major.
  func outputs(of inputs: [[Float]], count: Int) -> [Float] {
    switch self {
    case .flatten: return inputs[0]
    case .dense(let dense): return dense.outputs(of: inputs[0], count: count)
    case .convolution(let layer):
      return layer.window.inBlocks(of: inputs[0], image: layer.image, count: count, padding: 0) { patches in
        layer.kernel.outputs(of: patches, count: patches.count / layer.kernel.inputs)
      }
    case .depthwise(let layer):
      let (kernel, area) = (layer.kernel, layer.window.count)
      return layer.window.inBlocks(of: inputs[0], image: layer.image, count: count, padding: 0) { patches in
        channelwise(patches, area: area, channels: layer.image.channels) { channel, at in
          var sum = kernel.bias[channel]
          for place in 0..<area { sum += kernel.weight[channel * area + place] * at(place) }
          return kernel.activation(sum)
        }
      }
    case .pooling(let layer):
      let area = layer.window.count
      let padding = layer.kind == .maximum ? -Float.infinity : 0
      return layer.window.inBlocks(of: inputs[0], image: layer.image, count: count, padding: padding) {
        patches in
        channelwise(patches, area: area, channels: layer.image.channels) { _, at in
          switch layer.kind {
          case .maximum: (0..<area).reduce(-Float.infinity) { max($0, at($1)) }
          case .average: (0..<area).reduce(0) { $0 + at($1) } / Float(area)
          }
        }
      }
    case .addition(let layer):
      return zip(inputs[0], inputs[1]).map { layer.activation($0 + $1) }
    }
  }

  /// The mean, over samples and positions, of what each of the kernel's weights meets.
  ///
  /// - Returns: one value for each input of the kernel, for a depthwise convolution one for each input and channel,
  ///   channels innermost.
  func kernelMeans(of inputs: [Float], count: Int) -> [Double] {
    let mean = means(of: inputs, width: inputs.count / max(count, 1))
    let view: (window: Window, image: ImageShape)
    switch self {
    case .convolution(let layer): view = (layer.window, layer.image)
    case .depthwise(let layer): view = (layer.window, layer.image)
    case .flatten, .dense, .pooling, .addition: return mean
    }
    let patches = view.window.patches(of: mean[...], image: view.image, count: 1, padding: 0)
    return means(of: patches, width: view.window.count * view.image.channels)
  }
}

extension Network {
  /// The most samples that calibration uses: a layer's values take half a gigabyte at most, and all products some ten
  /// seconds.
  var calibrationLimit: Int {
    var widest = input.count
    var products = 1
    for layer in layers {
      let count: Int? =
        switch layer {
        case .flatten: nil
        case .dense(let layer): layer.outputs
        case .convolution(let layer): layer.outputShape.count
        case .depthwise(let layer): layer.outputShape.count
        case .pooling(let layer): layer.outputShape.count
        case .addition(let layer): layer.count
        }
      widest = max(widest, count ?? 0)
      products += (layer.kernel?.inputs ?? 0) * (count ?? 0)
    }
    return max(1, min((1 << 27) / widest, (1 << 33) / products))
  }
}

/// The mean of each column, in Double.
private func means(of values: [some BinaryFloatingPoint], width: Int) -> [Double] {
  var sums = [Double](repeating: 0, count: width)
  for start in stride(from: 0, to: values.count, by: width) {
    for column in 0..<width { sums[column] += Double(values[start + column]) }
  }
  return sums.map { $0 / Double(values.count / width) }
}

extension Dense {
  /// Activations of `count` inputs, row-major.
  func outputs(of x: [Float], count: Int) -> [Float] {
    var y = [Float](repeating: 0, count: count * outputs)
    guard count > 0 else { return y }
    x.withUnsafeBufferPointer { x in
      weight.withUnsafeBufferPointer { weight in
        y.withUnsafeMutableBufferPointer { y in
          guard let x = x.baseAddress, let weight = weight.baseAddress, let y = y.baseAddress else { return }
          matmul(x, weight, into: y, rows: count, columns: outputs, inner: inputs, transposeRight: true)
        }
      }
    }
    for start in stride(from: 0, to: y.count, by: outputs) {
      for channel in 0..<outputs { y[start + channel] = activation(y[start + channel] + bias[channel]) }
    }
    return y
  }
}

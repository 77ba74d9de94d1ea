import ScrupleNetwork

/// Networks that others have measured on microcontrollers, as shapes: those of MLPerf Tiny (Banbury et al. 2021) and
/// two perceptrons. The weights are random.
public enum BenchmarkNetwork: String, CaseIterable, Sendable {
  /// 2-16-16-3.
  case smallPerceptron = "mlp-2"
  /// 784-128-10.
  case imagePerceptron = "mlp-784"
  /// Dense 640-128-128-128-128-8-128-128-128-128-640, and 2 classes behind it, as every program ends in classes.
  case autoencoder
  /// 28×28×1, twice a convolution of 5×5 and a maximum of 2×2, 8 and 16 channels.
  case lenet
  /// Keyword spotting: 49×10×1, a convolution of 10×4, then four times depthwise 3×3 and pointwise, 64 channels.
  case keywords = "ds-cnn"
  /// 32×32×3, residual blocks of 16, 32 and 64 channels.
  case residual = "resnet-8"
  /// 96×96×3, MobileNet version 1 with a quarter of the channels.
  case mobile = "mobilenet-0.25"

  /// The program.
  public func program(seed: UInt64) -> IntegerProgram {
    switch self {
    case .smallPerceptron: Self.perceptron([2, 16, 16, 3], rawValue, seed)
    case .imagePerceptron: Self.perceptron([784, 128, 10], rawValue, seed)
    case .autoencoder:
      Self.perceptron([640, 128, 128, 128, 128, 8, 128, 128, 128, 128, 640, 2], rawValue, seed)
    case .lenet: Self.lenet(rawValue, seed)
    case .keywords: Self.keywords(rawValue, seed)
    case .residual: Self.residual(rawValue, seed)
    case .mobile: Self.mobile(rawValue, seed)
    }
  }

  private static func perceptron(_ widths: [Int], _ name: String, _ seed: UInt64) -> IntegerProgram {
    var network = RandomProgram(input: ImageShape(height: 1, width: widths[0], channels: 1), seed: seed)
    var value = network.input
    for width in widths.dropFirst().dropLast() { value = network.dense(value, outputs: width) }
    return network.program(name, classes: widths[widths.count - 1], from: value)
  }

  private static func same(_ kernel: (Int, Int), stride: Int, of value: RandomProgram.Value) -> Window {
    .same(
      kernelHeight: kernel.0, kernelWidth: kernel.1, strideHeight: stride, strideWidth: stride,
      of: value.shape)
  }

  private static func lenet(_ name: String, _ seed: UInt64) -> IntegerProgram {
    var network = RandomProgram(input: ImageShape(height: 28, width: 28, channels: 1), seed: seed)
    var value = network.input
    for channels in [8, 16] {
      value = network.convolution(
        value, channels: channels, window: Window(kernelHeight: 5, kernelWidth: 5))
      value = network.pooling(
        value, .maximum,
        window: Window(kernelHeight: 2, kernelWidth: 2, strideHeight: 2, strideWidth: 2))
    }
    return network.program(name, classes: 10, from: value)
  }

  private static func keywords(_ name: String, _ seed: UInt64) -> IntegerProgram {
    var network = RandomProgram(input: ImageShape(height: 49, width: 10, channels: 1), seed: seed)
    var value = network.convolution(
      network.input, channels: 64, window: same((10, 4), stride: 2, of: network.input))
    for _ in 0..<4 {
      value = network.depthwise(value, window: same((3, 3), stride: 1, of: value))
      value = network.convolution(value, channels: 64, window: same((1, 1), stride: 1, of: value))
    }
    return network.program(name, classes: 12, from: network.pooling(value, .average))
  }

  private static func residual(_ name: String, _ seed: UInt64) -> IntegerProgram {
    var network = RandomProgram(input: ImageShape(height: 32, width: 32, channels: 3), seed: seed)
    var value = network.convolution(
      network.input, channels: 16, window: same((3, 3), stride: 1, of: network.input))
    for (channels, stride) in [(16, 1), (32, 2), (64, 2)] {
      let source = value
      value = network.convolution(
        source, channels: channels, window: same((3, 3), stride: stride, of: source))
      value = network.convolution(
        value, channels: channels, window: same((3, 3), stride: 1, of: value), output: .signed)
      let shortcut =
        stride == 1
        ? source
        : network.convolution(
          source, channels: channels, window: same((1, 1), stride: stride, of: source), output: .signed)
      value = network.addition(value, shortcut)
    }
    return network.program(name, classes: 10, from: network.pooling(value, .average))
  }

  private static func mobile(_ name: String, _ seed: UInt64) -> IntegerProgram {
    var network = RandomProgram(input: ImageShape(height: 96, width: 96, channels: 3), seed: seed)
    var value = network.convolution(
      network.input, channels: 8, window: same((3, 3), stride: 2, of: network.input))
    let blocks =
      [(1, 16), (2, 32), (1, 32), (2, 64), (1, 64), (2, 128)]
      + [(Int, Int)](repeating: (1, 128), count: 5) + [(2, 256), (1, 256)]
    for (stride, channels) in blocks {
      value = network.depthwise(value, window: same((3, 3), stride: stride, of: value))
      value = network.convolution(value, channels: channels, window: same((1, 1), stride: 1, of: value))
    }
    return network.program(name, classes: 2, from: network.pooling(value, .average))
  }
}

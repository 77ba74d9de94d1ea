import ScrupleNetwork

// What each operation computes, word for word as it is defined, in wide integers: the reference for all kernels.

extension IntegerDense {
  /// Accumulators of one input, exact.
  public func accumulators(of input: [UInt8]) -> [Int64] {
    (0..<outputs).map { channel in
      var sum = Int64(bias[channel])
      for index in 0..<inputs {
        sum += Int64(weights[channel * inputs + index]) * Int64(input[index])
      }
      return sum
    }
  }

  /// The bytes that a layer of activations makes of its accumulators, one of every channel.
  func bytes(of accumulators: [Int64]) -> [UInt8] {
    zip(accumulators, multipliers).map { accumulator, multiplier in
      clamped(roundedProduct(accumulator, shift: preShift, multiplier: multiplier), output)
    }
  }
}

extension IntegerConvolution {
  /// The outputs of one input, in the order row, column, channel.
  public func bytes(of input: [UInt8]) -> [UInt8] {
    window.positions(on: image).flatMap { row, column in
      var patch: [UInt8] = []
      for y in row..<row + window.kernelHeight {
        for x in column..<column + window.kernelWidth {
          for channel in 0..<image.channels {
            let pixel = image.pixel(y, x)
            patch.append(pixel.map { input[$0 + channel] } ?? UInt8(inputZeroPoint))
          }
        }
      }
      return kernel.bytes(of: kernel.accumulators(of: patch))
    }
  }
}

extension IntegerDepthwise {
  /// The outputs of one input, in the order row, column, channel.
  public func bytes(of input: [UInt8]) -> [UInt8] {
    window.positions(on: image).flatMap { row, column in
      let accumulators = (0..<image.channels).map { channel in
        var sum = Int64(kernel.bias[channel])
        for (tap, (y, x)) in window.taps(row, column).enumerated() {
          let value = image.pixel(y, x).map { input[$0 + channel] } ?? UInt8(inputZeroPoint)
          sum += Int64(kernel.weights[channel * kernel.inputs + tap]) * Int64(value)
        }
        return sum
      }
      return kernel.bytes(of: accumulators)
    }
  }
}

extension IntegerPooling {
  /// The outputs of one input, in the order row, column, channel.
  public func bytes(of input: [UInt8]) -> [UInt8] {
    window.positions(on: image).flatMap { row, column in
      (0..<image.channels).map { channel in
        let values = window.taps(row, column).compactMap { y, x in
          image.pixel(y, x).map { input[$0 + channel] }
        }
        switch kind {
        case .average:
          let sum = values.reduce(0) { $0 + Int64($1) }
          return UInt8(min(roundedProduct(sum, shift: preShift, multiplier: multiplier), 255))
        case .maximum: return values.max() ?? 0
        }
      }
    }
  }
}

extension IntegerAddition {
  /// The outputs of two inputs.
  public func bytes(of a: [UInt8], _ b: [UInt8]) -> [UInt8] {
    zip(a, b).map { a, b in
      let sum =
        (Int64(a) - Int64(zeroPointA)) * Int64(multiplierA)
        + (Int64(b) - Int64(zeroPointB)) * Int64(multiplierB)
      return clamped((sum + 1 << (shift - 1)) >> shift, output)
    }
  }
}

/// `(value·2^shift·multiplier + 2³¹) >> 32`.
private func roundedProduct(_ value: Int64, shift: Int, multiplier: Int32) -> Int64 {
  ((value << Int64(shift)) * Int64(multiplier) + 1 << 31) >> 32
}

/// Adds the zero point and clamps.
private func clamped(_ y: Int64, _ output: IntegerOutput) -> UInt8 {
  guard case .activation(let zeroPoint, let low, let high) = output else {
    preconditionFailure("only dense layers write logits")
  }
  return UInt8(min(max(y + Int64(zeroPoint), Int64(low)), Int64(high)))
}

extension Window {
  /// The upper left corners of all windows, in the order of the outputs; negative ones lie in the padding.
  func positions(on image: ImageShape) -> [(row: Int, column: Int)] {
    let (height, width) = output(of: image) ?? (0, 0)
    return (0..<height).flatMap { y in
      (0..<width).map { x in (y * strideHeight - padding.top, x * strideWidth - padding.left) }
    }
  }

  /// The positions that the window at a corner sees.
  func taps(_ row: Int, _ column: Int) -> [(y: Int, x: Int)] {
    (row..<row + kernelHeight).flatMap { y in (column..<column + kernelWidth).map { x in (y, x) } }
  }
}

extension ImageShape {
  /// The index of a pixel's first value; nil in the padding.
  func pixel(_ y: Int, _ x: Int) -> Int? {
    (0..<height).contains(y) && (0..<width).contains(x) ? (y * width + x) * channels : nil
  }
}

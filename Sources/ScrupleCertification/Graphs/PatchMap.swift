import ScrupleNetwork

/// Which inputs each output of a layer sums, whatever the weights: the geometry of dense layers, convolutions and poolings
/// alike.
///
/// A dense layer is a window of one place over an image of one pixel with as many channels as it has inputs.
struct PatchMap: Sendable {
  /// Position `p` sees the pixels `pixels[i]` at the places `places[i]` of its window, `i` in `starts[p]..<starts[p + 1]`.
  /// Padding is left out: it is zero in every form of a model.
  private let starts: [Int]
  private let places: [Int]
  private let pixels: [Int]
  /// Places in the window.
  let area: Int
  let inputChannels: Int
  let outputChannels: Int
  /// Whether an output's channel meets the same channel of the input only.
  let isChannelwise: Bool
  let inputCount: Int

  var outputCount: Int { (starts.count - 1) * outputChannels }

  /// Terms of one output's sum, at most.
  var terms: Int { isChannelwise ? area : area * inputChannels }

  /// Terms of one input's sum on the way back, at most.
  var transposedTerms: Int { isChannelwise ? area : area * outputChannels }

  /// Multiplications for all outputs.
  var multiplications: Int {
    isChannelwise ? pixels.count * inputChannels : pixels.count * inputChannels * outputChannels
  }

  /// A dense layer.
  init(inputs: Int, outputs: Int) {
    (starts, places, pixels) = ([0, 1], [0], [0])
    (area, inputChannels, outputChannels) = (1, inputs, outputs)
    isChannelwise = false
    inputCount = inputs
  }

  /// A window over an image; channelwise when it has no output channels of its own.
  init(_ window: Window, over image: ImageShape, outputChannels: Int?) {
    var starts = [0]
    var places: [Int] = []
    var pixels: [Int] = []
    let (height, width) = window.output(of: image) ?? (0, 0)
    for y in 0..<height {
      for x in 0..<width {
        for place in 0..<window.count {
          let (row, column) = place.quotientAndRemainder(dividingBy: window.kernelWidth)
          let inputRow = y * window.strideHeight + row - window.padding.top
          let inputColumn = x * window.strideWidth + column - window.padding.left
          guard (0..<image.height).contains(inputRow), (0..<image.width).contains(inputColumn) else {
            continue
          }
          places.append(place)
          pixels.append(inputRow * image.width + inputColumn)
        }
        starts.append(places.count)
      }
    }
    (self.starts, self.places, self.pixels) = (starts, places, pixels)
    area = window.count
    inputChannels = image.channels
    self.outputChannels = outputChannels ?? image.channels
    isChannelwise = outputChannels == nil
    inputCount = image.count
  }
}

/// Weights for a ``PatchMap``, in the two orders in which its loops read them.
struct PatchWeights: Sendable {
  /// Output channel by output channel: `place·inputChannels + channel` inside, for channelwise maps `place`.
  let rows: [Double]
  /// The transpose: output channels innermost.
  let columns: [Double]

  /// - Parameter rows: one row for each output channel.
  init(rows: [Double], outputs: Int) {
    self.rows = rows
    let inputs = rows.count / max(outputs, 1)
    var columns = [Double](repeating: 0, count: rows.count)
    for output in 0..<outputs {
      for input in 0..<inputs { columns[input * outputs + output] = rows[output * inputs + input] }
    }
    self.columns = columns
  }

  /// All weights without their signs.
  var absolute: PatchWeights { PatchWeights(rows: rows.map(abs), columns: columns.map(abs)) }

  private init(rows: [Double], columns: [Double]) {
    self.rows = rows
    self.columns = columns
  }
}

extension PatchMap {
  /// `W·x`.
  func apply(_ weights: PatchWeights, to x: [Double]) -> [Double] {
    var result = [Double](repeating: 0, count: outputCount)
    let (inputs, outputs) = (inputChannels, outputChannels)
    weights.columns.withUnsafeBufferPointer { columns in
      x.withUnsafeBufferPointer { x in
        result.withUnsafeMutableBufferPointer { result in
          for position in 0..<starts.count - 1 {
            let target = position * outputs
            for index in starts[position]..<starts[position + 1] {
              let (source, column) = (pixels[index] * inputs, places[index] * inputs)
              if isChannelwise {
                for channel in 0..<inputs {
                  result[target + channel] += columns[column + channel] * x[source + channel]
                }
                continue
              }
              for channel in 0..<inputs {
                let value = x[source + channel]
                if value == 0 { continue }
                let row = (column + channel) * outputs
                for output in 0..<outputs { result[target + output] += columns[row + output] * value }
              }
            }
          }
        }
      }
    }
    return result
  }

  /// `sum += Wᵀ·h`.
  func applyTransposed(_ weights: PatchWeights, to h: [Double], addingTo sum: inout [Double]) {
    let (inputs, outputs) = (inputChannels, outputChannels)
    weights.rows.withUnsafeBufferPointer { rows in
      weights.columns.withUnsafeBufferPointer { columns in
        h.withUnsafeBufferPointer { h in
          sum.withUnsafeMutableBufferPointer { sum in
            for position in 0..<starts.count - 1 {
              let taps = starts[position]..<starts[position + 1]
              if isChannelwise {
                for index in taps {
                  let (target, column) = (pixels[index] * inputs, places[index] * inputs)
                  for channel in 0..<inputs {
                    sum[target + channel] += columns[column + channel] * h[position * outputs + channel]
                  }
                }
                continue
              }
              for output in 0..<outputs {
                let value = h[position * outputs + output]
                if value == 0 { continue }
                for index in taps {
                  let target = pixels[index] * inputs
                  let row = output * area * inputs + places[index] * inputs
                  for channel in 0..<inputs { sum[target + channel] += rows[row + channel] * value }
                }
              }
            }
          }
        }
      }
    }
  }

  /// The largest input of every window, for channelwise maps.
  func maximum(of x: [Double]) -> [Double] {
    var result = [Double](repeating: -.infinity, count: outputCount)
    for position in 0..<starts.count - 1 {
      for index in starts[position]..<starts[position + 1] {
        for channel in 0..<inputChannels {
          let place = position * outputChannels + channel
          result[place] = max(result[place], x[pixels[index] * inputChannels + channel])
        }
      }
    }
    return result
  }

  /// One row of `W`, as a vector over the inputs.
  func row(_ weights: PatchWeights, of output: Int) -> [Double] {
    var result = [Double](repeating: 0, count: inputCount)
    for (input, weight) in entries(weights, of: output) { result[input] = weight }
    return result
  }

  /// What is not zero in one row of `W`.
  func entries(_ weights: PatchWeights, of output: Int) -> [(input: Int, weight: Double)] {
    let (position, channel) = output.quotientAndRemainder(dividingBy: outputChannels)
    var result: [(input: Int, weight: Double)] = []
    func add(_ input: Int, _ weight: Double) { if weight != 0 { result.append((input, weight)) } }
    for index in starts[position]..<starts[position + 1] {
      if isChannelwise {
        let weight = weights.columns[places[index] * inputChannels + channel]
        add(pixels[index] * inputChannels + channel, weight)
        continue
      }
      let row = (channel * area + places[index]) * inputChannels
      for input in 0..<inputChannels { add(pixels[index] * inputChannels + input, weights.rows[row + input]) }
    }
    return result
  }

  /// The inputs in the window of one output of a channelwise map.
  func window(of output: Int) -> [Int] {
    let (position, channel) = output.quotientAndRemainder(dividingBy: outputChannels)
    return (starts[position]..<starts[position + 1]).map { pixels[$0] * inputChannels + channel }
  }

  /// The largest of some numbers of the inputs, over all channels of each output's window.
  func largest(of numbers: [Int]) -> [Int] {
    (0..<starts.count - 1).flatMap { position in
      var largest = 0
      for index in starts[position]..<starts[position + 1] {
        for input in pixels[index] * inputChannels..<(pixels[index] + 1) * inputChannels {
          largest = max(largest, numbers[input])
        }
      }
      return [Int](repeating: largest, count: outputChannels)
    }
  }
}

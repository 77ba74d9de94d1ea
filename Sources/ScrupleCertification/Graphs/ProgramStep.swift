import ScrupleNetwork
import ScrupleQuantization

/// Bounds of many values, place by place.
typealias Intervals = (low: [Double], high: [Double])

/// One operation of an integer program, ready for interval propagation.
///
/// Values are bytes less their zero point: whole numbers, exact in Double. Nothing is lost to rounding, since every
/// operation of the device is monotone in its sums; only the assumption that the values of a step vary independently
/// costs tightness.
struct ProgramStep: Sendable {
  enum Operation: Sendable {
    case kernel(PatchMap, IntegerDense, weights: PatchWeights, absolute: PatchWeights)
    case average(PatchMap, IntegerPooling, ones: PatchWeights)
    case maximum(PatchMap)
    case addition(IntegerAddition)
  }

  /// What a set of inputs can make of one operation.
  struct Ranges: Sendable {
    /// What it writes, less the zero point; logits' accumulators.
    var values: Intervals
    /// The same rounded, but before the clip; where there is none, the values.
    var unclipped: (low: [Int64], high: [Int64])
    /// The largest absolute value of what is multiplied, per output: an accumulator, or a window's sum.
    var magnitudes: [Double]
  }

  let operation: Operation
  /// Earlier operations, −1 for the input.
  let sources: [Int]
  /// The byte that means zero in what is read.
  let inputZeroPoint: Int
  /// The clip in steps around zero: 0…255 or −127…127; nil for logits.
  let clip: ClosedRange<Int64>?

  init(_ layer: IntegerLayer, sources: [Int], inputZeroPoint: Int) {
    self.sources = sources
    self.inputZeroPoint = inputZeroPoint
    if case .activation(let zeroPoint, let low, let high) = layer.output {
      clip = Int64(low - zeroPoint)...Int64(high - zeroPoint)
    } else {
      clip = nil
    }
    func kernel(_ map: PatchMap, _ dense: IntegerDense) -> Operation {
      let weights = PatchWeights(rows: dense.weights.map(Double.init), outputs: dense.outputs)
      return .kernel(map, dense, weights: weights, absolute: weights.absolute)
    }
    switch layer {
    case .dense(let dense):
      operation = kernel(PatchMap(inputs: dense.inputs, outputs: dense.outputs), dense)
    case .convolution(let layer):
      let map = PatchMap(layer.window, over: layer.image, outputChannels: layer.kernel.outputs)
      operation = kernel(map, layer.kernel)
    case .depthwise(let layer):
      operation = kernel(PatchMap(layer.window, over: layer.image, outputChannels: nil), layer.kernel)
    case .pooling(let layer):
      let map = PatchMap(layer.window, over: layer.image, outputChannels: nil)
      let ones = [Double](repeating: 1, count: map.area * layer.image.channels)
      operation =
        layer.kind == .maximum
        ? .maximum(map) : .average(map, layer, ones: PatchWeights(rows: ones, outputs: layer.image.channels))
    case .addition(let addition): operation = .addition(addition)
    }
  }

  /// The steps of a program.
  static func steps(of program: IntegerProgram) -> [ProgramStep] {
    program.layers.indices.map { index in
      let sources = program.sources[index]
      return ProgramStep(
        program.layers[index], sources: sources, inputZeroPoint: program.zeroPoint(ofSource: sources[0]))
    }
  }
}

extension ProgramStep {
  /// The exact ranges of what it writes, if the values that it reads vary independently.
  func ranges(reading inputs: [Intervals]) -> Ranges {
    switch operation {
    case .kernel(let map, let dense, let weights, let absolute):
      let accumulators = accumulators(map, dense, weights, absolute, reading: inputs[0])
      let magnitudes = zip(accumulators.low, accumulators.high).map { max(abs($0), abs($1)) }
      func rounded(_ accumulators: [Double]) -> [Int64] {
        accumulators.indices.map {
          (dense.product(Int64(accumulators[$0]), channel: $0 % dense.outputs) + 1 << 31) >> 32
        }
      }
      guard clip != nil else {
        let whole = (accumulators.low.map { Int64($0) }, accumulators.high.map { Int64($0) })
        return Ranges(values: accumulators, unclipped: whole, magnitudes: magnitudes)
      }
      return clipped((rounded(accumulators.low), rounded(accumulators.high)), magnitudes: magnitudes)
    case .average(let map, let pooling, let ones):
      func sums(_ values: [Double]) -> [Double] {
        map.apply(ones, to: values.map { $0 + Double(inputZeroPoint) })
      }
      func rounded(_ sums: [Double]) -> [Int64] {
        sums.map { sum in
          let product = (Int64(sum) << Int64(pooling.preShift)) * Int64(pooling.multiplier)
          return (product + 1 << 31) >> 32 - Int64(inputZeroPoint)
        }
      }
      let (low, high) = (sums(inputs[0].low), sums(inputs[0].high))
      return clipped((rounded(low), rounded(high)), magnitudes: high)
    case .maximum(let map):
      let (low, high) = (map.maximum(of: inputs[0].low), map.maximum(of: inputs[0].high))
      return clipped((low.map { Int64($0) }, high.map { Int64($0) }), magnitudes: [])
    case .addition(let addition):
      func rounded(_ a: [Double], _ b: [Double]) -> [Int64] {
        zip(a, b).map { a, b in
          let sum = Int64(a) * Int64(addition.multiplierA) + Int64(b) * Int64(addition.multiplierB)
          return (sum + 1 << Int64(addition.shift - 1)) >> Int64(addition.shift)
        }
      }
      let (a, b) = (inputs[0], inputs[1])
      return clipped((rounded(a.low, b.low), rounded(a.high, b.high)), magnitudes: [])
    }
  }

  /// `Σ(w⁺·low + w⁻·high) = ½·(Σw·(low + high) − Σ|w|·(high − low))` and likewise for the upper end: whole numbers below
  /// 2⁵³, exact in Double.
  private func accumulators(
    _ map: PatchMap, _ dense: IntegerDense, _ weights: PatchWeights, _ absolute: PatchWeights,
    reading input: Intervals
  ) -> Intervals {
    let sums = map.apply(weights, to: zip(input.low, input.high).map { $0 + $1 })
    let widths = map.apply(absolute, to: zip(input.low, input.high).map { $1 - $0 })
    // The bias in the program expects bytes with their zero point.
    let bias = (0..<dense.outputs).map {
      Double(Int(dense.bias[$0]) + inputZeroPoint * dense.weightSum(of: $0))
    }
    return (
      sums.indices.map { bias[$0 % bias.count] + (sums[$0] - widths[$0]) / 2 },
      sums.indices.map { bias[$0 % bias.count] + (sums[$0] + widths[$0]) / 2 }
    )
  }

  private func clipped(_ rounded: (low: [Int64], high: [Int64]), magnitudes: [Double]) -> Ranges {
    let clip = clip ?? .min ... .max
    func clipped(_ values: [Int64]) -> [Double] {
      values.map { Double(min(max($0, clip.lowerBound), clip.upperBound)) }
    }
    return Ranges(
      values: (clipped(rounded.low), clipped(rounded.high)), unclipped: rounded, magnitudes: magnitudes)
  }
}

extension InputBox {
  /// The bytes of the box.
  var intervals: Intervals {
    (ranges.map { Double($0.lowerBound) }, ranges.map { Double($0.upperBound) })
  }

  /// What the twin reads: the bytes as `u/255`, or anything up to `reach` bytes outside but within 0…1; rounded outward.
  func reals(reach: Double) -> Intervals {
    let bytes = intervals
    return (
      bytes.low.map { max(0, ($0 - reach) / 255).nextDown },
      bytes.high.map { min(1, ($0 + reach) / 255).nextUp }
    )
  }
}

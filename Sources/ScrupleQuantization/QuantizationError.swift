/// Why a network cannot become an integer program, or a program not a file. Layers and channels count from 0;
/// flattening, which is no operation on the device, is not counted.
public enum QuantizationError: Error, Equatable, Sendable {
  /// A hidden layer's activation has no integer form.
  case floatOnly(layer: Int, activation: String)
  /// The grid path was asked for, but this layer has no grid.
  case noGrid(layer: Int)
  /// The grid path was asked for, but this hidden layer's activation has no clip.
  case notClipped(layer: Int, activation: String)
  /// A weight is not a multiple of its channel's scale.
  case offGrid(layer: Int, channel: Int, input: Int, weight: Float, scale: Float)
  /// A bias in steps of the accumulator does not fit in Int32.
  case biasOutOfRange(layer: Int, channel: Int, bias: Double, step: Double)
  /// `|b| + Σ|w|·255` reaches 2³¹.
  case accumulatorOverflow(layer: Int, channel: Int, bound: Int64)
  /// An accumulator that is shifted left before its multiplication can leave Int32.
  case shiftOverflow(layer: Int, channel: Int, bound: Int64, preShift: Int)
  /// No shift (no number of fraction bits) gives this layer multipliers below 2³¹ without overflow.
  case multipliersOutOfRange(layer: Int, smallest: Double, largest: Double)
  /// An addition whose summands' steps, in steps of its output, are too far apart or too large for its multipliers.
  case summandsOutOfRange(layer: Int, first: Double, second: Double)
  /// Calibration needs data, and there is none.
  case noCalibrationData
  /// The calibration data are not a whole number of inputs.
  case calibrationShape(values: Int, inputs: Int)
  /// A calibration value is not a number.
  case calibrationNotFinite(sample: Int, value: Float)
  /// A percentile outside (0, 1].
  case percentile(Double)
  /// A certified gap or a threshold outside what the file can say.
  case gapOutOfRange(Double)
  case thresholdOutOfRange(Double)
  /// Something to write is larger than the format allows.
  case tooLarge(what: String, count: Int, limit: Int)
  /// The network's parts do not fit together.
  case network(reason: String)
}

extension QuantizationError: CustomStringConvertible {
  /// The error in words: what, where, with which values, and the way out.
  public var description: String {
    switch self {
    case .floatOnly(let layer, let activation):
      "layer \(layer): \(activation) runs in float only; train with relu to get an int8 program"
    case .noGrid(let layer):
      "layer \(layer) has no weight grid; train the last epochs on the grid, or quantize by calibration"
    case .notClipped(let layer, let activation):
      "layer \(layer): a grid twin's hidden activations are clipped, this one is \(activation);"
        + " train the last epochs on the grid, or quantize by calibration"
    case .offGrid(let layer, let channel, let input, let weight, let scale):
      "layer \(layer), channel \(channel): weight \(input) is \(weight), not a multiple in -127...127"
        + " of its scale \(scale); quantize by calibration instead"
    case .biasOutOfRange(let layer, let channel, let bias, let step):
      "layer \(layer), channel \(channel): bias \(bias) is \(bias / step) accumulator steps of \(step),"
        + " more than Int32 holds; the channel is nearly dead, give its scale a floor"
    case .accumulatorOverflow(let layer, let channel, let bound):
      "layer \(layer), channel \(channel): |bias| + sum of |weight|*255 is \(bound), not below 2^31;"
        + " make the layer narrower, or its kernel or its bias smaller"
    case .shiftOverflow(let layer, let channel, let bound, let preShift):
      "layer \(layer), channel \(channel): an accumulator up to \(bound) shifted left by \(preShift)"
        + " does not stay below 2^31"
    case .multipliersOutOfRange(let layer, let smallest, let largest):
      "layer \(layer): no shift fits multipliers from \(smallest) to \(largest);"
        + " its weights are too large, or its channels' scales too far apart"
    case .summandsOutOfRange(let layer, let first, let second):
      "layer \(layer): a step of its first summand is \(first) steps of the sum, one of its second \(second);"
        + " no shift fits both: the layers before it differ too much in scale"
    case .noCalibrationData:
      "quantizing by calibration needs data: name a data set"
    case .calibrationShape(let values, let inputs):
      "\(values) calibration values are not a whole number of inputs of \(inputs)"
    case .calibrationNotFinite(let sample, let value):
      "calibration sample \(sample) contains \(value)"
    case .percentile(let share):
      "a percentile of \(share) is not above 0 and at most 1"
    case .gapOutOfRange(let gap):
      "a gap of \(gap) cannot be written; it has to be positive and at most ln 255 = 5.54"
    case .thresholdOutOfRange(let threshold):
      "a threshold of \(threshold) is not between 0 and 1"
    case .tooLarge(let what, let count, let limit):
      "\(what): \(count), and a file holds at most \(limit)"
    case .network(let reason):
      reason
    }
  }
}

import ScrupleNetwork

/// Turns a float network into an integer program.
public struct Quantizer: Sendable {
  /// Where the grid comes from.
  public enum Method: Hashable, Sendable {
    /// The network was trained on the grid: its integers are read off, nothing is fitted.
    case grid
    /// The network is an ordinary one: scales and clips are fitted to calibration data.
    case calibration
  }

  /// Where the grid comes from.
  public var method: Method
  /// How hidden activations are clipped; only `calibration` asks.
  public var clip: ClipCalibration
  /// Whether biases make up for the mean error on calibration data; only `calibration` asks.
  public var correctsBias: Bool

  /// A quantizer with every choice made; `init(for:)` makes them.
  public init(
    method: Method, clip: ClipCalibration = .leastSquaredError, correctsBias: Bool = true
  ) {
    self.method = method
    self.clip = clip
    self.correctsBias = correctsBias
  }

  /// A quantizer with the method that suits the network: `grid` for a grid twin, `calibration` for any other.
  public init(for network: Network) {
    self.init(method: network.isGridTwin ? .grid : .calibration)
  }

  /// A network's integer program, its float twin, and what quantization did to each layer.
  ///
  /// - Parameters:
  ///   - network: layers with ReLU, clipped ReLU or no activation. A dense layer without one is folded into the
  ///     next; any other gets a clip on both sides.
  ///   - calibration: normalized inputs, row-major, any number of samples; needed by `calibration`, and in
  ///     `grid` only for the report. Of many samples for a large network some are used, evenly spaced.
  public func quantize(
    _ network: Network, calibration: [Float] = []
  ) throws(QuantizationError) -> Quantized {
    try check(calibration, inputs: network.input.count)
    let calibration = Self.evenlySpaced(
      calibration, width: network.input.count, atMost: network.calibrationLimit)
    let count = calibration.count / network.input.count
    let reference: Network
    let twin: Network
    switch method {
    case .grid:
      (reference, twin) = (network, network)
    case .calibration:
      guard count > 0 else { throw .noCalibrationData }
      if case .percentile(let share) = clip, !(share > 0 && share <= 1) { throw .percentile(share) }
      reference = try network.foldingLinearLayers()
      twin = try TwinBuilder(clip: clip, correctsBias: correctsBias)
        .twin(of: reference, data: calibration, count: count)
    }
    let (layers, sources) = try GridLowering().program(of: twin)
    let program = IntegerProgram(
      layers: layers, sources: sources, metadata: ProgramMetadata(describing: twin))
    let report = LayerReport.reports(reference: reference, twin: twin, program: program, data: calibration)
    return Quantized(program: program, twin: twin, layers: report)
  }

  /// At most `limit` rows of a matrix, evenly spaced from the first one on.
  static func evenlySpaced(_ data: [Float], width: Int, atMost limit: Int) -> [Float] {
    let count = data.count / width
    guard count > limit else { return data }
    return (0..<max(limit, 1)).flatMap { row in
      let start = row * count / max(limit, 1) * width
      return data[start..<start + width]
    }
  }

  private func check(_ calibration: [Float], inputs: Int) throws(QuantizationError) {
    guard calibration.count % inputs == 0 else {
      throw .calibrationShape(values: calibration.count, inputs: inputs)
    }
    if let index = calibration.firstIndex(where: { !$0.isFinite }) {
      throw .calibrationNotFinite(sample: index / inputs, value: calibration[index])
    }
  }
}

/// What `Quantizer` makes of a network.
public struct Quantized: Sendable {
  /// What the device runs.
  public var program: IntegerProgram
  /// The float network that the program rounds: compare and certify against this one.
  public let twin: Network
  /// One line per layer.
  public let layers: [LayerReport]
}

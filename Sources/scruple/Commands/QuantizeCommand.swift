import ArgumentParser
import Foundation
import ScrupleCertification
import ScrupleData
import ScrupleDevice
import ScrupleNetwork
import ScrupleQuantization

struct QuantizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "quantize", abstract: "Turn a float network into an int8 program (.scruple).",
    discussion: """
      A network trained on the grid is taken as it is: its integers are read off, nothing is fitted, no data is \
      needed (with --data the table also tells signal-to-noise ratios). Any other ReLU network is calibrated on \
      --data: weights get one scale per channel, activations and sums a clip. The float twin of a calibrated program is \
      written beside it (--twin): compare and certify against that one.

      Examples:
        scruple quantize runs/fashion-plain/model.safetensors -o model.scruple
        scruple quantize model.safetensors --data fashion-mnist:train --limit 2000 --clip mse -o model.scruple
        scruple quantize models/sheet-music/model.safetensors --validation sheet-music:validation --class "sheet music" \
      -o model.scruple
      """)

  enum Method: String, ExpressibleByArgument, CaseIterable { case grid, calibration }

  @Argument(help: "The float network (.safetensors).")
  var model: String

  @Option(name: .shortAndLong, help: "The file to write (.scruple).")
  var output: String

  @Option(name: .customLong("data"), help: ArgumentHelp("Calibration data.", valueName: "dataset"))
  var calibrationData: String?

  @Option(name: .long, help: "grid or calibration; by default what suits the network.")
  var method: Method?

  @Option(name: .long, help: "How calibration clips activations: minmax, mse, or a percentile such as p99.9.")
  var clip: String = "mse"

  @Flag(inversion: .prefixedNo, help: "Let biases make up for the mean error on the calibration data.")
  var biasCorrection = true

  @Option(name: .long, help: "The confidence from which the device accepts, 0 to 1.")
  var threshold: Double?

  @OptionGroup var choice: ThresholdChoice

  @Option(
    name: .long,
    help: ArgumentHelp("A certificate of this pair; the device then carries its gap.", valueName: "file"))
  var certificate: String?

  @Option(
    name: .long, help: ArgumentHelp("Where the float twin of a calibrated program goes.", valueName: "file"))
  var twin: String?

  @Option(name: .long, help: "Refuse a program that doesn't fit this board; 'scruple boards' lists them.")
  var board: String?

  @OptionGroup var data: DataOptions
  @OptionGroup var format: OutputOptions

  struct Summary: Encodable {
    var output: String
    var method: String
    var twin: String?
    var twinChecksum: String
    var flash: Int
    var arena: Int
    var threshold: Double?
    var gap: Double?
    var layers: [LayerReport]
  }

  func validate() throws {
    if threshold != nil, choice.validation != nil {
      throw ValidationError("--threshold gives what --validation would find: leave one out")
    }
    if let threshold, !(0...1).contains(threshold) { throw ValidationError("--threshold is between 0 and 1") }
  }

  func run() throws {
    try keepApart(
      outputs: [("-o", output), ("--twin", twin)], inputs: [("model", model), ("certificate", certificate)])
    try keepApart(outputs: [("--twin", twin)], inputs: [("int8 program", output)])
    let network = try readNetwork(model)
    var quantizer = Quantizer(for: network)
    if let method { quantizer.method = method == .grid ? .grid : .calibration }
    quantizer.clip = try clipCalibration()
    quantizer.correctsBias = biasCorrection
    var calibration: [Float] = []
    if let calibrationData {
      let set = try data.load(calibrationData, for: network.input)
      calibration = try set.normalized(0..<set.count, for: network.input)
    } else if quantizer.method == .calibration {
      let why = method == nil ? "the network was not trained on the grid, so " : ""
      throw Failure(.usage, "\(model): \(why)calibration needs --data, such as fashion-mnist:train")
    }
    var quantized = try quantizer.quantize(network, calibration: calibration)
    if let threshold { try quantized.program.metadata.setThreshold(threshold) }
    if let certificate { try attach(certificate, to: &quantized) }
    if let found = try choice.threshold(for: quantized.program, options: data) {
      try quantized.program.metadata.setThreshold(found)
    }
    let bytes = try quantized.program.encoded()
    if let board { try Board.named(board).checkFit(of: Engine(bytes)) }
    let twinPath =
      quantizer.method == .calibration ? twin ?? withoutExtension(output) + ".twin.safetensors" : nil
    if let twinPath { try quantized.twin.write(to: URL(fileURLWithPath: twinPath)) }
    try replaceFile(output, with: bytes)
    let summary = Summary(
      output: output, method: quantizer.method == .grid ? "grid" : "calibration", twin: twinPath,
      twinChecksum: quantized.twin.checksumText, flash: bytes.count, arena: quantized.program.arenaPlan.size,
      threshold: quantized.program.metadata.thresholdProbability, gap: quantized.program.metadata.gap,
      layers: quantized.layers)
    if format.json { return try printJSON(summary) }
    show(summary)
  }

  /// Takes the gap of a certificate, after making sure that it speaks of this pair and holds.
  private func attach(_ path: String, to quantized: inout Quantized) throws {
    let document = try readCertificate(path)
    guard document.coversEveryInput else {
      throw Failure(
        .badData, "\(path): its gap holds in some boxes only; the device needs one for every input")
    }
    let pair = try Certifier.pair(twin: quantized.twin, program: quantized.program)
    if let problem = try document.problems(for: pair).first { throw Failure(.badData, "\(path): \(problem)") }
    try quantized.program.metadata.setGap(document.gap)
  }

  private func clipCalibration() throws -> ClipCalibration {
    switch clip {
    case "minmax": return .maximum
    case "mse": return .leastSquaredError
    default:
      guard clip.first == "p", let percent = Double(clip.dropFirst()), percent > 50, percent <= 100 else {
        throw Failure(.usage, "--clip \(clip): write minmax, mse, or a percentile such as p99.9")
      }
      return .percentile(percent / 100)
    }
  }

  private func scales(of layer: LayerReport) -> String {
    guard let smallest = layer.smallestScale, let largest = layer.largestScale else { return "–" }
    return String(format: "%.2g…%.2g", smallest, largest)
  }

  private func show(_ summary: Summary) {
    var table = TextTable(["layer", "shape", "weights", "scale", "step", "SNR dB", "saturated", "bits"])
    for layer in summary.layers {
      table.add([
        "\(layer.kind) \(layer.index)", layer.shape, layer.weights == 0 ? "–" : grouped(layer.weights),
        scales(of: layer),
        layer.outputStep.map { String(format: "%.4f", $0) } ?? "exact",
        layer.signalToNoise.map { fixed($0, 1) } ?? "–",
        layer.saturation.map { fixed(100 * $0, 2) + " %" } ?? "–",
        layer.accumulatorBits.map { "\($0)" } ?? "–",
      ])
    }
    table.print()
    print(
      "\(summary.output): \(grouped(summary.flash)) bytes of flash, \(grouped(summary.arena)) bytes of RAM")
    if choice.validation != nil, let found = summary.threshold {
      print("accepts from \(fixed(found, 4)) on")
    }
    if let twin = summary.twin { print("\(twin): its float twin") }
  }
}

/// The path without the last extension.
func withoutExtension(_ path: String) -> String { (path as NSString).deletingPathExtension }

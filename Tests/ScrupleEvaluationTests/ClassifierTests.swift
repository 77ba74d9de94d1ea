import Foundation
import ScrupleData
import ScrupleDevice
import ScrupleNetwork
import ScrupleQuantization
import Testing

@testable import ScrupleEvaluation

@Suite struct ClassifierTests {
  /// A small random network on rows of a table, and data that leaves its range now and then.
  static func problem(seed: UInt64) throws -> (network: Network, data: Dataset) {
    var random = Random(seed)
    func dense(_ inputs: Int, _ outputs: Int, _ activation: Activation) -> Dense {
      Dense(
        weight: (0..<inputs * outputs).map { _ in Float.random(in: -1...1, using: &random) },
        bias: (0..<outputs).map { _ in Float.random(in: -0.5...0.5, using: &random) }, inputs: inputs,
        outputs: outputs, activation: activation)
    }
    let features = (0..<4).map {
      InputDescription.Feature(name: "f\($0)", low: Double($0), high: Double($0) + 2)
    }
    let network = try Network(
      name: "small", labels: ["a", "b", "c"], input: InputDescription(.tabular(features)),
      layers: [.dense(dense(4, 12, .relu)), .dense(dense(12, 3, .identity))], temperature: 0.5)
    let values = (0..<300 * 4).map { Float($0 % 4) + Float.random(in: -0.2...2.2, using: &random) }
    let data = Dataset(
      name: "rows", samples: .values(values), shape: Shape([4]), featureNames: features.map(\.name),
      labels: (0..<300).map { _ in Int.random(in: 0..<3, using: &random) }, labelNames: ["c", "a", "b"])
    return (network, data)
  }

  /// Quantizes by calibration and runs everything.
  static func compare(seed: UInt64, gap: Double?) throws -> (comparison: Comparison, sets: [ComparedSet]) {
    let (network, data) = try problem(seed: seed)
    let quantized = try Quantizer(for: network).quantize(
      network, calibration: data.normalized(0..<data.count, for: network.input))
    var program = quantized.program
    if let gap { try program.metadata.setGap(gap) }
    let engine = try Engine(program.encoded())
    return try Comparison.run(
      float: FloatClassifier(network: quantized.twin),
      int8: DeviceClassifier(engine: engine, input: network.input),
      original: FloatClassifier(name: "original", network: network),
      data: data.relabelled(as: network.labels),
      ood: [others(data)])
  }

  static func others(_ data: Dataset) -> Dataset {
    var data = data.prefix(100)
    data.name = "others"
    return data
  }

  @Test(arguments: 0..<5) func `a float model is asked at the device's inputs`(seed: UInt64) throws {
    let (network, data) = try Self.problem(seed: seed)
    let table = try FloatClassifier(network: network).predictions(for: data)
    let bytes = try data.quantized(0..<data.count, for: network.input)
    for sample in stride(from: 0, to: data.count, by: 29) {
      var x = (0..<4).map { Double(bytes[sample * 4 + $0]) / 255 }
      for layer in network.denseLayers {
        x = (0..<layer.outputs).map { k in
          let sum = (0..<layer.inputs).reduce(Double(layer.bias[k])) {
            $0 + Double(layer.weight[k * layer.inputs + $1]) * x[$1]
          }
          return layer.activation == .relu ? max(sum, 0) : sum
        }
      }
      let e = x.map { exp($0 / 0.5) }
      for k in 0..<3 {
        #expect(isClose(table.probability(of: k, sample: sample), e[k] / e.reduce(0, +), 1e-12))
      }
      let energies = try #require(table.energies)
      #expect(isClose(energies[sample], log(e.reduce(0, +)), 1e-12))
    }
  }

  @Test func `a network, its program and its data are compared end to end`() throws {
    let (comparison, sets) = try Self.compare(seed: 1, gap: nil)
    #expect(comparison.samples == 300 && comparison.classCount == 3)
    #expect(comparison.agreement > 0.9)
    #expect(comparison.maxProbabilityDifference < 0.1)
    #expect(comparison.original != nil)
    #expect(comparison.ood["others"]?.samples == 100)
    // Energies of both sides are in the same unit.
    let (a, b) = (try #require(sets[0].float.energies), try #require(sets[0].int8.energies))
    #expect(zip(a, b).allSatisfy { abs($0 - $1) < 0.2 })
  }

  @Test(arguments: 0..<4) func `a gap that holds has no violations and a much smaller one has`(
    seed: UInt64
  ) throws {
    let (_, sets) = try Self.compare(seed: seed, gap: nil)
    var gap = 0.0
    for set in sets {
      for sample in 0..<set.int8.count {
        for i in 0..<3 {
          for k in 0..<3 {
            func difference(_ p: ScrupleEvaluation.Predictions) -> Double {
              log(p.probability(of: i, sample: sample) / p.probability(of: k, sample: sample))
            }
            gap = max(gap, abs(difference(set.float) - difference(set.int8)))
          }
        }
      }
    }
    let held = try Self.compare(seed: seed, gap: gap + 1e-6).comparison
    #expect(held.bracketViolations == 0 && held.holds)
    #expect(held.worst.maxProbabilityDifference <= tanh(gap / 4) + 1e-6)
    let broken = try Self.compare(seed: seed, gap: gap / 50).comparison
    #expect(broken.bracketViolations > 0 && !broken.holds)
  }

  @Test func `a program on a device and on the host gives the same table`() throws {
    let (network, data) = try Self.problem(seed: 2)
    let quantized = try Quantizer(for: network).quantize(
      network, calibration: data.normalized(0..<data.count, for: network.input))
    var program = quantized.program
    try program.metadata.setGap(0.25)
    let engine = try Engine(program.encoded())
    let host = DeviceClassifier(engine: engine, input: network.input)
    let board = try InProcessDevice(Board.named("microbit"))
    let device = DeviceClassifier(engine: engine, input: network.input, device: board)
    let relabelled = try data.relabelled(as: network.labels)
    #expect(try host.predictions(for: relabelled) == device.predictions(for: relabelled))
    #expect(device.name == "int8 on microbit")
    let gap = try #require(try host.predictions(for: relabelled).device?.gap)
    #expect(gap >= 0.25 && gap < 0.25 + 1e-6)
    let other = DeviceClassifier(engine: engine, input: network.input, speaksOfTwin: false)
    #expect(try other.predictions(for: relabelled).device?.gap == nil)
  }
}

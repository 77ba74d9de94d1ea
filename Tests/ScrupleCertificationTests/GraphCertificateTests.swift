import Foundation
import ScrupleNetwork
import ScrupleQuantization
import Testing

@testable import ScrupleCertification

/// Certificates of networks with convolutions, poolings and additions, held against inputs.
struct GraphCertificateTests {
  private func inputs(_ box: InputBox, count: Int, seed: UInt64) -> [[UInt8]] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { sample in
      box.ranges.map { range in
        sample % 3 == 0
          ? (generator.next(below: 2) == 0 ? range.lowerBound : range.upperBound)
          : UInt8(Int(range.lowerBound) + generator.next(below: range.count))
      }
    }
  }

  /// Every value of one input in both forms: the device's less zero points, the twin's, both before the head.
  private func values(_ pair: GraphPair, _ input: [UInt8]) -> (device: [[Double]], twin: [[Double]]) {
    let evaluation = pair.program.evaluate(input: input)
    let device = evaluation.activations.enumerated().map { index, bytes in
      bytes.map { Double(Int($0) - pair.program.zeroPoint(ofSource: index)) }
    }
    let outputs = pair.twin.preciseOutputs(input.map { Double($0) / 255 })
    let twin = zip(pair.twin.layers, outputs).compactMap { $0 == .flatten ? nil : $1 }
    return (device, Array(twin.dropLast()))
  }

  @Test(arguments: [[8, 6, 3], [10, 12, 9, 3], [6, 7, 6, 5, 3]])
  func `for dense layers in a row it is the same closed form`(widths: [Int]) throws {
    let quantized = try TestModels.quantized(widths, seed: 3, temperature: 0.7)
    let chain = Certifier.wholeDomain(
      try ModelPair(twin: quantized.twin, program: quantized.program), refine: false)
    let graph = Certifier.wholeDomain(
      try GraphPair(twin: quantized.twin, program: quantized.program), refine: false)
    #expect(abs(graph.gap - chain.gap) <= 1e-9 * chain.gap)
    for (a, b) in zip(graph.pairs, chain.pairs) { #expect(abs(a.bound - b.bound) <= 1e-9 * b.bound) }
    #expect(graph.layers.map(\.unstable) == chain.layers.map(\.unstable))
    #expect(abs(graph.headPerturbation - chain.headPerturbation) <= 1e-9 * chain.headPerturbation)
  }

  @Test(arguments: GraphKind.allCases, [UInt64(1), 2])
  func `every step stays within its ranges and its difference`(kind: GraphKind, seed: UInt64) throws {
    let pair = try GraphPair(kind.network(seed: seed), seed: seed)
    let count = pair.program.inputCount
    var generator = SeededGenerator(seed: 9)
    let boxes = [
      InputBox.whole(inputs: count), .ball(around: TestModels.input(count, &generator), radius: 6),
    ]
    for box in boxes {
      let ranges = pair.ranges(over: box)
      let differences = pair.refined(
        pair.differences(ranges: ranges, inputRadius: 0), ranges: ranges, inputRadius: 0, effort: 1 << 30)
      for input in inputs(box, count: 20, seed: seed &+ 50) {
        let (device, twin) = values(pair, input)
        for index in device.indices {
          let step = try #require(pair.steps[index].output?.step)
          let (range, difference) = (ranges[index], differences[index])
          for place in device[index].indices {
            let (d, t) = (device[index][place], twin[index][place])
            #expect(d >= range.program.values.low[place] && d <= range.program.values.high[place])
            #expect(t >= range.twin.low[place] - 1e-12 && t <= range.twin.high[place] + 1e-12)
            #expect(abs(step * d - t) <= difference.leaving[place] + 1e-12)
            #expect(difference.leaving[place] <= difference.plain[place] * (1 + 1e-9))
          }
        }
      }
    }
  }

  @Test(arguments: GraphKind.allCases)
  func `no attack exceeds the gap, and signs make it smaller`(kind: GraphKind) throws {
    let pair = try GraphPair(kind.network(seed: 4), seed: 5)
    let certificate = Certifier.wholeDomain(pair)
    var attacker = GraphAttacker(pair, seed: 6)
    for attack in GraphAttacker.attacks {
      let result = attacker.run(attack, evaluations: 100)
      #expect(result.evaluations >= 80)
      #expect(result.gap > 0)
      #expect(result.gap <= certificate.gap)
      #expect(result.probabilityChange <= certificate.probabilityBound)
    }
    #expect(certificate.pairs.allSatisfy { $0.bound <= $0.entrywise })
    if kind != .poolings {
      #expect(certificate.gap < 0.95 * (certificate.pairs.map(\.entrywise).max() ?? 0))
    }
  }

  @Test func `no input of a tiny image exceeds the gap, which is within a few times the worst`() throws {
    for seed in 20..<24 as Range<UInt64> {
      var builder = GraphBuilder(image: ImageShape(height: 1, width: 2, channels: 1), seed: seed)
      builder.convolve(4, Window(kernelHeight: 1, kernelWidth: 1))
      builder.pool(seed % 2 == 0 ? .maximum : .average, Window(kernelHeight: 1, kernelWidth: 2))
      builder.convolve(3, Window(kernelHeight: 1, kernelWidth: 1), .identity)
      let pair = try GraphPair(builder.network(classes: 2), seed: seed)
      let certificate = Certifier.wholeDomain(pair)
      var worst = 0.0
      for x in 0..<256 {
        for y in stride(from: x % 3, to: 256, by: 3) {
          worst = max(worst, GraphLogits(pair.twin, pair.program, [UInt8(x), UInt8(y)]).largestGap)
        }
      }
      #expect(worst <= certificate.gap)
      #expect(certificate.gap <= 4 * worst)
    }
  }

  @Test(arguments: GraphKind.allCases, [0, 3, 40])
  func `no input of a box exceeds its certificate or its cap`(kind: GraphKind, radius: Int) throws {
    let pair = try GraphPair(kind.network(seed: 7), seed: 8)
    var generator = SeededGenerator(seed: 10)
    let box = InputBox.ball(around: TestModels.input(pair.program.inputCount, &generator), radius: radius)
    let certificate = GraphCertifier(pair).bound(box)
    let caps = try GraphConfidenceCap(program: pair.program).caps(over: box)
    for input in inputs(box, count: 20, seed: 11) {
      let logits = GraphLogits(pair.twin, pair.program, input)
      let (device, twin) = (softmax(logits.device), softmax(logits.twin))
      #expect(logits.largestGap <= certificate.gap)
      for k in device.indices {
        #expect(abs(device[k] - twin[k]) <= certificate.classBounds[k])
        #expect(device[k] <= caps[k])
      }
      #expect(certificate.referenceConfidence.contains(twin.max()!))
      #expect(certificate.programConfidence.contains(device.max()!))
    }
    if radius == 0 {
      // A single input's cap is its confidence.
      let confidence = softmax(GraphLogits(pair.twin, pair.program, box.center).device)
      for k in caps.indices { #expect(caps[k] - confidence[k] < 1e-6) }
    }
    #expect(certificate.gap <= Certifier.wholeDomain(pair, effort: 0, refine: false).gap * (1 + 1e-9))
  }

  @Test func `a program that is not the twin's is refused with the difference`() throws {
    let pair = try GraphPair(GraphKind.separable.network(seed: 12), seed: 13)
    var program = pair.program
    guard case .depthwise(var layer) = program.layers[1] else { return #expect(Bool(false)) }
    layer.kernel.weights[5] ^= 1
    program.layers[1] = .depthwise(layer)
    #expect(throws: CertificationError.self) { try GraphPair(twin: pair.twin, program: program) }
    program = pair.program
    program.metadata.limits[2] *= 2
    #expect(throws: CertificationError.self) { try GraphPair(twin: pair.twin, program: program) }
  }

  @Test func `moved biases and multipliers are part of the gap`() throws {
    let whole = try GraphPair(GraphKind.residual.network(seed: 14), seed: 15)
    var program = whole.program
    guard case .convolution(var layer) = program.layers[1] else { return #expect(Bool(false)) }
    for channel in layer.kernel.bias.indices {
      layer.kernel.bias[channel] += 200
      layer.kernel.multipliers[channel] -= layer.kernel.multipliers[channel] / 500
    }
    program.layers[1] = .convolution(layer)
    let moved = try GraphPair(twin: whole.twin, program: program)
    let certificate = Certifier.wholeDomain(moved)
    #expect(certificate.gap > Certifier.wholeDomain(whole).gap)
    var attacker = GraphAttacker(moved, seed: 16)
    #expect(attacker.run(.random, evaluations: 100).gap <= certificate.gap)
  }
}

import Foundation
import ScrupleNetwork
import ScrupleQuantization
import Testing

@testable import ScrupleCertification

struct UnrollingTests {
  private func pair(_ build: (inout GraphBuilder) -> Void) throws -> GraphPair {
    var builder = GraphBuilder(image: ImageShape(height: 6, width: 5, channels: 2), seed: 1)
    build(&builder)
    let network = builder.network(classes: 3)
    var generator = SeededGenerator(seed: 2)
    let data = (0..<50 * network.input.count).map { _ in generator.uniform() }
    let quantized = try Quantizer(method: .calibration).quantize(network, calibration: data)
    return try GraphPair(twin: quantized.twin, program: quantized.program)
  }

  private func strided() throws -> GraphPair {
    try pair { builder in
      builder.convolve(
        4, .same(kernelHeight: 3, kernelWidth: 3, strideHeight: 2, strideWidth: 2, of: builder.image))
      builder.depthwise(.same(kernelHeight: 2, kernelWidth: 3, of: builder.image))
      builder.pool(.average, Window(kernelHeight: 2, kernelWidth: 2))
      builder.convolve(5, Window(kernelHeight: 1, kernelWidth: 2))
    }
  }

  @Test func `an unrolled model gives the same bytes and the same logits`() throws {
    let pair = try strided()
    let unrolled = try UnrolledModel(pair)
    #expect(unrolled.twin.isDenseChain && unrolled.twin.isGridTwin)
    var generator = SeededGenerator(seed: 3)
    for _ in 0..<20 {
      let input = TestModels.input(pair.program.inputCount, &generator)
      let (a, b) = (pair.program.evaluate(input: input), unrolled.program.evaluate(input: input))
      #expect(a.activations == b.activations)
      #expect(a.logits == b.logits)
      for (a, b) in zip(pair.twin.preciseLogits(input), unrolled.twin.preciseLogits(input)) {
        #expect(abs(a - b) < 1e-12)
      }
    }
  }

  @Test func `its certificate of the whole domain is close to the graph's, its boxes are tighter`() throws {
    let pair = try strided()
    let unrolled = try UnrolledModel(pair)
    let chain = try ModelPair(twin: unrolled.twin, program: unrolled.program)
    let whole = Certifier.wholeDomain(chain, refine: false)
    let graph = Certifier.wholeDomain(pair, refine: false)
    // The chain doesn't know that a mean is never clipped.
    #expect(graph.gap <= whole.gap * (1 + 1e-9))
    #expect(whole.gap <= 1.2 * graph.gap)
    var generator = SeededGenerator(seed: 4)
    let box = InputBox.ball(around: TestModels.input(pair.program.inputCount, &generator), radius: 2)
    let certifier = try DifferentialCertifier(reference: unrolled.twin, program: unrolled.program)
    let tight = certifier.bound(box)
    #expect(tight.probabilityBound <= GraphCertifier(pair).bound(box).probabilityBound)
    let cap = try ConfidenceCap(program: unrolled.program).cap(over: box)
    #expect(cap <= (try GraphConfidenceCap(program: pair.program).cap(over: box)) + 1e-9)
    for _ in 0..<50 {
      let input = box.ranges.map { UInt8(Int($0.lowerBound) + generator.next(below: $0.count)) }
      let logits = GraphLogits(pair.twin, pair.program, input)
      #expect(logits.largestProbabilityChange <= tight.probabilityBound)
      #expect((softmax(logits.device).max() ?? 1) <= cap)
    }
  }

  @Test func `what cannot be unrolled says why`() throws {
    let maximum = try pair { $0.pool(.maximum, Window(kernelHeight: 2, kernelWidth: 2)) }
    #expect(throws: CertificationError.notUnrollable(layer: 0, reason: "it is a maximum")) {
      try UnrolledModel(maximum)
    }
    let mean = try pair { $0.pool(.average, Window(kernelHeight: 3, kernelWidth: 1)) }
    #expect(
      throws: CertificationError.notUnrollable(
        layer: 0, reason: "it is the mean of 3 values, no power of two")
    ) { try UnrolledModel(mean) }
    let signed = try pair { $0.convolve(2, Window(kernelHeight: 2, kernelWidth: 2), .identity) }
    #expect(throws: CertificationError.notUnrollable(layer: 1, reason: "it reads values with a sign")) {
      try UnrolledModel(signed)
    }
    let strided = try strided()
    #expect(throws: CertificationError.self) { try UnrolledModel(strided, limit: 100) }
  }
}

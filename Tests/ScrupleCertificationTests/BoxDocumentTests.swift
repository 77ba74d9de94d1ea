import Foundation
import ScrupleNetwork
import ScrupleQuantization
import Testing

@testable import ScrupleCertification

/// Jobs over a few boxes of small random models.
struct BoxJobs {
  let reference: Network
  let program: IntegerProgram
  let centers: [[UInt8]]
  let job: BoxJob

  /// - Parameter isOriginal: the reference is the network before quantization, not the twin.
  init(
    _ widths: [Int], seed: UInt64, kind: BoxJob.Kind = .boxes, radius: Int = 3, count: Int = 7,
    isOriginal: Bool = false, includesInputRounding: Bool = false, evaluations: Int = 60
  ) throws {
    let (original, quantized) = BoxSamples.quantized(widths, seed: seed)
    reference = isOriginal ? original : quantized.twin
    let program = quantized.program
    self.program = program
    var generator = SeededGenerator(seed: seed &+ 5)
    let centers = (0..<count).map { _ in BoxSamples.bytes(inputs: widths[0], &generator) }
    self.centers = centers
    let region = InputRegion.balls(
      around: InputRegion.SampleList(name: "random", inputs: centers), radius: radius)
    switch kind {
    case .boxes:
      job = BoxJob(
        difference: reference, program: program, region: region, includesInputRounding: includesInputRounding,
        searchSeconds: nil, evaluations: evaluations, seed: 9)
    case .caps:
      let confidences = centers.map { program.evaluate(input: $0).probabilities.max()! }
      job = BoxJob(
        cap: try ModelPair(twin: reference, program: program), region: region, searchSeconds: nil,
        evaluations: evaluations, seed: 9,
        inDistribution: .init(name: "random", inputs: centers, confidences: confidences))
    }
  }

  var runner: BoxRunner {
    get throws { try BoxRunner(job, reference: reference, program: program, centers: centers) }
  }

  func differences(_ shard: Shard = .whole) throws -> BoxPart<BoxDifference> {
    var part = BoxPart<BoxDifference>(job: job, shard: shard)
    for box in try runner.differences(part.missing, threads: 2) { part.add(box!, seconds: 0.25) }
    return part
  }

  func caps(_ shard: Shard = .whole) throws -> BoxPart<BoxCap> {
    var part = BoxPart<BoxCap>(job: job, shard: shard)
    for box in try runner.caps(part.missing, threads: 2) { part.add(box!, seconds: 0.25) }
    return part
  }

  func problems(_ document: CertificateDocument) throws -> [String] {
    try document.problems(
      reference: reference, program: program, inDistribution: job.inDistribution, threads: 1)
  }
}

struct BoxDocumentTests {
  @Test(arguments: [(false, false), (false, true), (true, false), (true, true)])
  func `a certificate of boxes survives its file and holds`(isOriginal: Bool, includesInputRounding: Bool)
    throws
  {
    let jobs = try BoxJobs(
      [5, 8, 6, 3], seed: 41, isOriginal: isOriginal, includesInputRounding: includesInputRounding)
    let document = try jobs.differences().document()
    let read = try CertificateDocument(json: document.json)
    #expect(read == document)
    #expect(try jobs.problems(read) == [])
    #expect(!read.coversEveryInput)
    guard case .boxes(let boxes) = read.proof else { Issue.record("another kind"); return }
    #expect(boxes.boxes.count == 7)
    #expect(boxes.summary.histogram.reduce(0) { $0 + $1.boxes } == 7)
  }

  @Test func `a certificate of caps survives its file and holds`() throws {
    let jobs = try BoxJobs([5, 8, 6, 3], seed: 42, kind: .caps)
    let document = try jobs.caps().document()
    let read = try CertificateDocument(json: document.json)
    #expect(read == document)
    #expect(try jobs.problems(read) == [])
    let auroc = try #require(read.guaranteedAUROC)
    #expect((0...1).contains(auroc))
  }

  @Test func `no number of a box can be changed unnoticed`() throws {
    let jobs = try BoxJobs([5, 8, 3], seed: 43)
    let part = try jobs.differences()
    let changes: [(inout BoxDifference) -> Void] = [
      { $0.gap *= 0.999 }, { $0.probabilityBound *= 0.999 }, { $0.classBounds[1] *= 0.999 },
      { $0.confidenceBound *= 0.999 }, { $0.referenceConfidence[0] += 1e-4 },
      { $0.programConfidence[1] -= 1e-4 }, { $0.possibleClasses = [] }, { $0.input!.bytes[0] ^= 1 },
      { $0.found!.change *= 1.001 }, { $0.found!.gap *= 1.001 }, { $0.found!.input.bytes[0] ^= 64 },
    ]
    for (number, change) in changes.enumerated() {
      var boxes = part.boxes
      change(&boxes[2])
      let document = CertificateDocument(jobs.job, differences: boxes, seconds: 0)
      // Inputs are held against their list's checksum before anything is derived.
      let problems = (try? jobs.problems(document)) ?? ["refused"]
      #expect(problems != [], "change \(number)")
    }
  }

  @Test func `no number of a cap can be changed unnoticed`() throws {
    let jobs = try BoxJobs([5, 8, 3], seed: 44, kind: .caps)
    let part = try jobs.caps()
    let changes: [(inout BoxCap) -> Void] = [
      { $0.cap *= 0.999 }, { $0.input!.bytes[0] ^= 1 }, { $0.found!.confidence *= 1.001 },
      { $0.found!.input.bytes[0] ^= 64 },
    ]
    for (number, change) in changes.enumerated() {
      var boxes = part.boxes
      change(&boxes[2])
      let document = CertificateDocument(
        jobs.job, caps: boxes, wholeDomain: jobs.job.wholeDomain!, seconds: 0)
      #expect(((try? jobs.problems(document)) ?? ["refused"]) != [], "change \(number)")
    }
    var document = try part.document()
    document.guaranteedAUROC! += 0.01
    #expect(try jobs.problems(document) != [])
    document = try part.document()
    document.floatConfidenceCap! *= 0.999
    #expect(try jobs.problems(document) != [])
  }

  @Test func `a certificate with any one character changed is refused`() throws {
    let text = try BoxJobs([3, 4, 2], seed: 45, count: 2).differences().document().json
    #expect(throws: Never.self) { try CertificateDocument(json: text + Data("\n".utf8)) }
    for index in text.indices {
      var other = text
      other[index] = text[index] == UInt8(ascii: "7") ? UInt8(ascii: "8") : UInt8(ascii: "7")
      #expect(throws: (any Error).self, "character \(index)") { try CertificateDocument(json: other) }
    }
  }
}

struct ShardTests {
  private func bare(_ document: CertificateDocument) throws -> Data {
    var document = document
    document.seconds = 0
    return try document.json
  }

  @Test(arguments: [1, 3, 7, 10])
  func `shards put together are the certificate of the whole, byte for byte`(count: Int) throws {
    let jobs = try BoxJobs([5, 8, 3], seed: 51)
    let shards = (1...count).map { Shard("\($0)/\(count)")! }
    let parts = try shards.map { try BoxPart<BoxDifference>(json: jobs.differences($0).json) }
    #expect(try bare(BoxPart.merge(parts.shuffled())) == bare(jobs.differences().document()))
    let caps = try BoxJobs([5, 8, 3], seed: 51, kind: .caps)
    #expect(
      try bare(BoxPart.merge(shards.map { try caps.caps($0) })) == bare(caps.caps().document()))
  }

  @Test func `a part that was interrupted goes on where it was`() throws {
    let jobs = try BoxJobs([5, 8, 3], seed: 52)
    var part = BoxPart<BoxDifference>(job: jobs.job, shard: .whole)
    for box in try jobs.runner.differences([4, 1], threads: 1) { part.add(box!, seconds: 0.25) }
    #expect(throws: CertificationError.self) { try part.document() }
    part = try BoxPart(json: part.json)
    #expect(part.missing == [0, 2, 3, 5, 6])
    for box in try jobs.runner.differences(part.missing, threads: 2) { part.add(box!, seconds: 0.25) }
    #expect(try bare(part.document()) == bare(jobs.differences().document()))
  }

  @Test func `gaps, overlaps and mixed jobs are refused`() throws {
    let jobs = try BoxJobs([5, 8, 3], seed: 53)
    let halves = try [jobs.differences(Shard("1/2")!), jobs.differences(Shard("2/2")!)]
    func message(_ parts: [BoxPart<BoxDifference>]) -> String {
      do {
        _ = try BoxPart.merge(parts)
        return ""
      } catch { return "\(error)" }
    }
    #expect(message([]) == "there are no parts")
    #expect(
      message([halves[1]]) == "3 of 7 boxes are missing, the first is 0: its shard is not among the parts")
    #expect(message([halves[0], halves[0]]) == "box 0 comes twice: in shard 1/2 and in shard 1/2")
    let thirds = try jobs.differences(Shard("1/3")!)
    #expect(message(halves + [thirds]).contains("comes twice"))
    let other = try BoxJobs([5, 8, 3], seed: 54).differences(Shard("2/2")!)
    #expect(message([halves[0], other]).contains("the float models are not the same"))
    let wider = try BoxJobs([5, 8, 3], seed: 53, radius: 4).differences(Shard("2/2")!)
    #expect(message([halves[0], wider]).contains("radius"))
    let rounded = try BoxJobs([5, 8, 3], seed: 53, includesInputRounding: true).differences(Shard("2/2")!)
    #expect(message([halves[0], rounded]).contains("input rounding"))
  }

  @Test(arguments: ["0/2", "3/2", "1/0", "-1/2", "1", "1/2/3", "a/b", "", "/"])
  func `what is no share is not read as one`(text: String) {
    #expect(Shard(text) == nil)
  }

  @Test func `shares are disjoint and complete`() {
    for (total, count) in [(10, 3), (7, 7), (3, 8), (0, 2)] {
      let all = (1...count).flatMap { Array(Shard("\($0)/\(count)")!.range(of: total)) }
      #expect(all == Array(0..<total))
    }
  }
}

struct InputRoundingTests {
  @Test(arguments: [false, true])
  func `no real input that is rounded into a box moves a probability by more than its bound`(
    isOriginal: Bool
  ) throws {
    var tightest = 0.0
    for seed in 61..<66 as Range<UInt64> {
      let jobs = try BoxJobs(
        [3, 6, 5, 3], seed: seed, radius: 1, isOriginal: isOriginal, includesInputRounding: true)
      for box in try jobs.differences().boxes {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<300 {
          let x = box.input!.bytes.map { center in
            // Ends of the rounding interval as often as its inside.
            let byte = Double(min(max(Int(center) + generator.next(below: 3) - 1, 0), 255))
            let offset = generator.next(below: 2) == 0 ? Double(generator.uniform()) - 0.5 : 0.4999
            return min(max(byte + offset, 0), 255)
          }
          let evaluator = PairEvaluator(reference: jobs.reference, program: jobs.program)
          evaluator.evaluate(x.map { UInt8($0.rounded()) }, twin: x.map { $0 / 255 })
          let change = evaluator.largestProbabilityChange.change
          #expect(change <= box.probabilityBound)
          #expect(evaluator.largestGap.gap <= box.gap)
          tightest = max(tightest, change / box.probabilityBound)
        }
      }
    }
    // The bound is about rounding: without it, these inputs would refute it.
    #expect(tightest > 0.2, "\(tightest)")
  }
}

struct CapCompositionTests {
  @Test(arguments: [71, 72, 73] as [UInt64])
  func `neither model is more confident anywhere in a region than its cap`(seed: UInt64) throws {
    let pair = try TestModels.pair([2, 6, 3], seed: seed)
    let points: [[UInt8]] = [[40, 40], [200, 90]]
    let far = InputRegion.far(
      try FarRegion(fartherThan: 60, from: points), from: .init(name: "points", inputs: points))
    for region in [far, .box(100...120)] {
      let job = BoxJob(
        cap: pair, region: region, searchSeconds: 0.5, evaluations: 100, seed: 1, inDistribution: nil)
      let runner = try BoxRunner(job, reference: pair.twin, program: pair.program, centers: [])
      var part = BoxPart<BoxCap>(job: job, shard: .whole)
      part.add(try runner.caps([0], threads: 1)[0]!, seconds: 0)
      let document = try part.document()
      #expect(try document.problems(reference: pair.twin, program: pair.program) == [])
      let (cap, floatCap) = (try #require(document.confidenceCap), try #require(document.floatConfidenceCap))
      var largest = 0.0
      let evaluator = PairEvaluator(pair)
      InputBox.whole(inputs: 2).forEachInput { input in
        guard runner.contains(input, in: 0) else { return }
        evaluator.evaluate(input)
        largest = max(largest, evaluator.confidence.value)
        #expect(softmax(evaluator.twin).max()! <= floatCap)
      }
      #expect(largest <= cap && cap <= largest * 1.01, "\(largest) \(cap)")
      #expect(try #require(document.tightness) >= 1)
    }
  }
}

struct BoxAttackTests {
  @Test func `an attack stays in its box and reports what its input does`() throws {
    let jobs = try BoxJobs([6, 9, 3], seed: 81, radius: 5)
    let attack = BoxAttack(reference: jobs.reference, program: jobs.program)
    let evaluator = PairEvaluator(reference: jobs.reference, program: jobs.program)
    for center in jobs.centers {
      let box = InputBox.ball(around: center, radius: 5)
      let found = attack.run(.change, over: box, evaluations: 400, seed: 3)
      #expect(box.contains(found.input))
      evaluator.evaluate(found.input)
      #expect(evaluator.largestProbabilityChange.change == found.value)
      evaluator.evaluate(center)
      #expect(found.value >= evaluator.largestProbabilityChange.change)
      let sure = attack.run(.confidence, over: box, evaluations: 400, seed: 3)
      evaluator.evaluate(sure.input)
      #expect(evaluator.confidence.value == sure.value)
    }
  }
}

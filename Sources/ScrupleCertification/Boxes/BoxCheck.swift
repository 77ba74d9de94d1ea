import Foundation
import ScrupleNetwork
import ScrupleQuantization
import Synchronization

/// Derives certificates about boxes again.
struct BoxCheck {
  private let document: CertificateDocument
  private let reference: Network
  private let program: IntegerProgram
  private let threads: Int
  private let progress: @Sendable (_ done: Int, _ of: Int) -> Bool

  init(
    _ document: CertificateDocument, reference: Network, program: IntegerProgram, threads: Int,
    progress: @escaping @Sendable (Int, Int) -> Bool
  ) {
    self.document = document
    self.reference = reference
    self.program = program
    self.threads = threads
    self.progress = progress
  }

  /// What does not hold of certificate C.
  ///
  /// - Parameter compare: compares a derived document with the stated one.
  func problems(
    _ stated: BoxesCertificate, compare: (CertificateDocument) -> [String]
  ) throws(CertificationError) -> [String] {
    let job = BoxJob(
      difference: reference, program: program, region: stated.region,
      includesInputRounding: stated.includesInputRounding, searchSeconds: stated.searchSeconds,
      evaluations: 0, seed: 0)
    var problems = document.modelProblems(job.models)
    problems += countProblems(stated.boxes.map(\.index), of: job)
    if !problems.isEmpty { return problems }
    let runner = try runner(job, stated.boxes.map(\.input))
    let counter = Mutex(0)
    let derived = try runner.differences(
      stated.boxes.map(\.index), threads: threads, again: stated.boxes
    ) { _, _ in count(counter, of: stated.boxes.count) }
    let evaluator = PairEvaluator(reference: reference, program: program)
    var boxes: [BoxDifference] = []
    for (claim, entry) in zip(stated.boxes, derived) {
      guard var entry else { return ["stopped before all boxes were derived again"] }
      if let found = claim.found {
        if !runner.contains(found.input.bytes, in: claim.index) {
          problems.append("box \(claim.index): the attack's input is not in the set")
          continue
        }
        evaluator.evaluate(found.input.bytes)
        let (change, gap) = (evaluator.largestProbabilityChange.change, evaluator.largestGap.gap)
        if abs(change - found.change) > 1e-9 || abs(gap - found.gap) > 1e-9 {
          problems.append(
            "box \(claim.index): the attack's input changes a probability by \(change) and a logit difference by"
              + " \(gap), the file says \(found.change) and \(found.gap)")
        }
        if change > claim.probabilityBound || gap > claim.gap {
          problems.append("box \(claim.index): the attack's input refutes the bound")
        }
      }
      entry.found = claim.found
      entry.parts = claim.parts
      boxes.append(entry)
    }
    return problems + compare(CertificateDocument(job, differences: boxes, seconds: 0))
  }

  /// What does not hold of certificate E.
  func problems(
    _ stated: CapCertificate, _ pair: any CertifiedPair, _ inDistribution: CapCertificate.InDistribution?,
    compare: (CertificateDocument) -> [String]
  ) throws(CertificationError) -> [String] {
    var problems: [String] = []
    if let data = stated.detection?.data {
      guard let inDistribution else {
        throw .region(
          reason: "the guaranteed AUROC can only be derived again with the samples of \(data.name)")
      }
      if (inDistribution.samples, inDistribution.checksum) != (data.samples, data.checksum) {
        problems.append("the samples of \(data.name) are not those that the certificate is about")
      }
    }
    let job = BoxJob(
      cap: pair, region: stated.region, searchSeconds: stated.searchSeconds, evaluations: 0, seed: 0,
      inDistribution: stated.detection == nil ? nil : inDistribution)
    problems += document.modelProblems(job.models)
    problems += countProblems(stated.boxes.map(\.index), of: job)
    if !problems.isEmpty { return problems }
    let runner = try runner(job, stated.boxes.map(\.input))
    let counter = Mutex(0)
    let derived = try runner.caps(
      stated.boxes.map(\.index), threads: threads, again: stated.boxes
    ) { _, _ in count(counter, of: stated.boxes.count) }
    let evaluator = PairEvaluator(reference: pair.twin, program: pair.program)
    var boxes: [BoxCap] = []
    for (claim, entry) in zip(stated.boxes, derived) {
      guard var entry else { return ["stopped before all boxes were derived again"] }
      if let found = claim.found {
        if !runner.contains(found.input.bytes, in: claim.index) {
          problems.append("box \(claim.index): the attack's input is not in the set")
          continue
        }
        evaluator.evaluate(found.input.bytes)
        let confidence = evaluator.confidence.value
        if abs(confidence - found.confidence) > 1e-9 {
          problems.append(
            "box \(claim.index): the attack's input has a confidence of \(confidence), the file says"
              + " \(found.confidence)")
        }
        if confidence > claim.cap {
          problems.append("box \(claim.index): the attack's input refutes the cap")
        }
      }
      entry.found = claim.found
      entry.parts = claim.parts
      boxes.append(entry)
    }
    guard let wholeDomain = job.wholeDomain else { return problems }
    return problems
      + compare(CertificateDocument(job, caps: boxes, wholeDomain: wholeDomain, seconds: 0))
  }

  private func countProblems(_ indices: [Int], of job: BoxJob) -> [String] {
    indices == Array(0..<job.region.boxes)
      ? [] : ["the boxes are not numbered from 0 to \(job.region.boxes - 1)"]
  }

  private func runner(_ job: BoxJob, _ inputs: [InputBytes?]) throws(CertificationError) -> BoxRunner {
    try BoxRunner(job, reference: reference, program: program, centers: inputs.compactMap { $0?.bytes })
  }

  private func count(_ counter: borrowing Mutex<Int>, of total: Int) -> Bool {
    let done = counter.withLock { done in
      done += 1
      return done
    }
    return progress(done, total)
  }
}

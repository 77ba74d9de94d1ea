import Foundation
import ScrupleNetwork
import ScrupleQuantization

extension CertificateDocument {
  /// Derives the certificate again from the two models and compares every number with the file's.
  ///
  /// - Parameters:
  ///   - inDistribution: what the program says of the data that a guaranteed AUROC compares with, evaluated again.
  ///   - progress: told how many of the boxes are done; false stops, and the certificate does not hold.
  /// - Returns: what does not hold, one sentence each; empty when everything does.
  public func problems(
    reference: Network, program: IntegerProgram, inDistribution: CapCertificate.InDistribution? = nil,
    threads: Int = ProcessInfo.processInfo.activeProcessorCount,
    progress: @escaping @Sendable (_ done: Int, _ of: Int) -> Bool = { _, _ in true }
  ) throws(CertificationError) -> [String] {
    switch proof {
    case .boxes(let stated):
      let check = BoxCheck(self, reference: reference, program: program, threads: threads, progress: progress)
      return try check.problems(stated) { document in wordProblems(document) + numberProblems(document) }
    case .caps(let stated):
      let pair = try Certifier.pair(twin: reference, program: program)
      let check = BoxCheck(self, reference: reference, program: program, threads: threads, progress: progress)
      return try check.problems(stated, pair, inDistribution) { document in
        wordProblems(document) + numberProblems(document)
      }
    default: return try problems(for: try Certifier.pair(twin: reference, program: program))
    }
  }

  /// The same for certificates about every input.
  public func problems(for pair: any CertifiedPair) throws(CertificationError) -> [String] {
    var problems = modelProblems(Models(pair))
    let derived: CertificateDocument
    switch proof {
    case .wholeDomain(let stated):
      let certificate = pair.wholeDomain(
        inputRounding: stated.includesInputRounding, refine: stated.pairs.contains { $0.weights != nil })
      derived = CertificateDocument(certificate, of: pair)
      if let method = methodProblem(stated, derived, pair) {
        return problems + wordProblems(derived) + [method] + attackProblems(pair)
      }
    case .exhaustive:
      guard let pair = pair as? ModelPair else { throw .notADenseChain(network: pair.twin.name) }
      derived = CertificateDocument(try Certifier.exhaustive(pair), of: pair)
    case .search(let stated):
      guard let pair = pair as? ModelPair else { throw .notADenseChain(network: pair.twin.name) }
      problems += try stated.problems(for: pair)
      // The order of a search depends on the number of cores: its bound is proved again, the rest follows
      // from it.
      derived = CertificateDocument(stated, of: pair)
    case .boxes, .caps:
      return try self.problems(reference: pair.twin, program: pair.program)
    }
    problems += wordProblems(derived) + numberProblems(derived)
    problems += attackProblems(pair)
    return problems
  }

  /// Whether the certificate is about these models.
  func modelProblems(_ actual: Models) -> [String] {
    var problems: [String] = []
    if actual.float != models.float {
      problems.append("the certificate is about the float model \(models.float), this is \(actual.float)")
    }
    if actual.int8 != models.int8 {
      problems.append("the certificate is about the int8 program \(models.int8), this is \(actual.int8)")
    }
    return problems
  }

  /// A sentence for a certificate of any layers whose bounds are consistent, and larger than what is proved now.
  private func methodProblem(
    _ stated: WholeDomainCertificate, _ derived: CertificateDocument, _ pair: any CertifiedPair
  ) -> String? {
    guard case .wholeDomain(let proved) = derived.proof, pair is GraphPair,
      !numberProblems(derived).isEmpty, stated.gap == stated.pairs.map(\.bound).max(),
      stated.pairs.map({ [$0.first, $0.second] }) == proved.pairs.map({ [$0.first, $0.second] }),
      zip(stated.pairs, proved.pairs).allSatisfy({ $0.bound >= $1.bound }),
      numberProblems(CertificateDocument(stated, of: pair)).isEmpty
    else { return nil }
    return
      "another method made this certificate (\(tool)): it states a gap of \(stated.gap), this version proves "
      + "\(proved.gap). What it states follows from that; make it again to have every number of it checked"
  }

  private func wordProblems(_ derived: CertificateDocument) -> [String] {
    (statement, set, assumptions) == (derived.statement, derived.set, derived.assumptions)
      ? [] : ["the claim is not in the words of this version"]
  }

  private func numberProblems(_ derived: CertificateDocument) -> [String] {
    numbers.differences(from: derived.numbers)
  }

  /// Attacks are claims, too: their inputs must give what they say, and nothing above the bound.
  private func attackProblems(_ pair: any CertifiedPair) -> [String] {
    var problems: [String] = []
    let evaluator = PairEvaluator(reference: pair.twin, program: pair.program)
    for attack in attacks {
      guard attack.gapInput.count == pair.program.inputCount,
        attack.probabilityInput.count == pair.program.inputCount
      else {
        problems.append("\(attack.attack) names an input that is not of \(pair.program.inputCount) bytes")
        continue
      }
      evaluator.evaluate(attack.gapInput)
      let found = evaluator.largestGap.gap
      evaluator.evaluate(attack.probabilityInput)
      let change = evaluator.largestProbabilityChange.change
      if found > gap {
        problems.append("the input that \(attack.attack) found has a gap of \(found), above \(gap)")
      }
      if abs(found - attack.gap) > 1e-9 {
        problems.append("\(attack.attack) claims a gap of \(attack.gap) where it is \(found)")
      }
      if abs(change - attack.probabilityChange) > 1e-9 {
        problems.append(
          "\(attack.attack) claims a change of \(attack.probabilityChange) where it is \(change)")
      }
    }
    let best = attacks.map(\.gap).max() ?? 0
    var ratio = best > 0 ? gap / best : nil
    if case .search(let certificate) = proof { ratio = certificate.ratio }
    if !Self.agree(ratio ?? 0, tightness ?? 0) {
      problems.append("the tightness is \(ratio ?? 0), the file says \(tightness ?? 0)")
    }
    return problems
  }

  /// Every number of the claim and its constants, with its path in the file; timings, tightness and attacks
  /// left out.
  private var numbers: [String: Double] {
    var bare = self
    (bare.seconds, bare.tightness, bare.attacks) = (0, nil, [])
    guard let data = try? bare.json, let object = try? JSONSerialization.jsonObject(with: data) else {
      return [:]
    }
    var result: [String: Double] = [:]
    func collect(_ value: Any, _ path: String) {
      switch value {
      case let object as [String: Any]: for (key, value) in object { collect(value, "\(path).\(key)") }
      case let array as [Any]:
        for (index, value) in array.enumerated() { collect(value, "\(path)[\(index)]") }
      case let number as NSNumber: result[path] = number.doubleValue
      default: break
      }
    }
    collect(object, "")
    return result
  }

  /// Whether two numbers agree to all digits that different mathematical libraries agree on.
  fileprivate static func agree(_ a: Double, _ b: Double) -> Bool {
    abs(a - b) <= 1e-12 * max(abs(a), abs(b))
  }
}

extension LowDimensionCertificate {
  /// Searches again until the stated bound is proved, and tries the stated input.
  fileprivate func problems(for pair: ModelPair) throws(CertificationError) -> [String] {
    var problems: [String] = []
    guard found.input.count == pair.program.inputCount else {
      return ["the worst input is not of \(pair.program.inputCount) bytes"]
    }
    let evaluator = PairEvaluator(pair)
    evaluator.evaluate(found.input)
    let change = evaluator.largestProbabilityChange
    if abs(change.change - found.value) > 1e-9 || change.classIndex != found.classIndex {
      problems.append("the worst input changes a probability by \(change.change), not \(found.value)")
    }
    if inputs != exp2(8 * Double(pair.program.inputCount)) {
      problems.append("the number of inputs is not \(inputs)")
    }
    let again = try LowDimensionSearch(pair, target: bound).run()
    if again.bound > bound * (1 + 1e-12) {
      problems.append("the bound of \(bound) is not reached: a probability may change by \(again.bound)")
    }
    return problems
  }
}

extension [String: Double] {
  /// Sentences about what differs.
  fileprivate func differences(from derived: [String: Double]) -> [String] {
    Set(keys).union(derived.keys).sorted().compactMap { key in
      switch (self[key], derived[key]) {
      case (let stated?, let value?):
        CertificateDocument.agree(stated, value)
          ? nil : "\(key.dropFirst()) is \(value), the file says \(stated)"
      case (let stated?, nil): "\(key.dropFirst()) is \(stated) in the file and does not belong there"
      default: "\(key.dropFirst()) is missing in the file"
      }
    }
  }
}

import ArgumentParser
import Foundation
import ScrupleCertification
import ScrupleNetwork
import ScrupleQuantization

struct CertifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "certify", abstract: "Prove how far the device's confidence can be from the float twin's.",
    discussion: """
      For a float twin (weights on the int8 grid) and its int8 program, over every input that the device can read: no \
      difference of two logits moves by more than the gap c, so no probability by more than tanh(c/4). Models with at \
      most two inputs are proved by trying every input (exact); others in closed form. Attacks then look for an input \
      that comes close: the tightness is the bound divided by the best one found.

      With --data a bound is proved around each sample instead: for every input within --radius grey levels (or steps). \
      There FLOAT may be any ReLU network, such as the one before quantization.

      Assumed: the twin in real arithmetic reading byte/255, and a device that executes docs/format.md exactly. A bound \
      that says nothing is called 'no useful bound'.

      Examples:
        scruple certify model.safetensors model.scruple -o certificate.json --attach
        scruple certify --check certificate.json model.safetensors model.scruple
        scruple certify model.safetensors model.scruple --data fashion-mnist --radius 1 --limit 100
      """)

  enum Domain: String, ExpressibleByArgument, CaseIterable { case whole, exhaustive }

  @Argument(help: "The float model (.safetensors).")
  var float: String

  @Argument(help: "The int8 model (.scruple).")
  var int8: String

  @Option(name: .shortAndLong, help: ArgumentHelp("Write the certificate.", valueName: "file"))
  var output: String?

  @Flag(name: .long, help: "Write the gap into INT8, so that the device returns brackets.")
  var attach = false

  @Option(name: .long, help: "whole (closed form) or exhaustive; by default what suits the model.")
  var domain: Domain?

  @Option(name: .long, help: ArgumentHelp("Derive a certificate again and compare.", valueName: "file"))
  var check: String?

  @Option(name: .long, help: "Inputs that each attack may try; 0 for no attacks.")
  var evaluations = 20_000

  @Option(
    name: .customLong("data"), help: ArgumentHelp("Prove around samples of this set.", valueName: "dataset"))
  var dataset: String?

  @Option(name: .long, help: "With --data: how far each input byte may move.")
  var radius = 1

  @OptionGroup var data: DataOptions
  @OptionGroup var format: OutputOptions

  func validate() throws {
    if dataset != nil, output != nil || attach || check != nil {
      throw ValidationError("-o, --attach and --check are about the whole domain, not about --data")
    }
    if evaluations < 0 { throw ValidationError("--evaluations must be 0 or more") }
    if !(0...255).contains(radius) { throw ValidationError("--radius is between 0 and 255") }
  }

  func run() throws {
    let network = try readNetwork(float)
    let file = try ProgramFile(int8)
    if dataset != nil { return try certifyBoxes(network, file) }
    let pair = try ModelPair(twin: network, program: file.program)
    if let check { return try recheck(check, pair) }
    let progress = ProgressLine(silent: format.json)
    let document = try prove(pair, progress)
    progress.clear()
    if let output { try replaceFile(output, with: [UInt8](document.json) + [UInt8(ascii: "\n")]) }
    if attach {
      var program = file.program
      try program.metadata.setGap(document.gap)
      try replaceFile(int8, with: try program.encoded())
    }
    if format.json { return try printJSON(document) }
    show(document)
  }

  private func prove(_ pair: ModelPair, _ progress: ProgressLine) throws -> CertificateDocument {
    progress.update("proving")
    let proved = try proveGap(of: pair, exhaustive: domain.map { $0 == .exhaustive })
    guard case .wholeDomain(let closedForm) = proved.proof, evaluations > 0 else { return proved }
    var attacker = Attacker(pair, seed: data.seed)
    var attacks: [AttackResult] = []
    for attack in Attack.allCases {
      progress.update("attack: \(attack.rawValue)")
      attacks.append(attacker.run(attack, evaluations: evaluations))
    }
    return CertificateDocument(closedForm, of: pair, attacks: attacks, seconds: proved.seconds)
  }

  private func recheck(_ path: String, _ pair: ModelPair) throws {
    let document: CertificateDocument
    do {
      document = try CertificateDocument(json: Data(try readBytes(path)))
    } catch let error as DecodingError {
      throw Failure(.badData, "\(path): not a certificate: \(error)")
    }
    let problems = try document.problems(for: pair)
    if format.json {
      try printJSON(["problems": problems])
    } else {
      for problem in problems { print("does not hold: \(problem)") }
      if problems.isEmpty {
        print(
          "\(path) holds: gap \(bound(document.gap)), probabilities move by at most "
            + bound(document.probabilityBound))
      }
    }
    if !problems.isEmpty { throw ExitCode(ExitStatus.checkDidNotHold.rawValue) }
  }

  private func show(_ document: CertificateDocument) {
    guard document.isUseful else {
      print("no useful bound (c = \(fixed(document.gap, 1)))")
      return
    }
    print("proved, for \(document.set):")
    print(
      "  no input can move a probability by more than \(bound(document.probabilityBound)) from the float model"
    )
    print("  gap c = \(fixed(document.gap, 4)), in \(fixed(document.seconds, 2)) s")
    if let tightness = document.tightness {
      let best = document.attacks.max { $0.gap < $1.gap }
      print(
        "  the best attack (\(best?.attack.rawValue ?? "none")) reaches \(fixed(best?.gap ?? 0, 4)): "
          + "the bound is within \(fixed(tightness, 2))× of the truth")
    }
    var table = TextTable(["device says at least", "float twin says at least"])
    for row in document.thresholds { table.add([fixed(row.int8, 3), fixed(row.float, 4)]) }
    table.print()
  }
}

extension CertifyCommand {
  /// One figure per sample of `--data`.
  struct Boxes: Encodable {
    var statement: String
    var set: String
    var samples: Int
    var radius: Int
    /// The largest over all samples.
    var gap: Double
    var probabilityBound: Double
    var median: Double
    var confidenceMedian: Double
    var seconds: Double
  }

  private func certifyBoxes(_ network: Network, _ file: ProgramFile) throws {
    let certifier = try DifferentialCertifier(reference: network, program: file.program)
    let set = try data.load(dataset ?? "", for: network.input)
    let inputs = try set.quantized(0..<set.count, for: network.input)
    let size = network.input.count
    let progress = ProgressLine(silent: format.json)
    let began = ContinuousClock.now
    var results: [BoxCertificate] = []
    for sample in 0..<set.count {
      if Interruption.wasAsked { throw Failure(.interrupted, "stopped after \(sample) samples") }
      progress.update("\(sample) of \(set.count)")
      let center = Array(inputs[sample * size..<(sample + 1) * size])
      results.append(certifier.bound(.ball(around: center, radius: radius)))
    }
    progress.clear()
    let seconds = (ContinuousClock.now - began) / .seconds(1)
    func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
    let summary = Boxes(
      statement:
        "for every input of a box, no class's probability in \(int8) is farther than its bound from \(float)'s",
      set: "\(set.count) samples of \(set.name), each byte moved by up to \(radius)", samples: set.count,
      radius: radius, gap: results.map(\.gap).max() ?? 0,
      probabilityBound: results.map(\.probabilityBound).max() ?? 0,
      median: median(results.map(\.probabilityBound)),
      confidenceMedian: median(results.map(\.confidenceBound)),
      seconds: seconds)
    if format.json { return try printJSON(summary) }
    print("proved, for \(summary.set):")
    print(
      "  a probability moves by at most \(bound(summary.median)) in the median sample, \(bound(summary.probabilityBound)) "
        + "in the worst; the confidence by \(bound(summary.confidenceMedian)) in the median")
    print("  \(fixed(1000 * seconds / Double(max(set.count, 1)), 1)) ms a sample")
  }
}

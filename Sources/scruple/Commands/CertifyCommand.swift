import ArgumentParser
import Foundation
import ScrupleCertification
import ScrupleNetwork
import ScrupleQuantization

struct CertifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "certify",
    abstract: "Prove how far the device's confidence can be from the float model's, and how high it can be.",
    discussion: """
      Five proofs, by what is asked for. Each is attacked, too: the tightness is the bound divided by the worst input \
      that was found. A bound that says nothing is called 'no useful bound'.

      Every input (nothing asked for). No difference of two logits moves by more than the gap c, so no probability by \
      more than tanh(c/4). Models with at most two inputs are proved by trying every input, others in closed form. \
      FLOAT has to be the float twin that quantize wrote.

      Every input of 3 or 4 (--domain search). Branch and bound: how far a probability can move, between the worst \
      input found and a bound; the lines show how the two close in. Ctrl-C ends it with what is proved by then.

      Around data (--data NAME --radius R). Bounds for every input within R byte steps of each sample. FLOAT may be any \
      ReLU network of the same shape, such as the one before quantization. Rows of a table are not bytes: for them \
      FLOAT may read any real value that the device rounds to these bytes.

      Confidence around out-of-distribution data (--ood NAME --radius R). How confident the program can be within R \
      byte steps of each sample; with --data NAME, how well these inputs are told apart wherever they lie in their \
      boxes: guaranteed AUROC and FPR at 95 % TPR.

      Confidence over a region (--cap box:LOW:HIGH, or --cap far:DISTANCE --data NAME). How confident the program can \
      be where all bytes are in LOW…HIGH, or where it is more than DISTANCE byte steps from every sample (few inputs).

      Assumed by all: the float model in real arithmetic; a device that executes docs/format.md exactly. Assumed but \
      for tables and --input-rounding: the float model reads byte/255. The certificate lists them.

      Long work over data can be split (--shard 1/8 … 8/8, then 'scruple certify merge') and goes on from its output \
      file when it was interrupted: docs/batch.md.

      Examples:
        scruple certify model.safetensors model.scruple -o certificate.json --attach
        scruple certify --check certificate.json model.safetensors model.scruple
        scruple certify model.safetensors model.scruple --data fashion-mnist --radius 1 --samples 30
        scruple certify model.safetensors model.scruple --ood uniform --radius 4 --samples 1000 --data fashion-mnist
        scruple certify model.safetensors model.scruple --cap box:96:160
        scruple certify model.safetensors model.scruple --domain search --gap 1.1 --time 60
      """)

  enum Domain: String, ExpressibleByArgument, CaseIterable { case whole, exhaustive, search }

  @Argument(help: "The float model (.safetensors).")
  var float: String

  @Argument(help: "The int8 model (.scruple).")
  var int8: String

  @Option(name: .shortAndLong, help: ArgumentHelp("Write the certificate (or the shard).", valueName: "file"))
  var output: String?

  @Flag(name: .long, help: "Write the gap into INT8, so that the device returns brackets.")
  var attach = false

  @Option(name: .long, help: ArgumentHelp("Derive a certificate again and compare.", valueName: "file"))
  var check: String?

  @Option(
    name: .long,
    help:
      "How to prove every input: whole (closed form), exhaustive or search; by default what suits the model.")
  var domain: Domain?

  @Option(
    name: .customLong("data"),
    help: ArgumentHelp(
      "Prove around the samples of this set; with --ood or --cap, see above.", valueName: "dataset"))
  var dataset: String?

  @Option(
    name: .long,
    help: ArgumentHelp("Cap the confidence around the samples of this set.", valueName: "dataset"))
  var ood: String?

  @Option(name: .long, help: ArgumentHelp("Cap the confidence in a region.", valueName: "region"))
  var cap: CapRegion?

  @Option(name: .long, help: "How far each input byte may move from a sample's, 0 to 255 (default: 1).")
  var radius: Int?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Only the first so many samples; of noise, so many are made (default: 10000).", valueName: "n"))
  var samples: Int?

  @Flag(
    inversion: .prefixedNo,
    help: "The float model may read any real value that the device rounds (default: with tables of --data).")
  var inputRounding: Bool?

  @Option(
    name: .long, help: ArgumentHelp("Search each box, or every input, for so long.", valueName: "seconds"))
  var time: Double?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "With --domain search: enough when the bound is this times the worst input found (default: 1.1).",
      valueName: "ratio"))
  var gap: Double?

  @Option(
    name: .long,
    help:
      "Inputs that each attack may try, 0 for no attacks (default: 20000, none where the bound is of no use; around data 1000 for each sample)."
  )
  var evaluations: Int?

  @Option(name: .long, help: ArgumentHelp("Only this share of the samples, such as 2/8.", valueName: "i/n"))
  var shard: Shard?

  @Option(
    name: .long,
    help: ArgumentHelp("Samples that are worked on at a time (default: all cores).", valueName: "n"))
  var threads: Int?

  @Option(
    name: .long,
    help: ArgumentHelp("Write report.html and its pictures into this folder.", valueName: "folder"))
  var report: String?

  @OptionGroup var data: SampleOptions
  @OptionGroup var format: OutputOptions

  func validate() throws {
    let isOverBoxes = dataset != nil || ood != nil || cap != nil
    if isOverBoxes, attach || check != nil || domain != nil {
      throw ValidationError(
        "--attach, --check and --domain are about every input, not about --data, --ood or --cap")
    }
    if ood != nil, cap != nil { throw ValidationError("give --ood or --cap, not both") }
    if case .far = cap, dataset == nil {
      throw ValidationError("--cap far:DISTANCE is a distance from data: name them with --data")
    }
    if case .box = cap, dataset != nil {
      throw ValidationError(
        "--cap box:LOW:HIGH is one box: --data has no part in it (--ood with --data gives an AUROC)")
    }
    let isAround = ood != nil || (dataset != nil && cap == nil)
    if radius != nil, !isAround { throw ValidationError("--radius needs --data or --ood") }
    if samples != nil, dataset == nil, ood == nil { throw ValidationError("--samples needs --data or --ood") }
    if shard != nil, !isAround { throw ValidationError("--shard is for work over --data or --ood") }
    if report != nil, shard != nil || check != nil {
      throw ValidationError("--report is about a certificate: neither a shard nor --check makes one")
    }
    if shard != nil, output == nil {
      throw ValidationError("--shard needs -o: the file that 'certify merge' reads")
    }
    if inputRounding == true, ood != nil || cap != nil || (domain ?? .whole) != .whole {
      throw ValidationError("--input-rounding is for proofs around --data and for --domain whole")
    }
    if time != nil, !isOverBoxes, domain != .search {
      throw ValidationError("--time is for a search: give --domain search, --data, --ood or --cap")
    }
    if gap != nil, domain != .search { throw ValidationError("--gap is for --domain search") }
    if let radius, !(0...255).contains(radius) { throw ValidationError("--radius is between 0 and 255") }
    if let evaluations, evaluations < 0 { throw ValidationError("--evaluations must be 0 or more") }
    if let samples, samples < 1 { throw ValidationError("--samples must be 1 or more") }
    if let threads, threads < 1 { throw ValidationError("--threads must be 1 or more") }
    if let time, !(time > 0) { throw ValidationError("--time must be more than 0 seconds") }
    if let gap, !(gap >= 1) { throw ValidationError("--gap must be 1 or more") }
  }

  func run() throws {
    let network = try readNetwork(float)
    let file = try ProgramFile(int8)
    guard network.input.count == file.program.inputCount else {
      throw Failure(
        .badData, "\(float) reads \(network.input.count) values, \(int8) \(file.program.inputCount)")
    }
    if let check { return try recheck(check, network, file) }
    try keepApart(outputs: [("-o", output)], inputs: [("float model", float), ("int8 model", int8)])
    if let output { try checkWritable(output) }
    if let report { try prepareFolder(report) }
    if let region = try region(network) { return try certify(region, network, file) }
    if !network.isGridTwin { return try certify(.domain, network, file) }
    let pair = try pair(network, file)
    let progress = ProgressLine(silent: format.json)
    let document = try prove(pair, progress)
    progress.clear()
    if let output { try write(document, to: output) }
    if attach {
      var program = file.program
      try program.metadata.setGap(document.gap)
      try replaceFile(int8, with: try program.encoded())
    }
    let page = try writeReport(document)
    if format.json { return try printJSON(document) }
    document.show()
    if let page { print(page) }
  }

  private func prove(_ pair: any CertifiedPair, _ progress: ProgressLine) throws -> CertificateDocument {
    if domain == .search {
      guard let pair = pair as? ModelPair else {
        throw CertificationError.notADenseChain(network: pair.twin.name)
      }
      return try search(pair, progress)
    }
    progress.update("proving")
    let proved = try proveGap(
      of: pair, exhaustive: domain.map { $0 == .exhaustive }, inputRounding: inputRounding == true)
    // Attacks tell how good a bound is: one of no use needs none.
    let evaluations = evaluations ?? (proved.isUseful ? 20_000 : 0)
    guard case .wholeDomain(let closedForm) = proved.proof, evaluations > 0 else { return proved }
    var attacks: [AttackResult] = []
    if let pair = pair as? ModelPair {
      var attacker = Attacker(pair, seed: data.seed)
      for attack in Attack.allCases {
        progress.update("attack: \(attack.rawValue)")
        attacks.append(attacker.run(attack, evaluations: evaluations))
      }
    } else if let pair = pair as? GraphPair {
      var attacker = GraphAttacker(pair, seed: data.seed)
      for attack in GraphAttacker.attacks {
        progress.update("attack: \(attack.rawValue)")
        attacks.append(attacker.run(attack, evaluations: evaluations))
      }
    }
    return CertificateDocument(closedForm, of: pair, attacks: attacks, seconds: proved.seconds)
  }

  /// Lines whenever the bound came down by a twentieth.
  private func search(_ pair: ModelPair, _ progress: ProgressLine) throws -> CertificateDocument {
    let search = try LowDimensionSearch(pair, goal: gap ?? 1.1)
    let began = ContinuousClock.now
    var told = Double.infinity
    let certificate = search.run(seconds: time ?? .infinity) { state in
      let seconds = (ContinuousClock.now - began) / .seconds(1)
      let line =
        "\(fixed(seconds, 1)) s: found \(fixed(state.found, 6)), proved \(fixed(state.bound, 6)); "
        + "\(grouped(state.boxes)) boxes, \(grouped(state.waiting)) wait"
      if state.bound < told * 0.95 {
        told = state.bound
        progress.log(line)
      } else {
        progress.update(line)
      }
      return !Interruption.wasAsked
    }
    progress.clear()
    return CertificateDocument(certificate, of: pair, seconds: (ContinuousClock.now - began) / .seconds(1))
  }

  private func recheck(_ path: String, _ network: Network, _ file: ProgramFile) throws {
    let document = try readCertificate(path)
    let progress = ProgressLine(silent: format.json)
    let problems = try document.problems(
      reference: network, program: file.program,
      inDistribution: try inDistribution(of: document, file, network), threads: threads ?? allCores
    ) { done, total in
      progress.update("\(done) of \(total) boxes derived again")
      return !Interruption.wasAsked
    }
    progress.clear()
    if Interruption.wasAsked {
      throw Failure(.interrupted, "stopped before all of \(path) was derived again")
    }
    if format.json {
      try printJSON(["problems": problems])
    } else {
      for problem in problems { print("does not hold: \(problem)") }
      if problems.isEmpty { print("\(path) holds: \(document.summary)") }
    }
    if !problems.isEmpty { throw ExitCode(ExitStatus.checkDidNotHold.rawValue) }
  }
}

/// A region that `--cap` names.
enum CapRegion: Equatable, ExpressibleByArgument {
  case box(ClosedRange<UInt8>)
  case far(Double, FarRegion.Metric)

  /// `box:96:160`, `far:20` or `far:20:euclidean`.
  init?(argument: String) {
    let words = argument.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    switch (words.first, words.count) {
    case ("box", 3):
      guard let low = UInt8(words[1]), let high = UInt8(words[2]), low <= high else { return nil }
      self = .box(low...high)
    case ("far", 2), ("far", 3):
      guard let distance = Double(words[1]), distance >= 0, distance.isFinite,
        let metric = FarRegion.Metric(rawValue: words.count == 3 ? words[2] : "maximum")
      else { return nil }
      self = .far(distance, metric)
    default: return nil
    }
  }

  /// How values are written.
  static var allValueStrings: [String] { ["box:LOW:HIGH", "far:DISTANCE", "far:DISTANCE:euclidean"] }
}

import ArgumentParser
import Foundation
import ScrupleCertification
import ScrupleData
import ScrupleNetwork
import ScrupleQuantization

/// The inputs that a proof over boxes is asked for.
struct CertifiedSet {
  /// Whether confidences are capped, or differences bounded.
  var kind: BoxJob.Kind
  var region: InputRegion
  /// The middles of balls.
  var centers: [[UInt8]] = []
  /// Whether the samples are rows of a table, which the device rounds.
  var isTable = false

  /// Differences over every input.
  static let domain = CertifiedSet(kind: .boxes, region: .box(0...255))
}

extension CertifyCommand {
  /// What `--data`, `--ood` and `--cap` ask for; nil when they ask for nothing.
  func region(_ network: Network) throws -> CertifiedSet? {
    switch cap {
    case .box(let range): return CertifiedSet(kind: .caps, region: .box(range))
    case .far(let distance, let metric):
      let (points, list, _) = try load(dataset ?? "", network)
      return CertifiedSet(
        kind: .caps,
        region: .far(try FarRegion(fartherThan: distance, from: points, metric: metric), from: list))
    case nil: break
    }
    guard let name = ood ?? dataset else { return nil }
    let (centers, list, isTable) = try load(name, network)
    return CertifiedSet(
      kind: ood == nil ? .boxes : .caps, region: .balls(around: list, radius: radius ?? 1), centers: centers,
      isTable: isTable)
  }

  /// The pair of both files.
  func pair(_ network: Network, _ file: ProgramFile) throws -> any CertifiedPair {
    do {
      return try Certifier.pair(twin: network, program: file.program)
    } catch {
      throw Failure(.badData, "\(float) and \(int8): \(error)")
    }
  }

  /// The bytes of a set's samples.
  private func load(_ name: String, _ network: Network, count: Int? = nil) throws -> (
    inputs: [[UInt8]], list: InputRegion.SampleList, isTable: Bool
  ) {
    let needsBase = NoiseKind(rawValue: name)?.needsBase == true
    if needsBase, dataset == nil {
      throw Failure(.usage, "\(name) is made from data: name them with --data")
    }
    let base = try needsBase ? data.load(dataset ?? "", for: network.input, limit: nil) : nil
    let wanted = count ?? samples
    let set = try data.load(name, for: network.input, limit: wanted, base: base)
    if let wanted, set.count < wanted {
      throw Failure(.badData, "\(name) has \(set.count) samples, \(wanted) are asked for")
    }
    guard set.count > 0 else { throw Failure(.badData, "\(name) has no samples") }
    let size = network.input.count
    let bytes = try set.quantized(0..<set.count, for: network.input)
    let inputs = (0..<set.count).map { Array(bytes[$0 * size..<($0 + 1) * size]) }
    return (inputs, InputRegion.SampleList(name: name, inputs: inputs), !set.isImage)
  }

  /// Proves a job's boxes, all or a shard of them, and shows or writes what is proved.
  func certify(_ set: CertifiedSet, _ network: Network, _ file: ProgramFile) throws {
    let attempts = evaluations ?? (set.region.boxes > 1 || !set.centers.isEmpty ? 1_000 : 20_000)
    switch set.kind {
    case .boxes:
      let job = BoxJob(
        difference: network, program: file.program, region: set.region,
        includesInputRounding: inputRounding ?? set.isTable, searchSeconds: time, evaluations: attempts,
        seed: data.seed)
      let runner = try BoxRunner(job, reference: network, program: file.program, centers: set.centers)
      try work(BoxPart<BoxDifference>(job: job, shard: shard ?? .whole), runner.differences)
    case .caps:
      let pair = try pair(network, file)
      let against = try ood == nil ? nil : dataset.map { try inDistribution($0, count: nil, file, network) }
      let job = BoxJob(
        cap: pair, region: set.region, searchSeconds: time, evaluations: attempts, seed: data.seed,
        inDistribution: against)
      let runner = try BoxRunner(job, reference: network, program: file.program, centers: set.centers)
      try work(BoxPart<BoxCap>(job: job, shard: shard ?? .whole), runner.caps)
    }
  }

  private typealias Prove<Entry> = (
    [Int], Int, [Entry]?, @escaping @Sendable (Entry, Double) -> Bool
  ) throws -> [Entry?]

  /// Does what a part misses. The part's file is written now and then, and when the user interrupts.
  private func work<Entry: BoxEntry>(
    _ part: BoxPart<Entry>,
    _ prove: ([Int], Int, [Entry]?, @Sendable (Entry, Double) -> Bool) throws -> [Entry?]
  ) throws {
    let path = output.map { shard == nil ? $0 + ".part" : $0 }
    let journal = try PartFile(part, path: path)
    let progress = ProgressLine(silent: format.json)
    let total = part.shard.range(of: part.job.region.boxes).count
    let began = ContinuousClock.now
    let start = total - journal.part.missing.count
    if start > 0 { note("\(path ?? "") has \(start) of \(total) boxes; going on from there") }
    _ = try prove(journal.part.missing, threads ?? allCores, nil) { entry, seconds in
      let done = journal.add(entry, seconds: seconds)
      let passed = (ContinuousClock.now - began) / .seconds(1)
      let left = passed / Double(max(done - start, 1)) * Double(total - done)
      progress.update("\(done) of \(total) boxes, \(duration(left)) left")
      return !Interruption.wasAsked
    }
    progress.clear()
    let finished = journal.part
    if !finished.missing.isEmpty {
      try journal.write()
      let done = total - finished.missing.count
      throw Failure(
        .interrupted,
        "stopped after \(done) of \(total) boxes; "
          + (path.map { "\($0) keeps them: the same command goes on from there" }
            ?? "without -o nothing is kept"))
    }
    if let shard, let output {
      try journal.write()
      if !format.json {
        print("\(output): shard \(shard.words), boxes \(shard.range(of: part.job.region.boxes).words)")
      }
      return
    }
    let document = try finished.document()
    if let output { try write(document, to: output) }
    journal.remove()
    let page = try writeReport(document)
    if format.json { return try printJSON(document) }
    document.show()
    if let page { print(page) }
  }

  /// What the program says of the data that a guaranteed AUROC compares with.
  private func inDistribution(
    _ name: String, count: Int?, _ file: ProgramFile, _ network: Network
  ) throws -> CapCertificate.InDistribution {
    // `--samples` counts the boxes; the comparison is with the whole set.
    let set = try data.load(name, for: network.input, limit: count)
    let bytes = try set.quantized(0..<set.count, for: network.input)
    let size = network.input.count
    let answers = try file.engine.run(bytes, threads: threads ?? allCores)
    let classes = answers.classCount
    let confidences = (0..<set.count).map { row in
      Double(answers.probabilities[row * classes..<(row + 1) * classes].max() ?? 0) * 0x1p-31
    }
    return CapCertificate.InDistribution(
      name: name, inputs: (0..<set.count).map { Array(bytes[$0 * size..<($0 + 1) * size]) },
      confidences: confidences)
  }

  /// The same for a certificate that is checked.
  func inDistribution(
    of document: CertificateDocument, _ file: ProgramFile, _ network: Network
  ) throws -> CapCertificate.InDistribution? {
    guard case .caps(let certificate) = document.proof, let stated = certificate.detection?.data else {
      return nil
    }
    return try inDistribution(stated.name, count: stated.samples, file, network)
  }
}

extension Range<Int> {
  /// The first and the last.
  fileprivate var words: String { isEmpty ? "none" : "\(lowerBound) to \(upperBound - 1)" }
}

/// A part of a certification in memory and, from time to time, in its file.
final class PartFile<Entry: BoxEntry>: @unchecked Sendable {
  // Everything mutable is used under the lock.
  private let lock = NSLock()
  private let path: String?
  private var state: BoxPart<Entry>
  private var written = Date()

  /// Goes on from the part in the file, if there is one of the same job and shard.
  init(_ part: BoxPart<Entry>, path: String?) throws {
    self.path = path
    state = part
    guard let path, FileManager.default.fileExists(atPath: path) else { return }
    let old: BoxPart<Entry>
    do {
      old = try BoxPart(json: Data(try readBytes(path)))
    } catch is DecodingError {
      throw Failure(.badData, "\(path): not a part of a certification; remove it or choose another -o")
    } catch let error as CertificationError {
      throw Failure(.badData, "\(path): \(error)")
    }
    if let difference = old.job.difference(from: part.job) {
      throw Failure(
        .badData, "\(path): a part of another certification (\(difference)); remove it or choose another -o")
    }
    guard old.shard == part.shard, old.tool == part.tool else {
      throw Failure(
        .badData, "\(path): shard \(old.shard.words) of \(old.tool); remove it or choose another -o")
    }
    state = old
  }

  var part: BoxPart<Entry> { lock.withLock { state } }

  /// - Returns: how many boxes are done.
  func add(_ entry: Entry, seconds: Double) -> Int {
    lock.withLock {
      state.add(entry, seconds: seconds)
      if Date().timeIntervalSince(written) > 10 {
        // The end of the work writes again, and tells if it can't.
        try? save()
      }
      return state.boxes.count
    }
  }

  func write() throws { try lock.withLock { try save() } }

  func remove() {
    if let path { try? FileManager.default.removeItem(atPath: path) }
  }

  private func save() throws {
    written = Date()
    guard let path else { return }
    try replaceFile(path, with: [UInt8](try state.json) + [UInt8(ascii: "\n")])
  }
}

extension Shard: ExpressibleByArgument {
  /// `2/8`.
  public init?(argument: String) {
    self.init(argument)
  }
}

/// As many threads as there are cores.
var allCores: Int { ProcessInfo.processInfo.activeProcessorCount }

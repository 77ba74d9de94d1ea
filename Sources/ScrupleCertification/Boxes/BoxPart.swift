import Foundation

/// What is proved of one box, in a list of many.
public protocol BoxEntry: Codable, Equatable, Sendable {
  /// The box's number in its region, from 0.
  var index: Int { get }
  /// The certificate of all boxes of a job.
  static func document(_ job: BoxJob, _ boxes: [Self], seconds: Double) throws(CertificationError)
    -> CertificateDocument
}

extension BoxDifference: BoxEntry {
  /// Certificate C.
  public static func document(
    _ job: BoxJob, _ boxes: [BoxDifference], seconds: Double
  ) throws(CertificationError) -> CertificateDocument {
    CertificateDocument(job, differences: boxes, seconds: seconds)
  }
}

extension BoxCap: BoxEntry {
  /// Certificate E.
  public static func document(
    _ job: BoxJob, _ boxes: [BoxCap], seconds: Double
  ) throws(CertificationError) -> CertificateDocument {
    guard let wholeDomain = job.wholeDomain else {
      throw .parts(reason: "a job of confidence caps without the whole domain's certificate")
    }
    return CertificateDocument(job, caps: boxes, wholeDomain: wholeDomain, seconds: seconds)
  }
}

/// One of several equal shares of a job.
public struct Shard: Equatable, Sendable, Codable {
  /// Which one, from 1.
  public let index: Int
  /// Of how many.
  public let of: Int

  /// The whole job.
  public static let whole = Shard(index: 1, of: 1)

  private init(index: Int, of: Int) {
    (self.index, self.of) = (index, of)
  }

  /// Reads `2/8`; nil for what is not a share.
  public init?(_ text: String) {
    let numbers = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard numbers.count == 2, let index = numbers[0], let of = numbers[1], of >= 1, (1...of).contains(index)
    else { return nil }
    self.init(index: index, of: of)
  }

  /// The share's boxes, of `total`.
  public func range(of total: Int) -> Range<Int> {
    total * (index - 1) / of..<total * index / of
  }
}

/// A share of a job's boxes, finished or not: the file that a shard writes, and goes on from.
public struct BoxPart<Entry: BoxEntry>: Equatable, Sendable, Codable {
  /// What is being proved.
  public var job: BoxJob
  /// The share.
  public var shard: Shard
  /// The boxes that are done, in ascending order.
  public private(set) var boxes: [Entry]
  /// Thread time that the proofs took.
  public var seconds: Double
  /// Name and version of the program that made the part.
  public var tool: String

  /// A part of which nothing is done.
  public init(job: BoxJob, shard: Shard) {
    (self.job, self.shard, boxes, seconds, tool) = (job, shard, [], 0, CertificateDocument.tool)
  }

  /// What is left to do.
  public var missing: [Int] {
    let done = Set(boxes.map(\.index))
    return shard.range(of: job.region.boxes).filter { !done.contains($0) }
  }

  /// Adds a box.
  public mutating func add(_ box: Entry, seconds: Double) {
    let place = boxes.lastIndex { $0.index < box.index }.map { $0 + 1 } ?? 0
    boxes.insert(box, at: place)
    self.seconds += seconds
  }

  /// The certificate, when all boxes of the job are in this part.
  public func document() throws(CertificationError) -> CertificateDocument {
    try Self.merge([self])
  }

  /// The file's text.
  public var json: Data {
    get throws { try SealedText.encode(self) }
  }

  /// Reads a part's file.
  public init(json: Data) throws {
    self = try JSONDecoder().decode(Self.self, from: json)
    guard SealedText.isIntact(json) else { throw CertificationError.brokenSeal }
  }

  /// Puts parts of one job together.
  ///
  /// - Throws: ``CertificationError/parts(reason:)`` when they are of different jobs, overlap, or leave a gap.
  public static func merge(_ parts: [Self]) throws(CertificationError) -> CertificateDocument {
    guard let first = parts.first else { throw .parts(reason: "there are no parts") }
    for part in parts.dropFirst() {
      if let difference = part.job.difference(from: first.job) {
        throw .parts(
          reason: "shard \(part.shard.words) is of another job than shard \(first.shard.words): \(difference)"
        )
      }
      guard part.tool == first.tool else {
        throw .parts(reason: "made by different versions: \(first.tool) and \(part.tool)")
      }
    }
    var owner: [Int: Shard] = [:]
    for part in parts {
      for box in part.boxes {
        if let other = owner.updateValue(part.shard, forKey: box.index) {
          throw .parts(
            reason: "box \(box.index) comes twice: in shard \(other.words) and in shard \(part.shard.words)")
        }
      }
    }
    let total = first.job.region.boxes
    if let missing = (0..<total).first(where: { owner[$0] == nil }) {
      let unfinished = parts.first { $0.shard.range(of: total).contains(missing) }
      let count = total - owner.count
      throw .parts(
        reason: "\(count) of \(total) boxes are missing, the first is \(missing): "
          + (unfinished.map { "shard \($0.shard.words) is not finished; run it again to go on" }
            ?? "its shard is not among the parts"))
    }
    guard owner.count == total else { throw .parts(reason: "there are more boxes than the job has") }
    let boxes = parts.flatMap(\.boxes).sorted { $0.index < $1.index }
    return try Entry.document(first.job, boxes, seconds: parts.reduce(0) { $0 + $1.seconds })
  }
}

extension Shard {
  /// As on the command line.
  public var words: String { "\(index)/\(of)" }
}

extension BoxJob {
  /// In what another job differs; nil if in nothing.
  public func difference(from other: BoxJob) -> String? {
    if kind != other.kind { return "\(kind.rawValue) and \(other.kind.rawValue)" }
    if models.float != other.models.float { return "the float models are not the same" }
    if models.int8 != other.models.int8 { return "the int8 models are not the same" }
    if region != other.region { return "the inputs or their radius are not the same" }
    return self == other
      ? nil : "time, attacks, seed, input rounding or in-distribution data are not the same"
  }
}

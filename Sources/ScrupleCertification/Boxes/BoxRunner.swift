import Foundation
import ScrupleNetwork
import ScrupleQuantization

/// Works through the boxes of a job, on several threads.
public struct BoxRunner: Sendable {
  private let job: BoxJob
  private let centers: [[UInt8]]
  private let reference: Network
  private let program: IntegerProgram

  /// - Parameters:
  ///   - reference: the float model, the program's twin or (for certificate C) any other.
  ///   - centers: of a job around samples: all of them, also those that another shard does.
  /// - Throws: ``CertificationError/region(reason:)`` if the centers are not the job's.
  public init(
    _ job: BoxJob, reference: Network, program: IntegerProgram, centers: [[UInt8]]
  ) throws(CertificationError) {
    if case .balls(let samples, let radius) = job.region {
      guard InputRegion.SampleList(name: samples.name, inputs: centers) == samples else {
        throw .region(reason: "the samples of \(samples.name) are not those that the certificate is about")
      }
      guard (0...255).contains(radius) else { throw .region(reason: "a radius of \(radius) byte steps") }
    }
    guard job.inputs == program.inputCount, centers.allSatisfy({ $0.count == job.inputs }) else {
      throw .region(reason: "inputs of \(job.inputs) bytes for a model that reads \(program.inputCount)")
    }
    (self.job, self.centers, self.reference, self.program) = (job, centers, reference, program)
  }

  /// Certificate C's bounds of some boxes.
  ///
  /// - Parameters:
  ///   - indices: the boxes' numbers.
  ///   - again: the same boxes as a certificate has them, to be derived again: each is searched in as many parts, and
  ///     nothing is attacked. Nil for new ones: the job's seconds and evaluations count.
  ///   - finished: told of every box as it is finished, and of the time it took; false stops.
  public func differences(
    _ indices: [Int], threads: Int, again: [BoxDifference]? = nil,
    finished: @Sendable (BoxDifference, _ seconds: Double) -> Bool = { _, _ in true }
  ) throws(CertificationError) -> [BoxDifference?] {
    guard reference.isDenseChain else { return try graphDifferences(indices, threads, again, finished) }
    let certifier = try DifferentialCertifier(
      reference: reference, program: program, includesInputRounding: job.includesInputRounding)
    let tasks = indices.enumerated().map {
      Task(index: $1, parts: again?[$0].parts, known: again?[$0].found?.input.bytes)
    }
    return run(tasks, threads, { DifferentialCertifier.Workspace(certifier) }, finished) {
      workspace, task, attack in
      let box = self.box(task.index)
      let start = threadSeconds()
      var entry = BoxDifference(workspace.certificate(box), index: task.index, input: self.input(task.index))
      var seconds = threadSeconds() - start
      self.attack(&entry, task, attack)
      if let budget = self.budget(task.parts) {
        let known = task.known ?? entry.found?.input.bytes
        let search = certifier.largestDifference(
          .probability, over: box, budget: budget, seeds: known.map { [$0] } ?? [])
        entry.tighten(search)
        seconds += search.seconds
      }
      return (entry, seconds)
    }
  }

  /// Certificate E's caps of some boxes.
  public func caps(
    _ indices: [Int], threads: Int, again: [BoxCap]? = nil,
    finished: @Sendable (BoxCap, _ seconds: Double) -> Bool = { _, _ in true }
  ) throws(CertificationError) -> [BoxCap?] {
    guard program.isDenseChain else { return try graphCaps(indices, threads, again, finished) }
    let certifier = try ConfidenceCap(program: program)
    let tasks = indices.enumerated().map { Task(index: $1, parts: again?[$0].parts) }
    return run(tasks, threads, { ConfidenceCap.Workspace(certifier) }, finished) { workspace, task, attack in
      let start = threadSeconds()
      var entry = self.cap(task, certifier, workspace)
      let seconds = threadSeconds() - start
      self.attack(&entry, task, attack)
      return (entry, seconds)
    }
  }

  /// Looks for a bad input in a new box.
  private func attack(_ entry: inout BoxDifference, _ task: Task, _ attack: BoxAttack) {
    guard task.parts == nil, job.evaluations > 0 else { return }
    let found = attack.run(
      .change, over: box(task.index), evaluations: job.evaluations, seed: seed(task.index))
    entry.found = .init(change: found.value, gap: attack.gap(at: found.input), input: InputBytes(found.input))
  }

  private func attack(_ entry: inout BoxCap, _ task: Task, _ attack: BoxAttack) {
    guard task.parts == nil, job.evaluations > 0, entry.found == nil else { return }
    let found = attack.run(
      .confidence, over: box(task.index), evaluations: job.evaluations, seed: seed(task.index))
    entry.found = .init(confidence: found.value, input: InputBytes(found.input))
  }

  private func cap(_ task: Task, _ certifier: ConfidenceCap, _ workspace: ConfidenceCap.Workspace) -> BoxCap {
    let input = input(task.index)
    if case .far(let region, _) = job.region {
      let budget = budget(task.parts) ?? SearchBudget(ratio: 1.001)
      let search = certifier.largestConfidence(in: region, budget: budget)
      let found =
        search.input.isEmpty ? nil : BoxCap.Found(confidence: search.found, input: InputBytes(search.input))
      return BoxCap(index: task.index, input: nil, cap: search.bound, parts: search.boxes, found: found)
    }
    let box = box(task.index)
    guard let budget = budget(task.parts) else {
      return BoxCap(index: task.index, input: input, cap: workspace.caps(over: box).max() ?? 1, parts: 1)
    }
    let search = certifier.largestConfidence(over: box, budget: budget)
    return BoxCap(index: task.index, input: input, cap: search.bound, parts: search.boxes)
  }
}

extension BoxRunner {
  /// ``differences(_:threads:again:finished:)`` for models that are more than dense layers in a row.
  private func graphDifferences(
    _ indices: [Int], _ threads: Int, _ again: [BoxDifference]?,
    _ finished: @Sendable (BoxDifference, _ seconds: Double) -> Bool
  ) throws(CertificationError) -> [BoxDifference?] {
    try refuseSearch()
    let certifier = GraphCertifier(
      try GraphPair(twin: reference, program: program), includesInputRounding: job.includesInputRounding)
    let tasks = indices.enumerated().map { Task(index: $1, parts: again?[$0].parts) }
    return run(tasks, threads, {}, finished) { _, task, attack in
      let start = threadSeconds()
      let certificate = certifier.bound(self.box(task.index))
      var entry = BoxDifference(certificate, index: task.index, input: self.input(task.index))
      let seconds = threadSeconds() - start
      self.attack(&entry, task, attack)
      return (entry, seconds)
    }
  }

  /// ``caps(_:threads:again:finished:)`` for models that are more than dense layers in a row.
  private func graphCaps(
    _ indices: [Int], _ threads: Int, _ again: [BoxCap]?,
    _ finished: @Sendable (BoxCap, _ seconds: Double) -> Bool
  ) throws(CertificationError) -> [BoxCap?] {
    try refuseSearch()
    let certifier = try GraphConfidenceCap(program: program)
    let tasks = indices.enumerated().map { Task(index: $1, parts: again?[$0].parts) }
    return run(tasks, threads, {}, finished) { _, task, attack in
      let start = threadSeconds()
      let cap = certifier.cap(over: self.box(task.index))
      var entry = BoxCap(index: task.index, input: self.input(task.index), cap: cap, parts: 1)
      let seconds = threadSeconds() - start
      self.attack(&entry, task, attack)
      return (entry, seconds)
    }
  }

  private func refuseSearch() throws(CertificationError) {
    guard job.searchSeconds == nil else {
      throw .region(
        reason: "only boxes of models with dense layers in a row are searched: leave out the time")
    }
    if case .far = job.region {
      throw .region(reason: "only models with dense layers in a row are searched for what is far from data")
    }
  }
}

extension IntegerProgram {
  /// Whether the program is only dense operations in a row.
  var isDenseChain: Bool {
    layers.indices.allSatisfy { index in
      if case .dense = layers[index] { sources[index] == [index - 1] } else { false }
    }
  }
}

extension BoxRunner {
  /// Whether an input belongs to a box of the job.
  func contains(_ input: [UInt8], in index: Int) -> Bool {
    if case .far(let region, _) = job.region { return region.contains(input) }
    return box(index).contains(input)
  }
}

extension BoxRunner {
  private struct Task: Sendable {
    var index: Int
    /// Of a box that is derived again: the parts it was searched in.
    var parts: Int?
    /// Of a box that is derived again: the attack's input, which the search started from.
    var known: [UInt8]?
  }

  private func run<Workspace, Entry: Sendable>(
    _ tasks: [Task], _ threads: Int, _ workspace: @Sendable () -> Workspace,
    _ finished: @Sendable (Entry, Double) -> Bool,
    _ body: @Sendable (Workspace, Task, BoxAttack) -> (Entry, Double)
  ) -> [Entry?] {
    parallelMap(
      tasks, threads: threads,
      workspace: { (workspace(), BoxAttack(reference: reference, program: program)) },
      finished: { finished($1.0, $1.1) }
    ) { body($0.0, $1, $0.1) }.map { $0?.0 }
  }

  private func box(_ index: Int) -> InputBox {
    switch job.region {
    case .balls(_, let radius): .ball(around: centers[index], radius: radius)
    case .box(let range): .noise(range, inputs: job.inputs)
    case .far(let region, _): region.domain
    }
  }

  private func input(_ index: Int) -> InputBytes? {
    if case .balls = job.region { InputBytes(centers[index]) } else { nil }
  }

  /// Nearby seeds would start alike.
  private func seed(_ index: Int) -> UInt64 { job.seed &+ UInt64(index + 1) &* 0x9E37_79B9_7F4A_7C15 }

  /// How long a box is searched; nil for no search.
  private func budget(_ parts: Int?) -> SearchBudget? {
    if let parts { return parts > 1 ? SearchBudget(boxes: parts) : nil }
    return job.searchSeconds.map { SearchBudget(seconds: $0) }
  }
}

/// Processor time that the calling thread has had: what other programs take does not count.
private func threadSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

import Dispatch
import ScrupleRuntime
import Synchronization

/// A validated model on the host: its bytes, aligned for the fastest kernels, and runs of one input or many.
///
/// The bytes are validated once, when the engine is made. Results are the same bits on any number of threads.
public final class Engine: Sendable {
  private let memory: AlignedMemory
  /// The weights as this host's widest instructions want them; nil where it has none for that.
  private let batchWeights: AlignedMemory?
  private let byteCount: Int

  /// Bytes of one input.
  public let inputCount: Int
  /// Number of classes.
  public let classCount: Int

  /// Bytes of RAM that a run takes.
  public let arenaSize: Int

  /// Multiply–accumulates of one inference.
  public let multiplyAccumulates: Int
  /// The program, in order.
  public let operations: [Operation]

  /// Acceptance threshold in Q1.31; 0 for none.
  public let threshold: UInt32

  /// The certified gap factor e^c in Q8.24; 0 without a certificate.
  public let gapFactor: UInt32
  let inputOffset: Int, logitsOffset: Int

  /// Takes the bytes of a `.scruple` file.
  ///
  /// - Throws: ``DeviceError/invalidModel(_:)``.
  public init(_ file: [UInt8]) throws(DeviceError) {
    memory = AlignedMemory(copying: file)
    byteCount = file.count
    do throws(ModelError) {
      let model = try Model(validating: UnsafeRawBufferPointer(rebasing: memory.bytes[..<byteCount]).bytes)
      inputCount = model.inputCount
      classCount = model.classCount
      arenaSize = model.arenaSize
      inputOffset = model.inputOffset
      logitsOffset = model.logitsOffset
      threshold = model.threshold
      gapFactor = model.gapFactor
      operations = (0..<model.operationCount).map { model.operation($0) }
      multiplyAccumulates = operations.reduce(0) { $0 + $1.multiplyAccumulates }
      let weights = AlignedMemory(byteCount: model.batchWeightsSize)
      batchWeights = model.prepareBatch(weights.bytes) ? weights : nil
    } catch {
      throw .invalidModel(error)
    }
  }

  /// Input `index` of a batch.
  func input(_ index: Int, of inputs: [UInt8]) -> [UInt8] {
    Array(inputs[index * inputCount..<(index + 1) * inputCount])
  }

  /// The file's bytes.
  public var file: [UInt8] { Array(memory.bytes[..<byteCount]) }

  /// The file's size in bytes.
  public var fileSize: Int { byteCount }

  /// The model, for as long as `body` runs.
  public func withModel<Result: ~Copyable, Failure: Error>(
    _ body: (borrowing Model) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    // SAFETY: the bytes passed validation in `init` and never change.
    let model = unsafe Model(trusting: UnsafeRawBufferPointer(rebasing: memory.bytes[..<byteCount]).bytes)
    return try body(model)
  }

  /// Runs every input of a batch.
  ///
  /// - Parameters:
  ///   - inputs: n × ``inputCount`` bytes, one input after the other.
  ///   - threads: how many at a time; the results don't depend on it.
  /// - Throws: ``DeviceError/inputLength(_:expected:)`` when `inputs` is no whole number of inputs.
  public func run(_ inputs: [UInt8], threads: Int = 1) throws(DeviceError) -> Predictions {
    guard inputs.count % inputCount == 0 else { throw .inputLength(inputs.count, expected: inputCount) }
    let count = inputs.count / inputCount
    let workers = max(1, min(threads, count / 32))
    let failure = Mutex<RunError?>(nil)
    var probabilities: [UInt32] = []
    let verdicts = [Verdict](unsafeUninitializedCapacity: count) { verdicts, initialized in
      probabilities = [UInt32](unsafeUninitializedCapacity: count * classCount) {
        probabilities, initialized in
        inputs.withUnsafeBytes { inputs in
          let batch = Batch(inputs: inputs, verdicts: verdicts, probabilities: probabilities)
          @Sendable func run(_ worker: Int) {
            do throws(RunError) {
              try fill(batch, count * worker / workers..<count * (worker + 1) / workers)
            } catch {
              failure.withLock { $0 = error }
            }
          }
          if workers == 1 {
            run(0)
          } else {
            DispatchQueue.concurrentPerform(iterations: workers, execute: run)
          }
        }
        initialized = failure.withLock { $0 == nil } ? count * classCount : 0
      }
      initialized = failure.withLock { $0 == nil } ? count : 0
    }
    if let failure = failure.withLock({ $0 }) { throw .notRun(failure) }
    return Predictions(classCount: classCount, verdicts: verdicts, probabilities: probabilities)
  }

  /// Where workers read and write, each in its own range.
  private struct Batch: @unchecked Sendable {
    let inputs: UnsafeRawBufferPointer
    let verdicts: UnsafeMutableBufferPointer<Verdict>
    let probabilities: UnsafeMutableBufferPointer<UInt32>
  }

  private func fill(_ batch: Batch, _ range: Range<Int>) throws(RunError) {
    // A few inputs are faster over the file's own weights: there is nothing to share the rearranged ones' size with.
    if let batchWeights, range.count >= 8 { return fill(batch, range, weights: batchWeights) }
    let arena = AlignedMemory(byteCount: arenaSize)
    let input = UnsafeMutableRawBufferPointer(rebasing: arena.bytes[inputOffset..<inputOffset + inputCount])
    let output = UnsafeRawBufferPointer(rebasing: arena.bytes[logitsOffset..<logitsOffset + 4 * classCount])
    try withModel { model throws(RunError) in
      for i in range {
        input.copyMemory(
          from: UnsafeRawBufferPointer(rebasing: batch.inputs[i * inputCount..<(i + 1) * inputCount]))
        var span = arena.bytes.mutableBytes
        batch.verdicts.initializeElement(at: i, to: try model.run(arena: &span))
        UnsafeMutableRawBufferPointer(
          UnsafeMutableBufferPointer(rebasing: batch.probabilities[i * classCount..<(i + 1) * classCount])
        ).copyMemory(from: output)
      }
    }
  }

  /// The same bits over the rearranged weights, many inputs in each pass over them.
  private func fill(_ batch: Batch, _ range: Range<Int>, weights: AlignedMemory) {
    withModel { model in
      let scratch = AlignedMemory(byteCount: model.batchScratchSize)
      for start in stride(from: range.lowerBound, to: range.upperBound, by: Model.batchRows) {
        let end = min(start + Model.batchRows, range.upperBound)
        model.runBatch(
          UnsafeRawBufferPointer(rebasing: batch.inputs[start * inputCount..<end * inputCount]),
          count: end - start, weights: UnsafeRawBufferPointer(weights.bytes), scratch: scratch.bytes,
          probabilities: UnsafeMutableBufferPointer(
            rebasing: batch.probabilities[start * classCount..<end * classCount])
        ) { batch.verdicts.initializeElement(at: start + $0, to: $1) }
      }
    }
  }
}

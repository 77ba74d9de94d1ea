import CScrupleIntrinsics

/// Running many inputs on a host, or one input many times, over weights rearranged for its widest instructions.
///
/// The same bits as ``step(_:arena:)``. Firmware doesn't refer to any of this, so it takes nothing of its flash.
extension Model {
  /// What the addresses of ``prepareBatch(_:)``'s and ``runBatch(_:count:weights:scratch:probabilities:verdict:)``'s memory are multiples of.
  public static var batchAlignment: Int { 64 }
  /// Inputs that one call takes at most.
  public static var batchRows: Int { Int(SCR_PLAIN_ROWS) }
  /// Whether this processor has instructions for it.
  public static var canRunBatches: Bool { scr_instruction_set() >= SCR_AVX512_VBMI2 }

  /// Bytes of the rearranged weights.
  public var batchWeightsSize: Int {
    var size = 0
    for i in 0..<operationCount {
      let operation = operation(i)
      size &+= plainSize(operation)
    }
    return size
  }

  /// Rearranges the weights, once for all calls of ``runBatch(_:count:weights:scratch:probabilities:verdict:)``.
  ///
  /// - Parameter weights: ``batchWeightsSize`` bytes.
  /// - Returns: false where this can't be done: on processors without the instructions, and for weights that no exporter
  ///   writes.
  public func prepareBatch(_ weights: UnsafeMutableRawBufferPointer) -> Bool {
    guard Self.canRunBatches else { return false }
    for i in 0..<operationCount where operation(i).kind != .dense { return false }
    unsafe precondition(weights.count >= batchWeightsSize && Self.isAligned(weights.baseAddress))
    return unsafe bytes.withUnsafeBytes { file in
      // SAFETY: validated offsets, and the sum of all sizes is what `weights` has.
      let file = unsafe file.baseAddress.unsafelyUnwrapped
      var to = unsafe weights.baseAddress.unsafelyUnwrapped
      for i in 0..<operationCount {
        let operation = operation(i)
        let isDone = unsafe scr_plain_prepare(
          to.assumingMemoryBound(to: UInt8.self), file + operation.weightsOffset, groups(operation),
          operation.outputCount)
        guard isDone else { return false }
        unsafe to += plainSize(operation)
      }
      return true
    }
  }

  /// Bytes of working memory for one thread.
  public var batchScratchSize: Int {
    max(batchListsSize, 64 &* ((classCount &+ 15) & ~15)) &+ 2 &* Self.batchRows &* batchRowSize
  }

  /// Classifies `count` inputs.
  ///
  /// - Parameters:
  ///   - inputs: `count` × ``inputCount`` bytes.
  ///   - count: 1…``batchRows``.
  ///   - weights: what ``prepareBatch(_:)`` filled.
  ///   - scratch: ``batchScratchSize`` bytes.
  ///   - probabilities: where `count` × ``classCount`` probabilities (Q1.31) go.
  ///   - verdict: called with each input's number and verdict, in order.
  public func runBatch(
    _ inputs: UnsafeRawBufferPointer, count: Int, weights: UnsafeRawBufferPointer,
    scratch: UnsafeMutableRawBufferPointer, probabilities: UnsafeMutableBufferPointer<UInt32>,
    verdict: (Int, Verdict) -> Void
  ) {
    unsafe precondition(
      Self.canRunBatches && count >= 1 && count <= Self.batchRows && inputs.count >= count &* inputCount
        && weights.count >= batchWeightsSize && Self.isAligned(weights.baseAddress)
        && scratch.count >= batchScratchSize && Self.isAligned(scratch.baseAddress)
        && probabilities.count >= count &* classCount)
    unsafe bytes.withUnsafeBytes { file in
      // SAFETY: the sizes are checked above. Rows of working memory hold the widest tensor, padded.
      let file = unsafe file.baseAddress.unsafelyUnwrapped
      let lists = unsafe scratch.baseAddress.unsafelyUnwrapped
      let near = unsafe lists + batchListsSize
      let far = unsafe near + Self.batchRows &* batchRowSize
      var input = unsafe inputs.baseAddress.unsafelyUnwrapped
      var stride = inputCount
      if stride & 3 != 0 {
        for row in 0..<count {
          unsafe (near + row &* batchRowSize).copyMemory(from: input + row &* stride, byteCount: stride)
        }
        unsafe input = UnsafeRawPointer(near)
        stride = batchRowSize
      }
      var from = unsafe weights.baseAddress.unsafelyUnwrapped
      for i in 0..<operationCount {
        let operation = operation(i)
        let isLast = i == operationCount &- 1
        // The input of operation 1 is in `far`, and so on.
        let output =
          unsafe isLast
          ? UnsafeMutableRawPointer(probabilities.baseAddress.unsafelyUnwrapped) : i & 1 == 0 ? far : near
        let outputStride = isLast ? 4 &* operation.outputCount : batchRowSize
        var plain = unsafe plain(operation, file, from)
        unsafe scr_plain_run(
          &plain, input.assumingMemoryBound(to: UInt8.self), stride, output, outputStride, count, lists)
        unsafe from += plainSize(operation)
        unsafe input = UnsafeRawPointer(output)
        stride = outputStride
      }
      let words = unsafe probabilities.baseAddress.unsafelyUnwrapped
      if count < 4 {
        for row in 0..<count { unsafe verdict(row, self.verdict(words: words + row &* classCount)) }
      } else {
        unsafe judge(file, words, count, columns: lists.assumingMemoryBound(to: UInt32.self), verdict)
      }
    }
  }

  /// The confidence head for `count` inputs' accumulators.
  @unsafe
  func judge(
    _ file: UnsafeRawPointer, _ words: UnsafeMutablePointer<UInt32>, _ count: Int,
    columns: UnsafeMutablePointer<UInt32>, _ verdict: (Int, Verdict) -> Void
  ) {
    let last = operation(operationCount &- 1)
    let classes = classCount
    let threshold = threshold
    let factor = gapFactor
    let fractionBits = byte(descriptorOffset(operationCount &- 1) &+ FileLayout.Descriptor.fractionBits)
    let coefficients: InlineArray<3, UInt32> = [Exp2Table.a1, Exp2Table.a2, Exp2Table.a3]
    unsafe Exp2Table.entries.span.withUnsafeBufferPointer { table in
      unsafe coefficients.span.withUnsafeBufferPointer { coefficients in
        var head = unsafe scr_head(
          multipliers: (file + last.multiplierOffset).assumingMemoryBound(to: Int32.self), count: classes,
          shift: UInt32(fractionBits) &- 26, table: table.baseAddress.unsafelyUnwrapped,
          coefficients: coefficients.baseAddress.unsafelyUnwrapped, factor: factor,
          inverse: factor == 0 ? 0 : Reciprocal(of: scr_wide(factor) &<< 8).lowerBound)
        unsafe withUnsafeTemporaryAllocation(of: scr_verdict.self, capacity: 16) { parts in
          let parts = unsafe parts.baseAddress.unsafelyUnwrapped
          var row = 0
          while row < count {
            let rows = min(16, count &- row)
            let start = unsafe words + row &* classes
            unsafe scr_head_rows(start, rows, &head, columns, parts)
            for i in 0..<rows {
              let part = unsafe parts[i]
              let winner = Int(truncatingIfNeeded: part.winner)
              let confidence = unsafe start[i &* classes &+ winner]
              let sure = factor == 0 ? confidence : part.lower
              verdict(
                row &+ i,
                Verdict(
                  classIndex: winner, confidence: confidence, lower: part.lower, upper: part.upper,
                  accepted: threshold != 0 && sure >= threshold,
                  largestLogit: part.best, sum: part.sum))
            }
            row &+= rows
          }
        }
      }
    }
  }

  // MARK: Sizes

  private func groups(_ operation: Operation) -> Int { (operation.inputCount &+ 3) &>> 2 }

  private func plainSize(_ operation: Operation) -> Int {
    operation.kind == .dense
      ? Int(bitPattern: UInt(scr_plain_size(groups(operation), operation.outputCount))) : 0
  }

  /// Bytes of a row of working memory: the widest tensor between operations, or the input.
  private var batchRowSize: Int {
    var widest = inputCount
    for i in 0..<operationCount &- 1 { widest = max(widest, operation(i).outputCount) }
    return (widest &+ 63) & ~63
  }

  private var batchListsSize: Int {
    var most = 0
    for i in 0..<operationCount { most = max(most, groups(operation(i))) }
    return (Int(bitPattern: UInt(scr_plain_scratch(most))) &+ 63) & ~63
  }

  private static func isAligned(_ address: UnsafeRawPointer?) -> Bool {
    Int(bitPattern: address) & (batchAlignment &- 1) == 0
  }

  @unsafe
  private func plain(_ operation: Operation, _ file: UnsafeRawPointer, _ weights: UnsafeRawPointer)
    -> scr_plain
  {
    var plain = unsafe scr_plain(
      weights: weights.assumingMemoryBound(to: UInt8.self),
      bias: (file + operation.biasOffset).assumingMemoryBound(to: Int32.self),
      multiplier: (file + operation.multiplierOffset).assumingMemoryBound(to: Int32.self),
      groups: groups(operation), outputs: operation.outputCount, is_logits: true, shift: 0, zero_point: 0,
      low: 0,
      high: 0)
    if case .activations(let preShift, let zeroPoint, let low, let high) = operation.output {
      unsafe plain.is_logits = false
      unsafe plain.shift = Int32(truncatingIfNeeded: preShift)
      unsafe plain.zero_point = Int32(zeroPoint)
      unsafe plain.low = Int32(low)
      unsafe plain.high = Int32(high)
    }
    return unsafe plain
  }
}

import Dispatch
import Synchronization

extension AttackRun {
  /// Rows that are attacked together: enough to fill a matrix product, and few enough for several threads. Not a
  /// matter of the machine, because sums in a matrix product depend on its size.
  static let chunk = 64

  /// Runs `body` for ranges of rows on all cores.
  ///
  /// - Returns: the results in the rows' order.
  func rows(
    _ count: Int, _ body: @Sendable (Range<Int>) throws -> AttackedRows
  ) throws -> AttackedRows {
    let chunks = (count + Self.chunk - 1) / Self.chunk
    let results = Mutex<[Result<AttackedRows, any Error>?]>(Array(repeating: nil, count: chunks))
    let done = Mutex(0)
    DispatchQueue.concurrentPerform(iterations: chunks) { chunk in
      let range = chunk * Self.chunk..<min(count, (chunk + 1) * Self.chunk)
      let result = Result { try body(range) }
      results.withLock { $0[chunk] = result }
      let finished = done.withLock { total in
        total += range.count
        return total
      }
      progress?(finished, count)
    }
    return AttackedRows(joining: try results.withLock { $0 }.compactMap { try $0?.get() })
  }
}

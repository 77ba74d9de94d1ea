import Foundation
import Synchronization

/// Threads that run the parts of one piece of work side by side, many thousand times a second: a waiting thread
/// spins for some microseconds before it sleeps.
final class ShardPool: @unchecked Sendable {
  let shards: Int
  let threads: Int
  private let round = Atomic<Int>(0)
  private let running = Atomic<Int>(0)
  private let condition = NSCondition()
  /// Written before `round` goes up, read after; `nil` tells the threads to end.
  private var body: ((Int) -> Void)?

  /// - Parameters:
  ///   - shards: parts of the work.
  ///   - threads: that work on them, the calling one included; more than there are parts are not started.
  init(shards: Int, threads: Int) {
    self.shards = shards
    self.threads = max(1, min(threads, shards))
    for index in 1..<max(self.threads, 1) {
      let worker = Worker(pool: self, index: index)
      Thread.detachNewThread { worker.work() }
    }
  }

  /// Ends the threads; the pool does nothing after that.
  func shutDown() {
    guard threads > 1 else { return }
    body = nil
    start()
  }

  /// Runs `body` for every part and returns when all are done.
  func run(_ body: (Int) -> Void) {
    guard threads > 1 else {
      for shard in 0..<shards { body(shard) }
      return
    }
    withoutActuallyEscaping(body) { body in
      self.body = body
      running.store(threads - 1, ordering: .relaxed)
      start()
      for shard in stride(from: 0, to: shards, by: threads) { body(shard) }
      wait { running.load(ordering: .acquiring) == 0 }
      self.body = nil
    }
  }

  private func start() {
    condition.lock()
    round.wrappingAdd(1, ordering: .releasing)
    condition.broadcast()
    condition.unlock()
  }

  /// Returns when `isDone`: spinning at first, then asleep until another thread broadcasts.
  private func wait(_ isDone: () -> Bool) {
    for _ in 0..<20_000 where isDone() { return }
    condition.lock()
    while !isDone() { condition.wait() }
    condition.unlock()
  }

  private final class Worker: @unchecked Sendable {
    let pool: ShardPool  // Kept alive by its threads until `shutDown` ends them.
    let index: Int

    init(pool: ShardPool, index: Int) {
      self.pool = pool
      self.index = index
    }

    /// Does its parts; `false` when there is nothing to do any more. Not inlined, so that its hold on the body
    /// has ended before the others are told.
    @inline(never)
    private func runBody() -> Bool {
      guard let body = pool.body else { return false }
      for shard in stride(from: index, to: pool.shards, by: pool.threads) { body(shard) }
      return true
    }

    func work() {
      var seen = 0
      while true {
        pool.wait { pool.round.load(ordering: .acquiring) != seen }
        seen += 1
        guard runBody() else { return }
        if pool.running.wrappingSubtract(1, ordering: .acquiringAndReleasing).newValue == 0 {
          pool.condition.lock()
          pool.condition.broadcast()
          pool.condition.unlock()
        }
      }
    }
  }
}

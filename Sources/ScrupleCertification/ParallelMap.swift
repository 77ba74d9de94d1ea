import Foundation
import Synchronization

/// Runs `body` over `items` on several threads, each with a workspace of its own.
///
/// - Parameters:
///   - threads: at least 1.
///   - workspace: makes one thread's workspace; called once per thread.
///   - finished: told of every result, one at a time, in the order in which they are finished; false stops the loop after
///     the items that are being worked on.
/// - Returns: the results in the items' order; nil where the loop was stopped before.
func parallelMap<Item: Sendable, Workspace, Result: Sendable>(
  _ items: [Item], threads: Int, workspace: @Sendable () -> Workspace,
  finished: @Sendable (_ index: Int, _ result: Result) -> Bool,
  _ body: @Sendable (Workspace, Item) -> Result
) -> [Result?] {
  let state = Mutex(ParallelState<Result>(results: Array(repeating: nil, count: items.count)))
  DispatchQueue.concurrentPerform(iterations: max(1, min(threads, items.count))) { _ in
    let own = workspace()
    func take() -> Int? {
      state.withLock { state in
        guard !state.stopped, state.next < items.count else { return nil }
        state.next += 1
        return state.next - 1
      }
    }
    while let index = take() {
      let result = body(own, items[index])
      state.withLock { state in
        state.results[index] = result
        if !finished(index, result) { state.stopped = true }
      }
    }
  }
  return state.withLock(\.results)
}

/// What the threads of a ``parallelMap(_:threads:workspace:finished:_:)`` share.
private struct ParallelState<Result: Sendable>: Sendable {
  var next = 0
  var stopped = false
  var results: [Result?]
}

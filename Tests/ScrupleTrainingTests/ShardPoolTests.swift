import Synchronization
import Testing

@testable import ScrupleTraining

@Suite struct ShardPoolTests {
  @Test(arguments: [(1, 1), (2, 2), (5, 2), (3, 8), (4, 3)])
  func `every part runs once a round, and a round ends when all have`(shards: Int, threads: Int) {
    let pool = ShardPool(shards: shards, threads: threads)
    defer { pool.shutDown() }
    let counts = UnsafeMutablePointer<Int>.allocate(capacity: shards)
    counts.initialize(repeating: 0, count: shards)
    defer { counts.deallocate() }
    for round in 1...2000 {
      pool.run { counts[$0] += 1 }
      #expect((0..<shards).allSatisfy { counts[$0] == round })
    }
  }
}

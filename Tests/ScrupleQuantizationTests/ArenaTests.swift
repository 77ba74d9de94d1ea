import ScrupleNetwork
import Testing

@testable import ScrupleQuantization

struct ArenaTests {
  /// No two tensors that live at one time share a byte, and the arena is as large as its highest end.
  private func check(_ plan: ArenaPlan) {
    for (index, a) in plan.buffers.enumerated() {
      #expect(a.offset % 4 == 0 && a.size % 4 == 0 && a.offset >= 0)
      #expect(a.range.upperBound <= plan.size)
      for b in plan.buffers[..<index]
      where a.firstOperation <= b.lastOperation && b.firstOperation <= a.lastOperation {
        #expect(!a.range.overlaps(b.range))
      }
    }
    #expect(plan.size >= plan.lowerBound)
  }

  @Test func `784-128-10 needs 912 bytes`() {
    let plan = Random.quantized([784, 128, 10], seed: 1).program.arenaPlan
    check(plan)
    #expect(plan.size == 912)
    #expect(plan.lowerBound == 912)
    #expect(plan.peak.map(\.name) == ["input", "layer 0"])
  }

  @Test func `every chain fits into its lower bound`() {
    var generator = SeededGenerator(seed: 7)
    for _ in 0..<200 {
      let tensors = (0..<2 + generator.next(below: 20)).map {
        LiveTensor(name: "\($0)", bytes: 1 + generator.next(below: 300), operations: max(0, $0 - 1)...$0)
      }
      let plan = ArenaPlan(planning: tensors)
      check(plan)
      #expect(plan.size == plan.lowerBound)
    }
  }

  @Test func `small graphs get the best plan there is`() {
    var generator = SeededGenerator(seed: 8)
    for _ in 0..<100 {
      let tensors = (0..<5).map { index in
        let first = generator.next(below: 5)
        return LiveTensor(
          name: "\(index)", bytes: 4 * (1 + generator.next(below: 5)),
          operations: first...first + generator.next(below: 4))
      }
      let plan = ArenaPlan(planning: tensors)
      check(plan)
      #expect(plan.size == exhaustive(tensors, upTo: plan.size))
    }
  }

  /// The smallest arena, by trying every word offset of every tensor.
  private func exhaustive(_ tensors: [LiveTensor], upTo limit: Int) -> Int {
    var best = limit
    var offsets: [Int] = []
    func place(_ index: Int, top: Int) {
      if index == tensors.count {
        best = min(best, top)
        return
      }
      let size = tensors[index].size
      for offset in stride(from: 0, through: best - size, by: 4) where max(top, offset + size) < best {
        let overlaps = offsets.indices.contains {
          tensors[$0].conflicts(with: tensors[index]) && offsets[$0] < offset + size
            && offset < offsets[$0] + tensors[$0].size
        }
        if overlaps { continue }
        offsets.append(offset)
        place(index + 1, top: max(top, offset + size))
        offsets.removeLast()
      }
    }
    place(0, top: 0)
    return best
  }
}

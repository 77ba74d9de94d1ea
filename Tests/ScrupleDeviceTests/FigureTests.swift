import Testing

@testable import ScrupleDevice

/// The figures that firmware is held to, counted in QEMU.
@Suite(.serialized) struct FigureTests {
  private static func instructions(_ sizes: [Int], on board: String) throws -> InstructionCount {
    let engine = try Fixture.engine(sizes)
    let run = try QEMUDevice(Board.named(board)).run(engine, Fixture.inputs(2, for: engine))
    return try #require(run.instructions)
  }

  @Test func `a Cortex-M4 runs 784-128-10 in 130,000 instructions, softmax and bracket included`() throws {
    #expect(try Self.instructions([784, 128, 10], on: "mps2-an386").perInference <= 130_000)
  }

  @Test func `a Cortex-M4 runs 2-16-16-3 in 2,800 instructions`() throws {
    #expect(try Self.instructions([2, 16, 16, 3], on: "mps2-an386").perInference <= 2_800)
  }

  @Test func `a Cortex-M3 runs 784-128-10 in 300,000 instructions`() throws {
    #expect(try Self.instructions([784, 128, 10], on: "stm32vldiscovery").perInference <= 300_000)
  }

  @Test func `validation, its CRC included, takes at most 8 instructions a byte`() throws {
    let size = try Fixture.engine([784, 128, 10]).fileSize
    #expect(try Self.instructions([784, 128, 10], on: "mps2-an386").validation <= 8 * size)
  }

  @Test(arguments: Board.all.filter { $0.core.countsInstructions })
  func `the cost model is within 15 % of what QEMU counts`(board: Board) throws {
    for sizes in [[784, 100, 10], [784, 64, 32, 10], [4, 16, 16, 3]] {
      let engine = try Fixture.engine(sizes)
      let counted = try Double(Self.instructions(sizes, on: board.name).perInference)
      let estimated = CostModel(board.core).instructions(of: engine)
      #expect(abs(estimated / counted - 1) < 0.15, "\(sizes): \(estimated) against \(counted)")
    }
  }
}

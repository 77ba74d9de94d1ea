import Foundation
import Testing

@testable import ScrupleDevice

/// What the images' machine code shows.
@Suite struct MachineCodeTests {
  static let boards = Board.all.filter { $0.core != .wasm32 }

  @Test(arguments: boards)
  func `nothing recurses, and the stack's bound fits the reserve with an interrupt on top`(board: Board)
    throws
  {
    var listing = try FirmwareImage.find(for: board).listing()
    // The one that recurses on purpose.
    listing.remove("board_provoke")
    let bound = try StackBound(of: listing, entry: "firmware_main")
    // The guard at the stack's bottom, and the largest frame that an exception stacks.
    #expect(bound.bytes <= Board.programStack - 256 - 104, "\(bound.chain)")
  }

  @Test(arguments: boards)
  func `the measured stack is within the bound from the code`(board: Board) throws {
    let engine = try Fixture.engine([784, 16, 16, 10])
    let measured = try #require(try QEMUDevice(board).run(engine, Fixture.inputs(2, for: engine)).stack)
    let bound = try FirmwareImage.find(for: board, isDense: true).runtimeStackBound()
    #expect(measured <= bound && bound <= 512, "\(measured) \(bound)")
  }

  @Test(arguments: boards)
  func `no image has a heap`(board: Board) throws {
    let heap = [
      "malloc", "calloc", "realloc", "free", "posix_memalign", "sbrk", "swift_alloc", "swift_slowAlloc",
    ]
    let names = try FirmwareImage.find(for: board).listing().functions.map(\.name)
    #expect(names.count > 50)
    #expect(names.filter { name in heap.contains { name.contains($0) } }.isEmpty)
  }

  @Test func `the compiler refuses allocations in firmware`() throws {
    let toolset = try String(
      contentsOf: Fixture.root.appendingPathComponent("firmware-sim/toolsets/embedded.json"), encoding: .utf8)
    #expect(toolset.contains("\"-no-allocations\""))
  }

  @Test(arguments: boards.filter { [.cortexM4, .cortexM7, .cortexM33].contains($0.core) })
  func `the inner loops of DSP cores have no trap branch and no call`(board: Board) throws {
    let listing = try FirmwareImage.find(for: board).listing()
    var found = 0
    for function in listing.functions {
      for loop in function.loops where loop.contains(where: { $0.mnemonic == "smlad" }) {
        found += 1
        #expect(!loop.contains { ["bl", "blx", "udf", "trap"].contains($0.mnemonic) })
        for target in loop.compactMap(\.target) {
          let end = try #require(
            function.instructions.first { $0.address == target }, "a branch out of the function")
          #expect(!["udf", "trap"].contains(end.mnemonic))
        }
        // Two sums of each word of weights, one of them of its low bytes, for one input or two.
        #expect(
          [2, 4].contains(
            loop.count { $0.mnemonic == "smlad" } / max(loop.count { $0.mnemonic == "sxtb16" }, 1)))
      }
    }
    // Four pairs at once, and a single pair.
    #expect(found >= 2)
  }

  @Test(arguments: boards.filter { [.cortexM4, .cortexM7, .cortexM33].contains($0.core) })
  func `the widest loop of DSP cores takes at most 36 instructions for 32 products`(board: Board) throws {
    let loops = try FirmwareImage.find(for: board).listing().functions
      .filter { $0.name.contains("sumFourPairs") }.flatMap(\.loops)
    #expect(loops.map { $0.count { $0.mnemonic == "smlad" } } == [16])
    #expect(loops[0].count <= 36)
  }

  @Test
  func `the widest loops of a Cortex-M55 take at most 20 instructions for 64 products, and call nothing`()
    throws
  {
    let loops = try FirmwareImage.find(for: Board.named("mps3-an547")).listing().functions
      .flatMap(\.loops).filter { $0.contains { $0.mnemonic == "vmlava" } }
    #expect(!loops.joined().contains { ["bl", "blx", "udf", "trap"].contains($0.mnemonic) })
    // A block of four pairs of a dense layer, and a pair for four patches of a convolution.
    let widest = loops.filter { $0.last.map { $0.mnemonic != "b" } ?? false }
      .filter { $0.count { $0.mnemonic == "vmlava" } == 8 }
    #expect(widest.map(\.count).sorted() == [17, 20])
  }

  @Test(arguments: [(true, 6144), (false, 14336)])
  func
    `code and constants of the runtime take at most 6 KiB on a Cortex-M4, 14 KiB with all operations, its variables nothing`(
      isDense: Bool, limit: Int
    ) throws
  {
    let sizes = try FirmwareImage.find(for: Board.named("mps2-an386"), isDense: isDense).sizes
    #expect(sizes.text > 2000 && sizes.text + sizes.rodata <= limit)
    #expect(sizes.data == 0 && sizes.bss == 0)
  }

  @Test func `a map's sections are added up by whose they are`() {
    let map = """
           VMA      LMA     Size Align Out     In      Symbol
             0        0      520     4 .text
             0        0       40     4         /x/objects/cortex-m4/Board/startup_arm.c.o:(.vectors)
            40       40       10     4         /x/objects/cortex-m4/ScrupleRuntime/Dense.swift.o:(.text.$e14Name)
            41       41       10     1                 $e14Name
            50       50        8     4         /x/objects/cortex-m4/ScrupleRuntime/CRC32.swift.o:(.rodata)
            58       58        6     4         /x/objects/cortex-m4/Board/memory.c.o:(.text.memcpy)
      20000000       60        4     4         /x/objects/cortex-m4/ScrupleRuntime/A.swift.o:(.data.x)
      20000004 20000004        c     4         /x/objects/cortex-m4/ScrupleRuntime/A.swift.o:(.bss.y)
             0        0      14e     1         /x/objects/cortex-m4/ScrupleRuntime/A.swift.o:(.debug_info)
      """
    #expect(ImageSizes(map: map) == ImageSizes(text: 0x16, rodata: 8, data: 4, bss: 12, harness: 0x40))
  }

  @Test func `recursion, dynamic frames and unknown calls are found`() throws {
    func bound(_ code: String) throws -> Int { try StackBound(of: Listing(code), entry: "f").bytes }
    let leaf = "00000010 <g>:\n      10:      \tpush\t{r4, lr}\n      12:      \tpop\t{r4, pc}\n"
    let call =
      "\n00000020 <f>:\n      20:      \tsub\tsp, #0x18\n      22:      \tbl\t0x10 <g> @ imm = #-0x16\n"
    #expect(try bound(leaf + call) == 0x18 + 8)
    #expect(throws: StackBound.Unbounded.recursion(["f"])) {
      try bound("00000020 <f>:\n      22:      \tbl\t0x20 <f> @ imm\n")
    }
    #expect(throws: StackBound.Unbounded.dynamicFrame("f")) {
      try bound("00000020 <f>:\n      22:      \tsub\tsp, r3\n")
    }
    #expect(throws: StackBound.Unbounded.indirectCall("f")) {
      try bound("00000020 <f>:\n      22:      \tblx\tr3\n")
    }
    let literal =
      "\n00000020 <f>:\n      20:      \tldr\tr3, [pc, #0x4] @ 0x28 <f+0x8>\n      22:      \tadd\tr3, pc\n"
      + "      24:      \tblx\tr3\n      28: eb ff ff ff  \t.word\t0xffffffeb\n"
    #expect(try bound(leaf + literal) == 8)
  }
}

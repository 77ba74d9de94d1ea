extension Board {
  /// Every board, from the smallest.
  public static let all: [Board] = [
    arm(
      "microbit", "BBC micro:bit, Nordic nRF51822", .cortexM0, megahertz: 16, flash: 256 << 10, ram: 16 << 10,
      origin: 0, shift: 7),
    arm(
      "stm32vldiscovery", "STM32VLDISCOVERY, ST STM32F100RB", .cortexM3, megahertz: 24, flash: 128 << 10,
      ram: 8 << 10, origin: 0x0800_0000, shift: 7),
    arm(
      "mps2-an385", "Arm MPS2 with AN385", .cortexM3, megahertz: 25, flash: 4 << 20, ram: 4 << 20, origin: 0,
      shift: 7),
    arm(
      "netduinoplus2", "Netduino Plus 2, ST STM32F405RG (192 KiB RAM, 128 KiB of them in one piece)",
      .cortexM4, megahertz: 168, flash: 1 << 20, ram: 128 << 10, origin: 0x0800_0000, shift: 4),
    arm(
      "mps2-an386", "Arm MPS2 with AN386", .cortexM4, megahertz: 25, flash: 4 << 20, ram: 4 << 20, origin: 0,
      shift: 7),
    arm(
      "mps2-an500", "Arm MPS2 with AN500", .cortexM7, megahertz: 25, flash: 4 << 20, ram: 4 << 20, origin: 0,
      shift: 7),
    arm(
      "mps2-an505", "Arm MPS2 with AN505", .cortexM33, megahertz: 20, flash: 4 << 20, ram: 2 << 20,
      origin: 0x1000_0000, shift: 7),
    arm(
      "mps3-an547", "Arm MPS3 with AN547", .cortexM55, megahertz: 32, flash: 512 << 10, ram: 512 << 10,
      origin: 0, shift: 7),
    riscv(
      "virt", "GigaDevice GD32VF103CB", .rv32imac, megahertz: 108, flash: 128 << 10, ram: 32 << 10,
      processor: "rv32"),
    riscv(
      "virt-rv32i", "PicoRV32 on a Lattice iCE40 UP5K", .rv32i, megahertz: 12, flash: 1 << 20, ram: 128 << 10,
      processor: "rv32,m=false,a=false,c=false,f=false,d=false"),
    Board(
      name: "wasm32", part: "WebAssembly", core: .wasm32, clock: nil, flash: (4 << 20) + (24 << 10),
      ram: (1 << 20) + programRAM,
      machine: Machine(
        emulator: .wasmkit, arguments: ["run"], flashOrigin: 0, nanosecondsPerInstructionLog2: 0,
        counterFrequency: nil, instructionsPerWrap: 0)),
  ]

  /// The board of that name.
  public static func named(_ name: String) throws(DeviceError) -> Board {
    guard let board = all.first(where: { $0.name == name }) else {
      throw .unknownBoard(name, known: all.map(\.name))
    }
    return board
  }

  private static func arm(
    _ name: String, _ part: String, _ core: Core, megahertz: Int, flash: Int, ram: Int, origin: UInt32,
    shift: Int
  ) -> Board {
    // SysTick counts the processor's clock.
    Board(
      name: name, part: part, core: core, clock: megahertz * 1_000_000, flash: flash, ram: ram,
      machine: Machine(
        emulator: .arm, arguments: ["-M", name], flashOrigin: origin, nanosecondsPerInstructionLog2: shift,
        counterFrequency: megahertz * 1_000_000, instructionsPerWrap: core == .cortexM0 ? 5 : 6))
  }

  private static func riscv(
    _ name: String, _ part: String, _ core: Core, megahertz: Int, flash: Int, ram: Int, processor: String
  ) -> Board {
    Board(
      name: name, part: part, core: core, clock: megahertz * 1_000_000, flash: flash, ram: ram,
      machine: Machine(
        emulator: .riscv32, arguments: ["-M", "virt", "-bios", "none", "-cpu", processor],
        flashOrigin: 0x8000_0000,
        nanosecondsPerInstructionLog2: 0, counterFrequency: nil, instructionsPerWrap: 0))
  }
}

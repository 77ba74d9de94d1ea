extension Listing {
  /// Where a function's calls and jumps out of it go; nil for a call whose target can't be told from the code.
  ///
  /// Compilers that call something often keep its address in a register: `ldr r, [pc, …]`, `add r, pc`, `blx r`.
  func targets(of function: Int) -> [Int?] {
    let code = functions[function]
    // Of registers and of places on the stack, by their text.
    var registers: [Substring: Int] = [:]
    var targets: [Int?] = []
    for instruction in code.instructions {
      let operands = instruction.operands.split(separator: ",", maxSplits: 1).map { $0.drop { $0 == " " } }
      let first = operands.first ?? ""
      switch instruction.mnemonic {
      case "ldr" where operands.count == 2 && operands[1].hasPrefix("[pc"):
        registers[first] = Listing.address(after: "@ 0x", in: operands[1]).flatMap { constants[$0] }
      case "ldr" where operands.count == 2 && operands[1].hasPrefix("[sp"):
        registers[first] = registers[operands[1]]
      case "str" where operands.count == 2 && operands[1].hasPrefix("[sp"):
        registers[operands[1]] = registers[first]
      case "add" where operands.count == 2 && operands[1] == "pc":
        registers[first] = registers[first].map { ($0 + instruction.address + 4) & 0xFFFF_FFFF }
      case "mov" where operands.count == 2:
        registers[first] = registers[operands[1]]
      case "blx" where instruction.target == nil:
        targets.append(registers[first].map { $0 & ~1 })
      case "jalr" where instruction.target == nil && first != "zero":
        targets.append(nil)
      default:
        if let target = instruction.target,
          Listing.isCall(instruction) || self.function(at: target) != function
        {
          targets.append(target)
        } else if !instruction.mnemonic.hasPrefix("str"), !instruction.mnemonic.hasPrefix("cmp") {
          registers[first] = nil
        }
      }
    }
    return targets
  }

  private static func isCall(_ instruction: Instruction) -> Bool {
    ["bl", "blx", "jal", "jalr", "call"].contains(instruction.mnemonic)
  }

  private static func address(after prefix: String, in operands: Substring) -> Int? {
    operands.range(of: prefix).flatMap { Int(operands[$0.upperBound...].prefix { $0.isHexDigit }, radix: 16) }
  }
}

/// The machine code of a firmware image, as `llvm-objdump -d --no-show-raw-insn` lists it.
struct Listing {
  struct Instruction {
    let address: Int

    /// `bl`, `push`, `addi` …, without a width suffix.
    let mnemonic: String

    /// As printed, with the comment.
    let operands: String

    /// The address that a branch or call goes to.
    var target: Int? {
      guard let start = operands.range(of: "0x") else { return nil }
      let digits = operands[start.upperBound...].prefix { $0.isHexDigit }
      // A target is followed by its symbol, an immediate is not.
      return operands[digits.endIndex...].hasPrefix(" <") ? Int(digits, radix: 16) : nil
    }
  }

  struct Function {
    let name: String
    let address: Int
    var instructions: [Instruction]
  }

  private(set) var functions: [Function] = []

  /// Constants that lie between functions: address → value.
  private(set) var constants: [Int: Int] = [:]

  init(_ text: String) {
    for line in text.split(separator: "\n") {
      if line.hasSuffix(">:"), let open = line.firstIndex(of: "<"),
        let address = Int(line[..<open].dropLast(), radix: 16)
      {
        let name = String(line[line.index(after: open)...].dropLast(2))
        // A label within a function.
        if name.hasPrefix(".L") { continue }
        // A second name of the same place.
        if functions.last?.address == address { functions.removeLast() }
        functions.append(Function(name: name, address: address, instructions: []))
      } else if let colon = line.firstIndex(of: ":"),
        let address = Int(line[..<colon].drop { $0 == " " }, radix: 16),
        !functions.isEmpty
      {
        let parts = line[line.index(after: colon)...].split(separator: "\t", maxSplits: 2)
          .map { $0.drop { $0 == " " } }.filter { !$0.isEmpty }
        guard let first = parts.first else { continue }
        if parts.count == 3, parts[1] == ".word", let value = Int(parts[2].dropFirst(2), radix: 16) {
          constants[address] = value
          continue
        }
        let mnemonic = first.split(separator: ".").first.map(String.init) ?? String(first)
        functions[functions.count - 1].instructions.append(
          Instruction(
            address: address, mnemonic: mnemonic, operands: parts.dropFirst().joined(separator: " ")))
      }
    }
  }

  /// Makes a function empty, so that what it calls doesn't count.
  mutating func remove(_ name: String) {
    for index in functions.indices where functions[index].name == name { functions[index].instructions = [] }
  }

  /// The function that contains an address.
  func function(at address: Int) -> Int? {
    var low = 0, high = functions.count
    while low < high {
      let middle = (low + high) / 2
      if functions[middle].address <= address { low = middle + 1 } else { high = middle }
    }
    return low == 0 ? nil : low - 1
  }
}

extension Listing.Function {
  /// The bodies of its innermost loops: from a backward branch's target to the branch.
  var loops: [ArraySlice<Listing.Instruction>] {
    var loops: [Range<Int>] = []
    for (end, branch) in instructions.enumerated()
    where (branch.mnemonic.hasPrefix("b") && branch.mnemonic != "bl")
      || ["le", "letp"].contains(branch.mnemonic)
    {
      guard let target = branch.target, target <= branch.address,
        let start = instructions.firstIndex(where: { $0.address == target })
      else { continue }
      loops.append(start..<end + 1)
    }
    return loops.filter { outer in
      !loops.contains {
        $0 != outer && outer.lowerBound <= $0.lowerBound && $0.upperBound <= outer.upperBound
      }
    }.map { instructions[$0] }
  }

  /// Bytes of stack that the function's own frame takes; nil where it depends on a register.
  var frame: Int? {
    var bytes = 0
    for instruction in instructions {
      let operands = instruction.operands
      switch instruction.mnemonic {
      case "push", "vpush":
        bytes += (operands.filter { $0 == "," }.count + 1) * (operands.contains("{d") ? 8 : 4)
      case "stmdb" where operands.hasPrefix("sp!"):
        bytes += operands.filter { $0 == "," }.count * 4
      case "str" where operands.contains("[sp, #-") && operands.contains("]!"),
        "vstr" where operands.contains("[sp, #-") && operands.contains("]!"):
        guard let value = number(after: "[sp, #-", in: operands) else { return nil }
        bytes += value
      case "sub" where operands.hasPrefix("sp, "), "subw" where operands.hasPrefix("sp, "):
        guard let value = number(after: "#", in: operands) else { return nil }
        bytes += value
      case "addi" where operands.hasPrefix("sp, sp, -"):
        guard let value = number(after: "sp, sp, -", in: operands) else { return nil }
        bytes += value
      default:
        continue
      }
    }
    return bytes
  }

  private func number(after prefix: String, in operands: String) -> Int? {
    guard let start = operands.range(of: prefix) else { return nil }
    let text = operands[start.upperBound...]
    if text.hasPrefix("0x") { return Int(text.dropFirst(2).prefix { $0.isHexDigit }, radix: 16) }
    return Int(text.prefix { $0.isNumber })
  }
}

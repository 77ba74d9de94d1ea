/// A bound on the stack that follows from an image's machine code: frames along the deepest chain of calls.
struct StackBound {
  /// Bytes for everything below the start-up code, frames of fault handlers not included.
  let bytes: Int

  /// The deepest chain of calls, from the entry.
  let chain: [String]

  enum Unbounded: Error, Equatable {
    case recursion([String])
    case dynamicFrame(String)
    case indirectCall(String)
    case noFunction(String)
  }

  /// The bound for calling the function named `entry`.
  init(of listing: Listing, entry: String) throws(Unbounded) {
    guard let start = listing.functions.firstIndex(where: { $0.name == entry }) else { throw .noFunction(entry) }
    var known: [Int: (bytes: Int, chain: [String])] = [:]
    // Depth-first without recursion: functions are finished after all that they call.
    var path: [(function: Int, callees: [Int])] = [(start, StackBound.callees(start, in: listing))]
    while let (function, remaining) = path.popLast() {
      var callees = remaining
      if let next = callees.popLast() {
        path.append((function, callees))
        if known[next] != nil { continue }
        if let loop = path.firstIndex(where: { $0.function == next }) {
          throw .recursion(path[loop...].map { listing.functions[$0.function].name })
        }
        path.append((next, StackBound.callees(next, in: listing)))
        continue
      }
      let code = listing.functions[function]
      guard let frame = code.frame else { throw .dynamicFrame(code.name) }
      if code.callsIndirectly { throw .indirectCall(code.name) }
      let deepest = StackBound.callees(function, in: listing).compactMap { known[$0] }.max { $0.bytes < $1.bytes }
      known[function] = (frame + (deepest?.bytes ?? 0), [code.name] + (deepest?.chain ?? []))
    }
    (bytes, chain) = known[start] ?? (0, [])
  }

  /// The functions that one calls or ends in.
  private static func callees(_ index: Int, in listing: Listing) -> [Int] {
    var callees: Set<Int> = []
    for instruction in listing.functions[index].instructions {
      guard let target = instruction.target, let callee = listing.function(at: target), callee != index || isCall(instruction)
      else { continue }
      callees.insert(callee)
    }
    return callees.sorted()
  }

  private static func isCall(_ instruction: Listing.Instruction) -> Bool {
    ["bl", "blx", "jal", "jalr", "call"].contains(instruction.mnemonic)
  }
}

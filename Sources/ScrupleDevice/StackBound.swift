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
    guard let start = listing.functions.firstIndex(where: { $0.name == entry }) else {
      throw .noFunction(entry)
    }
    var known: [Int: (bytes: Int, chain: [String])] = [:]
    // Depth-first without recursion: functions are finished after all that they call.
    var path: [(function: Int, callees: [Int])] = [(start, try StackBound.callees(start, in: listing))]
    while let (function, remaining) = path.popLast() {
      var callees = remaining
      if let next = callees.popLast() {
        path.append((function, callees))
        if known[next] != nil { continue }
        if let loop = path.firstIndex(where: { $0.function == next }) {
          throw .recursion(path[loop...].map { listing.functions[$0.function].name })
        }
        path.append((next, try StackBound.callees(next, in: listing)))
        continue
      }
      let code = listing.functions[function]
      guard let frame = code.frame else { throw .dynamicFrame(code.name) }
      let deepest = try StackBound.callees(function, in: listing).compactMap { known[$0] }.max {
        $0.bytes < $1.bytes
      }
      known[function] = (frame + (deepest?.bytes ?? 0), [code.name] + (deepest?.chain ?? []))
    }
    (bytes, chain) = known[start] ?? (0, [])
  }

  /// The functions that one calls or ends in.
  private static func callees(_ index: Int, in listing: Listing) throws(Unbounded) -> [Int] {
    var callees: Set<Int> = []
    for target in listing.targets(of: index) {
      guard let callee = target.flatMap(listing.function(at:)) else {
        throw .indirectCall(listing.functions[index].name)
      }
      callees.insert(callee)
    }
    return callees.sorted()
  }
}

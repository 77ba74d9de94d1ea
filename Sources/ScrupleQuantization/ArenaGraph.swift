/// The tensors of a program as they come to life and are read for the last time.
struct ArenaGraph {
  /// A tensor; those with the same place are one after the other in the same bytes.
  private struct Tensor {
    let name: String
    let bytes: Int
    let first: Int
    var last: Int
    var place: Int
    var isScratch = false
  }

  /// The input, then one output per operation.
  private var tensors: [Tensor]
  private var scratches: [Tensor] = []
  /// Operations that may run in place, and what they read.
  private var candidates: [(operation: Int, reads: [Int])] = []
  private var places = 1

  /// Begins with an input of some bytes.
  init(input bytes: Int) {
    tensors = [Tensor(name: "input", bytes: bytes, first: 0, last: 0, place: 0)]
  }

  /// Appends an operation.
  ///
  /// - Parameters:
  ///   - name: of the output.
  ///   - bytes: of the output.
  ///   - reads: indices of the operations whose outputs are read, −1 for the input.
  ///   - isInPlace: whether the output may take the place of a tensor that it reads.
  ///   - scratch: bytes that only this operation needs.
  mutating func append(name: String, bytes: Int, reads: [Int], isInPlace: Bool, scratch: Int) {
    let operation = tensors.count - 1
    for source in reads { tensors[source + 1].last = operation }
    tensors.append(
      Tensor(name: name, bytes: bytes, first: operation, last: operation + 1, place: isInPlace ? -1 : places))
    if !isInPlace { places += 1 }
    if isInPlace { candidates.append((operation, reads)) }
    if scratch > 0 {
      scratches.append(
        Tensor(
          name: "patches of \(name)", bytes: scratch, first: operation, last: operation, place: places,
          isScratch: true))
      places += 1
    }
  }

  /// The tensors' places.
  var plan: ArenaPlan {
    var tensors = tensors
    var places = places
    for (operation, reads) in candidates {
      let dying = reads.first {
        tensors[$0 + 1].last == operation && tensors[$0 + 1].bytes == tensors[operation + 1].bytes
      }
      if let dying {
        tensors[operation + 1].place = tensors[dying + 1].place
      } else {
        tensors[operation + 1].place = places
        places += 1
      }
    }
    let all = tensors + scratches
    let groups = Dictionary(grouping: all, by: \.place).sorted { $0.key < $1.key }
    let planned = ArenaPlan(
      planning: groups.map { _, members in
        LiveTensor(
          name: members[0].name, bytes: members.map(\.bytes).max() ?? 0,
          operations: (members.map(\.first).min() ?? 0)...(members.map(\.last).max() ?? 0),
          isScratch: members[0].isScratch)
      })
    let offsets = Dictionary(
      uniqueKeysWithValues: zip(groups.map(\.key), planned.buffers.map(\.offset)))
    return ArenaPlan(
      buffers: all.map {
        ArenaPlan.Buffer(
          name: $0.name, offset: offsets[$0.place] ?? 0, size: ($0.bytes + 3) & ~3, firstOperation: $0.first,
          lastOperation: $0.last)
      },
      size: planned.size, lowerBound: planned.lowerBound, peakOperation: planned.peakOperation)
  }
}

import ScrupleRuntime

/// A generator with a seed (Steele, Lea and Flood 2014, SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64
  init(_ seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// What running a file on one input leaves.
struct Outcome: Equatable {
  var verdict: Verdict
  var probabilities: [UInt32]
  var arena: [UInt8]
}

/// Runs `file` on `input` in an arena of exactly the model's size, filled with `poison` before.
func run(_ file: [UInt8], _ input: [UInt8], poison: UInt8 = 0xA5) throws -> Outcome {
  let model = try Model(validating: file.span.bytes)
  var words = [UInt32](repeating: UInt32(poison) &* 0x0101_0101, count: model.arenaSize / 4)
  let verdict: Verdict
  do {
    var span = words.mutableSpan
    var arena = span.mutableBytes
    for (i, byte) in input.enumerated() {
      unsafe arena.storeBytes(of: byte, toUncheckedByteOffset: model.inputOffset + i, as: UInt8.self)
    }
    verdict = try model.run(arena: &arena)
  }
  let bytes = words.withUnsafeBytes { Array($0) }
  let start = model.logitsOffset / 4
  return Outcome(
    verdict: verdict, probabilities: Array(words[start..<start + model.classCount]), arena: bytes)
}

/// The arena after operation `count` − 1, without the head.
func accumulators(_ file: [UInt8], _ input: [UInt8], poison: UInt8 = 0xA5) throws -> [Int32] {
  let model = try Model(validating: file.span.bytes)
  var words = [UInt32](repeating: UInt32(poison) &* 0x0101_0101, count: model.arenaSize / 4)
  do {
    var span = words.mutableSpan
    var arena = span.mutableBytes
    for (i, byte) in input.enumerated() {
      unsafe arena.storeBytes(of: byte, toUncheckedByteOffset: model.inputOffset + i, as: UInt8.self)
    }
    for i in 0..<model.operationCount { model.step(i, arena: &arena) }
  }
  let start = model.logitsOffset / 4
  return words[start..<start + model.classCount].map { Int32(bitPattern: $0) }
}

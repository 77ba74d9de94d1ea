import ScrupleRuntime

/// A program in plain arrays, written to a file by a second, independent reading of `docs/format.md`.
struct SmallProgram {
  struct Layer {
    var inputs: Int
    var outputs: Int
    /// [outputs][inputs]
    var weights: [[Int8]]
    var bias: [Int32]
    var multiplier: [Int32]
    var preShift: UInt8 = 0
    var zeroPoint: UInt8 = 0
    var low: UInt8 = 0
    var high: UInt8 = 255
    var fractionBits: UInt8 = 0
    var isLogits = false
  }

  var layers: [Layer]
  var threshold: UInt32 = 0
  var gapFactor: UInt32 = 0
  var name: String? = "small"
  var labels: [String]? = nil

  /// Arena offsets of the input and of each layer's output; ping-pong from both ends.
  func plan() -> (offsets: [Int], size: Int) {
    func padded(_ n: Int) -> Int { (n + 3) / 4 * 4 }
    var sizes = [padded(layers[0].inputs)]
    for layer in layers { sizes.append(layer.isLogits ? 4 * layer.outputs : padded(layer.outputs)) }
    var size = 0
    for i in 1..<sizes.count { size = max(size, sizes[i - 1] + sizes[i]) }
    return (sizes.indices.map { $0 % 2 == 0 ? 0 : size - sizes[$0] }, size)
  }

  func encoded() -> [UInt8] {
    let (offsets, arena) = plan()
    var file: [UInt8] = []
    func u32(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
    func pad(_ bytes: inout [UInt8], _ multiple: Int) {
      while bytes.count % multiple != 0 { bytes.append(0) }
    }

    let operationsStart = 96
    let constantsStart = (operationsStart + 48 * layers.count + 15) / 16 * 16
    var operations: [UInt8] = []
    var constants: [UInt8] = []
    for (i, layer) in layers.enumerated() {
      pad(&constants, 16)
      let weights = constantsStart + constants.count
      constants += layer.packed()
      let biases = constantsStart + constants.count
      for b in layer.bias { constants += u32(Int(b)) }
      if layer.outputs % 2 == 1 { constants += u32(0) }
      let multipliers = constantsStart + constants.count
      for m in layer.multiplier { constants += u32(Int(m)) }
      if layer.outputs % 2 == 1 { constants += u32(0) }
      operations += [1, 1, layer.isLogits ? 1 : 0, layer.preShift]
      for value in [offsets[i], offsets[i + 1], layer.inputs, layer.outputs, weights, biases, multipliers] {
        operations += u32(value)
      }
      operations += [
        i == 0 ? 0 : layers[i - 1].zeroPoint, layer.isLogits ? 0 : layer.zeroPoint,
        layer.isLogits ? 0 : layer.low, layer.isLogits ? 0 : layer.high, layer.fractionBits,
      ]
      operations += [UInt8](repeating: 0, count: 11)
    }
    var metadata: [UInt8] = []
    func entry(_ tag: Int, _ payload: [UInt8]) {
      metadata += u32(tag) + u32(payload.count) + payload
      pad(&metadata, 4)
    }
    if let name { entry(1, Array(name.utf8)) }
    if let labels { entry(2, labels.flatMap { Array($0.utf8) + [0] }) }
    let metadataStart = (constantsStart + constants.count + 15) / 16 * 16
    let size = (metadataStart + metadata.count + 3) / 4 * 4 + 4

    file += [0x53, 0x43, 0x52, 0x55, 1, 0, 3, 0]
    for value in [
      size, arena, layers[0].inputs, offsets[0], layers.last!.outputs, offsets.last!, layers.count,
      Int(threshold), Int(gapFactor), 0,
    ] { file += u32(value) }
    for (kind, start, count) in [
      (1, operationsStart, operations.count), (2, constantsStart, constants.count),
      (3, metadataStart, metadata.count),
    ] { file += u32(kind) + u32(start) + u32(count) }
    pad(&file, 16)
    file += operations
    pad(&file, 16)
    file += constants
    pad(&file, 16)
    file += metadata
    pad(&file, 4)
    file += u32(Int(referenceCRC(file)))
    return file
  }
}

extension SmallProgram.Layer {
  /// The weights in the order of the specification's tables.
  func packed() -> [UInt8] {
    let padded = (inputs + 3) / 4 * 4
    let pairs = (outputs + 1) / 2
    func halfword(_ pair: Int, _ input: Int) -> Int {
      func weight(_ k: Int) -> Int { k < outputs && input < inputs ? Int(weights[k][input]) : 0 }
      return 256 * weight(2 * pair) + weight(2 * pair + 1)
    }
    func bytes(_ value: Int) -> [UInt8] {
      [UInt8(truncatingIfNeeded: value), UInt8(truncatingIfNeeded: value >> 8)]
    }
    var result: [UInt8] = []
    var pair = 0
    while pair < pairs {
      let block = pairs - pair >= 4 ? 4 : 1
      for g in 0..<padded / 4 {
        for word in 0..<2 {
          for p in pair..<pair + block {
            result += bytes(halfword(p, 4 * g + word)) + bytes(halfword(p, 4 * g + word + 2))
          }
        }
      }
      pair += block
    }
    return result
  }

  /// Exact accumulators, with wrapping sums.
  func accumulators(_ input: [UInt8]) -> [Int32] {
    (0..<outputs).map { k in
      var sum = Int64(bias[k])
      for i in 0..<inputs { sum += Int64(weights[k][i]) * Int64(input[i]) }
      return Int32(truncatingIfNeeded: sum)
    }
  }

  /// The outputs of a layer that writes activations.
  func activations(_ input: [UInt8]) -> [UInt8] {
    accumulators(input).enumerated().map { k, accumulator in
      let shifted = Int64(Int32(truncatingIfNeeded: Int64(accumulator) << Int64(preShift)))
      let (q, r) = (shifted * Int64(multiplier[k])).quotientAndRemainder(dividingBy: 1 << 32)
      // Floor division of product + 2³¹, restated.
      var y = q
      if r >= 1 << 31 { y += 1 } else if r < -(1 << 31) { y -= 1 }
      return UInt8(Swift.min(Swift.max(y + Int64(zeroPoint), Int64(low)), Int64(high)))
    }
  }

  /// Random weights over the whole range, biases and multipliers that spread the outputs.
  static func random(
    inputs: Int, outputs: Int, isLogits: Bool = false, using generator: inout some RandomNumberGenerator
  ) -> Self {
    let reach = 127 * 255 * Double(inputs).squareRoot() / 3
    let scale = 200 / reach
    return Self(
      inputs: inputs, outputs: outputs,
      weights: (0..<outputs).map { _ in
        (0..<inputs).map { _ in Int8.random(in: -127...127, using: &generator) }
      },
      bias: (0..<outputs).map { _ in Int32.random(in: -20_000...20_000, using: &generator) },
      multiplier: (0..<outputs).map { _ in
        Int32(Double.random(in: 0.5...1, using: &generator) * Swift.min(scale * 4_294_967_296, 2_147_483_000))
      },
      fractionBits: isLogits ? 50 : 0, isLogits: isLogits)
  }
}

/// CRC-32, bit by bit.
func referenceCRC(_ bytes: some Sequence<UInt8>) -> UInt32 {
  var remainder: UInt32 = 0xFFFF_FFFF
  for byte in bytes {
    remainder ^= UInt32(byte)
    for _ in 0..<8 { remainder = remainder & 1 == 1 ? remainder >> 1 ^ 0xEDB8_8320 : remainder >> 1 }
  }
  return ~remainder
}

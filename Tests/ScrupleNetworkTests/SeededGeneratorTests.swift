import Foundation
import ScrupleNetwork
import Testing

@Suite struct `The seeded generator` {
  /// xoshiro256** and SplitMix64 as their authors' C code has them.
  private struct Reference {
    var s: [UInt64]

    init(seed: UInt64) {
      var x = seed
      s = (0..<4).map { _ in
        x = x &+ 0x9e37_79b9_7f4a_7c15
        var z = x
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
      }
    }

    mutating func next() -> UInt64 {
      func rotl(_ x: UInt64, _ k: UInt64) -> UInt64 { (x << k) | (x >> (64 - k)) }
      let result = rotl(s[1] &* 5, 7) &* 9
      let t = s[1] << 17
      s[2] ^= s[0]
      s[3] ^= s[1]
      s[1] ^= s[2]
      s[0] ^= s[3]
      s[2] ^= t
      s[3] = rotl(s[3], 45)
      return result
    }
  }

  @Test(arguments: [UInt64(0), 1, 42, .max])
  func `gives xoshiro256 starstar's numbers`(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var reference = Reference(seed: seed)
    for _ in 0..<1000 { #expect(generator.next() == reference.next()) }
  }

  @Test func `SplitMix64's first number from seed 0 is the published one`() {
    #expect(Reference(seed: 0).s[0] == 0xe220_a839_7b1d_cdaf)
  }

  @Test func `goes on where it was saved`() throws {
    var generator = SeededGenerator(seed: 5)
    for _ in 0..<100 { _ = generator.next() }
    var copy = try JSONDecoder().decode(SeededGenerator.self, from: JSONEncoder().encode(generator))
    #expect(copy == generator)
    for _ in 0..<100 { #expect(copy.next() == generator.next()) }
  }

  @Test func `streams and items differ`() {
    var first: Set<UInt64> = []
    for stream in 0..<20 {
      for index in 0..<500 {
        var generator = SeededGenerator(seed: 3, stream: UInt64(stream), index: UInt64(index))
        first.insert(generator.next())
      }
    }
    #expect(first.count == 10_000)
  }

  @Test(arguments: [1, 2, 3, 10, 784, 1000])
  func `bounded numbers are evenly spread`(bound: Int) {
    var generator = SeededGenerator(seed: 9)
    var counts = [Int](repeating: 0, count: bound)
    let draws = 200 * bound
    for _ in 0..<draws { counts[generator.next(below: bound)] += 1 }
    let statistic = counts.reduce(0.0) { $0 + pow(Double($1) - 200, 2) / 200 }
    // Chi-squared with bound − 1 degrees of freedom: mean and five standard deviations.
    #expect(statistic <= Double(bound - 1) + 5 * (2 * Double(bound)).squareRoot())
  }

  @Test func `the largest bound is allowed`() {
    var generator = SeededGenerator(seed: 9)
    for _ in 0..<100 { #expect((0..<(1 << 32)).contains(generator.next(below: 1 << 32))) }
  }

  @Test func `uniform and normal numbers have their moments`() {
    var generator = SeededGenerator(seed: 1)
    let count = 100_000
    let uniform = (0..<count).map { _ in Double(generator.uniform()) }
    #expect(uniform.allSatisfy { $0 >= 0 && $0 < 1 })
    #expect(abs(uniform.reduce(0, +) / Double(count) - 0.5) < 0.005)
    let normal = (0..<count).map { _ in Double(generator.normal()) }
    let moments = (1...4).map { power in normal.reduce(0) { $0 + pow($1, Double(power)) } / Double(count) }
    for (found, wanted) in zip(moments, [0, 1, 0, 3.0]) { #expect(abs(found - wanted) < 0.1) }
  }

  @Test func `a permutation holds every number once`() {
    var generator = SeededGenerator(seed: 1)
    for count in [0, 1, 2, 17, 784] {
      #expect(generator.permutation(count).sorted() == Array(0..<count))
    }
  }
}

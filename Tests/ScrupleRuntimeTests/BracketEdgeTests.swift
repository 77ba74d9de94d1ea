import Testing

@testable import ScrupleRuntime

@Suite struct BracketEdgeTests {
  @Test(arguments: [2, 10, 256])
  func `a rest smaller than its own error leaves room for certainty`(classes: Int) {
    for rest in 0...UInt64(classes / 2) {
      #expect(Bracket(rest: rest, factor: 1 << 24, classes: classes).upper == 1 << 31)
    }
  }

  @Test(arguments: [1, 2, 1 << 20, 1 << 30, (1 << 31) - 1, 1 << 31] as [UInt32])
  func `a probability reaches itself and what is below`(probability: UInt32) {
    for threshold: UInt32 in [1, 2, 3, 1 << 20, 1 << 30, (1 << 31) - 1, 1 << 31] {
      #expect(Bracket.reaches(probability, threshold) == (probability >= threshold))
    }
    #expect(!Bracket.reaches(0, 1))
  }
}

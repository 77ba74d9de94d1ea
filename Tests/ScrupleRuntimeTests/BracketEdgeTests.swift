import Testing

@testable import ScrupleRuntime

@Suite struct BracketEdgeTests {
  @Test(arguments: [2, 10, 256])
  func `a rest smaller than its own error leaves room for certainty`(classes: Int) {
    for rest in 0...UInt64(classes / 2) {
      #expect(Bracket(rest: rest, factor: 1 << 24, classes: classes).upper == 1 << 31)
    }
  }

  @Test func `a bracket reaches its lower end and what is below`() {
    for rest: UInt64 in [0, 1, 1 << 20, 1 << 32, 9 << 32] {
      let bracket = Bracket(rest: rest, factor: 3 << 24, classes: 10)
      #expect(bracket.reaches(1) && bracket.reaches(bracket.lower) && bracket.reaches(bracket.lower - 1))
      #expect(!bracket.reaches(bracket.lower + 1) && !bracket.reaches(1 << 31))
    }
  }
}

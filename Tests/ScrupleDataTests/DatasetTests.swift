import ScrupleNetwork
import Testing

@testable import ScrupleData

@Suite struct `Datasets` {
  static let table = Dataset(
    name: "t", samples: .values([1, 10, 2, 20, 3, 30]), shape: Shape([2]), featureNames: ["a (cm)", "b_c"],
    labels: [0, 1, 0], labelNames: ["x", "y"])

  static func images(_ count: Int, _ height: Int, _ width: Int, _ channels: Int) -> Dataset {
    let size = count * height * width * channels
    return Dataset(
      name: "i", samples: .bytes((0..<size).map { UInt8(truncatingIfNeeded: $0 &* 37) }),
      shape: Shape([height, width, channels]))
  }

  private func input(_ names: [String]) -> InputDescription {
    InputDescription(.tabular(names.map { InputDescription.Feature(name: $0, low: 0, high: 100) }))
  }

  @Test func `rows are normalized over the features' ranges`() throws {
    #expect(try Self.table.normalized(1..<3, for: input(["a", "b"])) == [0.02, 0.2, 0.03, 0.3])
    #expect(try Self.table.quantized(0..<1, for: input(["a", "b"])) == [3, 26])
  }

  @Test func `pixels are divided by 255, or kept`() throws {
    let set = Self.images(2, 2, 2, 1)
    let input = InputDescription(.image(height: 2, width: 2, channels: 1))
    #expect(try set.normalized(1..<2, for: input) == [148, 185, 222, 3].map { Float($0) / 255 })
    #expect(try set.quantized(1..<2, for: input) == [148, 185, 222, 3])
  }

  @Test func `features are picked by name, in the model's order`() throws {
    let swapped = try Self.table.matching(input(["B c", "A"]))
    #expect(swapped.samples == .values([10, 1, 20, 2, 30, 3]))
    #expect(swapped.featureNames == ["b_c", "a (cm)"])
    #expect(swapped.labels == [0, 1, 0])
    #expect(try Self.table.selecting(features: ["b-c"]).samples == .values([10, 20, 30]))
    #expect(try Self.table.matching(input(["u", "v"])) == Self.table)
    #expect(throws: DataError.unknownColumn(file: "t", name: "z", columns: ["a (cm)", "b_c"])) {
      try Self.table.matching(input(["a", "z"]))
    }
    #expect(throws: DataError.self) { try Self.table.matching(input(["a", "b c", "d"])) }
  }

  @Test func `images of another size are refused, or resized when asked`() throws {
    let set = Self.images(3, 4, 6, 1)
    let input = InputDescription(.image(height: 8, width: 8, channels: 1))
    let error = #expect(throws: DataError.self) { try set.matching(input) }
    #expect(error?.description.contains("8 wide and 8 high") == true)
    #expect(error?.description.contains("6 wide and 4 high") == true)
    #expect(error?.description.contains("resiz") == true)
    let resized = try set.matching(input, resize: true)
    #expect(resized.shape == Shape([8, 8, 1]))
    #expect(resized.count == 3)
    guard case .bytes(let all) = set.samples, case .bytes(let new) = resized.samples else { return }
    let second = PNGImage(width: 6, height: 4, channels: 1, pixels: Array(all[24..<48]))
    #expect(Array(new[64..<128]) == second.resized(toWidth: 8, height: 8).pixels)
  }

  @Test func `colour images become grey for a grey model`() throws {
    let set = Self.images(2, 3, 3, 3)
    let grey = try set.matching(InputDescription(.image(height: 3, width: 3, channels: 1)))
    #expect(grey.shape == Shape([3, 3, 1]))
  }

  @Test func `a table of pixel values is read as images, if they can be pixels`() throws {
    let input = InputDescription(.image(height: 1, width: 2, channels: 1))
    #expect(try Self.table.matching(input).samples == .bytes([1, 10, 2, 20, 3, 30]))
    for wrong: Float in [0.5, -1, 256] {
      let set = Dataset(name: "t", samples: .values([0, 0, 0, wrong]), shape: Shape([2]))
      #expect(throws: DataError.notAPixel(dataset: "t", sample: 1, found: wrong)) { try set.matching(input) }
    }
  }

  @Test func `tables and images don't stand for one another`() {
    #expect(throws: DataError.self) { try Self.images(1, 2, 2, 1).matching(input(["a", "b", "c", "d"])) }
    #expect(throws: DataError.self) {
      try Self.table.matching(InputDescription(.image(height: 2, width: 2, channels: 1)))
    }
    #expect(throws: DataError.self) { try Self.table.normalized(0..<1, for: input(["a"])) }
  }

  @Test func `classes are matched by name`() throws {
    let set = try Self.table.relabelled(as: ["w", "y", "x"])
    #expect(set.labels == [2, 1, 2])
    #expect(set.labelNames == ["w", "y", "x"])
    #expect(throws: DataError.unknownLabel(dataset: "t", label: "y", known: ["x"])) {
      try Self.table.relabelled(as: ["x"])
    }
    #expect(throws: DataError.unlabelled(dataset: "i", need: "matching the model's classes")) {
      try Self.images(1, 1, 1, 1).relabelled(as: ["x"])
    }
  }

  @Test func `selections keep samples and labels together`() {
    let chosen = Self.table.selecting([2, 0, 2])
    #expect(chosen.samples == .values([3, 30, 1, 10, 3, 30]))
    #expect(chosen.labels == [0, 0, 0])
    #expect(Self.table.prefix(2).labels == [0, 1])
    #expect(Self.table.prefix(99) == Self.table)
    #expect(Self.table.prefix(0).count == 0)
    #expect(Self.table.prefix(2).appending(Self.table.selecting([2])) == Self.table)
  }

  @Test(arguments: [1, 2, 4, 5, 7, 50])
  func `a split is stratified, complete, ordered and depends on the seed alone`(size: Int) {
    let count = size * 3
    let set = Dataset(
      name: "s", samples: .values((0..<count).map(Float.init)), shape: Shape([1]),
      labels: (0..<count).map { $0 % 3 },
      labelNames: ["a", "b", "c"])
    let (train, test) = (set.split(.train, seed: 4), set.split(.test, seed: 4))
    guard case .values(let a) = train.samples, case .values(let b) = test.samples else { return }
    #expect((a + b).sorted() == (0..<count).map(Float.init))
    #expect(a == a.sorted() && b == b.sorted())
    let share = size == 1 ? 0 : max((size + 2) / 5, 1)
    for label in 0..<3 { #expect(test.labels?.count { $0 == label } == share) }
    #expect(set.split(.test, seed: 4) == test)
    #expect(set.split(.all, seed: 4) == set)
    if size >= 7 { #expect(set.split(.test, seed: 5) != test) }
  }

  @Test func `a described input covers the data`() {
    let input = Self.table.describedInput(margin: 0.5)
    #expect(
      input.kind
        == .tabular([
          InputDescription.Feature(name: "a (cm)", low: 0, high: 4),
          InputDescription.Feature(name: "b_c", low: 0, high: 40),
        ]))
    #expect(Self.images(1, 2, 3, 1).describedInput().kind == .image(height: 2, width: 3, channels: 1))
  }
}

import Foundation
import ScrupleNetwork
import Testing

@testable import ScrupleData

@Suite struct `The catalogue` {
  static let fashionIsHere = Catalogue.entries.first { $0.name == "fashion-mnist" }?.isPresent == true
  static let mnistIsHere = Catalogue.entries.first { $0.name == "mnist" }?.isPresent == true
  static let digitsAreHere = Catalogue.entries.first { $0.name == "digits" }?.isPresent == true
  static let image = InputDescription(.image(height: 28, width: 28, channels: 1))

  @Test func `iris is Fisher's table`() throws {
    let iris = try Catalogue.load("iris")
    #expect(iris.count == 150)
    #expect(iris.labelNames == ["setosa", "versicolor", "virginica"])
    #expect(
      iris.labels == Array(repeating: 0, count: 50) + Array(repeating: 1, count: 50)
        + Array(repeating: 2, count: 50))
    guard case .values(let values) = iris.samples else { return }
    // The published means of all 150 flowers.
    for (feature, mean) in [5.843333, 3.057333, 3.758, 1.199333].enumerated() {
      let sum = stride(from: feature, to: 600, by: 4).reduce(0.0) { $0 + Double(values[$1]) }
      #expect(abs(sum / 150 - mean) < 1e-5)
    }
    #expect(Array(values[(34 * 4)..<(35 * 4)]) == [4.9, 3.1, 1.5, 0.2])
    #expect(Array(values[(37 * 4)..<(38 * 4)]) == [4.9, 3.6, 1.4, 0.1])
  }

  @Test func `iris gives the features that a model asks for`() throws {
    let features = ["petal length", "petal width"].map {
      InputDescription.Feature(name: $0, low: 0, high: 10)
    }
    let iris = try Catalogue.load("iris", like: InputDescription(.tabular(features)))
    #expect(iris.shape == Shape([2]))
    #expect(iris.prefix(1).samples == .values([1.4, 0.2]))
  }

  @Test func `parts of iris are disjoint and cover it`() throws {
    let (train, test) = (try Catalogue.load("iris:train"), try Catalogue.load("iris:test"))
    #expect(train.count == 120 && test.count == 30)
    #expect(test.labels?.count { $0 == 2 } == 10)
    #expect(try Catalogue.load("iris:all") == Catalogue.load("iris"))
    #expect(try Catalogue.load("iris:test", seed: 9) == test, "the seed of noise doesn't move the split")
  }

  @Test func `a limit keeps the first samples`() throws {
    #expect(try Catalogue.load("iris", count: 7) == Catalogue.load("iris").prefix(7))
  }

  @Test(.enabled(if: fashionIsHere))
  func `Fashion-MNIST has its published sizes and classes`() throws {
    let test = try Catalogue.load("fashion-mnist", like: Self.image)
    #expect(test.count == 10_000)
    #expect(test.shape == Shape([28, 28, 1]))
    #expect(
      test.labels?.prefix(5).map { test.labelNames[$0] } == [
        "Ankle boot", "Pullover", "Trouser", "Trouser", "Shirt",
      ])
    for label in 0..<10 { #expect(test.labels?.count { $0 == label } == 1000) }
    #expect(try Catalogue.load("fashion-mnist:train").count == 60_000)
    #expect(try Catalogue.load("fashion-mnist:all").count == 70_000)
  }

  @Test(.enabled(if: mnistIsHere))
  func `MNIST begins as it always does`() throws {
    #expect(try Catalogue.load("mnist").labels?.prefix(5) == [7, 2, 1, 0, 4])
    #expect(try Catalogue.load("mnist:train", count: 5).labels == [5, 0, 4, 1, 9])
    let four = try Catalogue.load("mnist-0-3")
    #expect(four.count == 4157 && four.labelNames == ["0", "1", "2", "3"])
    #expect(four.labels?.prefix(5) == [2, 1, 0, 1, 0])
    #expect(try Catalogue.load("mnist-0-3:train").count == 24_754)
  }

  @Test(.enabled(if: digitsAreHere))
  func `digits are spread over 8 bits and resized to the model`() throws {
    let digits = try Catalogue.load("digits")
    #expect(digits.count == 1797)
    guard case .bytes(let pixels) = digits.samples else { return }
    #expect(Set(pixels).count == 17 && pixels.min() == 0 && pixels.max() == 255)
    #expect(try Catalogue.load("digits", like: Self.image, count: 3).shape == Shape([28, 28, 1]))
  }

  @Test(arguments: PictureSet.all.map(\.name))
  func `pictures have the sizes, counts and labels that are listed, or a remedy`(name: String) throws {
    let entry = try #require(Catalogue.entries.first { $0.name == name })
    let set = try #require(PictureSet.all.first { $0.name == name })
    guard entry.isPresent else {
      let error = #expect(throws: DataError.self) { try Catalogue.load(name) }
      #expect(error?.isMissingInput == true)
      #expect(error?.description.contains(set.remedy) == true)
      return
    }
    for (part, count) in set.parts {
      let pictures = try Catalogue.load(name + ":" + part.rawValue)
      #expect(pictures.count == count)
      #expect(pictures.shape == Shape(entry.shape))
      #expect(pictures.labelNames == set.labelNames)
      #expect((pictures.labels == nil) == set.labelNames.isEmpty)
    }
    #expect(try Catalogue.load(name) == Catalogue.load(name + ":test"))
  }

  @Test func `a part that a set doesn't have is refused`() {
    for specification in ["iris:validation", "natural:validation", "sheet-music-unseen:train"] {
      #expect(throws: DataError.self) { try Catalogue.load(specification) }
    }
  }

  @Test func `what is unknown or absent is an error that says what to do`() {
    let unknown = #expect(throws: DataError.self) { try Catalogue.load("irsi") }
    #expect(unknown?.description.contains("iris") == true)
    #expect(unknown?.isMissingInput == true)
    let gone = #expect(throws: DataError.self) { try Catalogue.load("./no/such.csv") }
    #expect(gone?.isMissingInput == true)
    #expect(throws: DataError.unknownPart(specification: "iris:tset", part: "tset")) {
      try Catalogue.load("iris:tset")
    }
    let absent = DataError.notInstalled(
      dataset: "mnist", file: "data/mnist/x.gz", remedy: NamedSets.mnistRemedy)
    #expect(absent.description.contains("tools/fetch-mnist"))
    #expect(throws: DataError.self) { try Catalogue.load("uniform") }
    #expect(throws: DataError.self) { try Catalogue.load("uniform:test", like: Self.image) }
    #expect(throws: DataError.self) { try Catalogue.load("smoothed", like: Self.image) }
    #expect(throws: DataError.self) { try Catalogue.load("iris", like: Self.image) }
  }

  @Test func `files that aren't data are refused`() throws {
    try inTemporaryFolder { folder in
      try FileBytes.write([1, 2, 3], to: folder + "/x.bin")
      #expect(throws: DataError.unknownFormat(file: folder + "/x.bin")) {
        try Catalogue.load(folder + "/x.bin")
      }
      for name in ["x.png", "x.npy", "x.csv", "x.csv.gz", "x-images-idx3-ubyte.gz"] {
        try FileBytes.write([], to: folder + "/" + name)
        let error = #expect(throws: DataError.self) { try Catalogue.load(folder + "/" + name) }
        #expect(error?.description.contains(name) == true)
        #expect(error?.isMissingInput == false)
      }
    }
    #expect(throws: DataError.self) { try FileBytes.read("/dev/zero") }
  }

  @Test func `every name is listed once with its origin and, if it is missing, its remedy`() {
    #expect(Catalogue.entries.map(\.name) == Catalogue.names)
    #expect(Set(Catalogue.names).count == Catalogue.names.count)
    for entry in Catalogue.entries { #expect(entry.isPresent || entry.remedy != nil) }
    for name in [
      "iris", "fashion-mnist", "mnist", "digits", "uniform", "permuted", "smoothed", "stripes", "constant",
    ] {
      #expect(Catalogue.names.contains(name))
    }
  }

  @Test func `a colon in a file's own name is no part`() throws {
    try inTemporaryFolder { folder in
      try FileBytes.write(Array("1,a\n2,b\n".utf8), to: folder + "/x:y.csv")
      #expect(try Catalogue.load(folder + "/x:y.csv").count == 2)
      #expect(try Catalogue.load(folder + "/x:y.csv:all").count == 2)
    }
  }
}

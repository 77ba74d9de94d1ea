import ScrupleNetwork
import Testing

@testable import ScrupleData

@Suite struct `CSV files` {
  private func decode(
    _ text: String, labels: LabelColumn = .automatic, features: [String]? = nil
  ) throws(DataError) -> Dataset {
    try CSVFile.decode(Array(text.utf8), file: "t.csv", name: "t", labels: labels, features: features)
  }

  @Test func `a header names the features and text in the last column the classes`() throws {
    let set = try decode("a,b,kind\n1,2.5,dog\n-3,4e2,cat\n5,6,dog\n")
    #expect(set.samples == .values([1, 2.5, -3, 400, 5, 6]))
    #expect(set.featureNames == ["a", "b"])
    #expect(set.labelNames == ["cat", "dog"])
    #expect(set.labels == [1, 0, 1])
  }

  @Test func `without a header the last column is the class`() throws {
    let set = try decode("1,2,7\n3,4,3")
    #expect(set.samples == .values([1, 2, 3, 4]))
    #expect(set.featureNames.isEmpty)
    #expect(set.labelNames == ["3", "7"])
    #expect(set.labels == [1, 0])
  }

  @Test(arguments: ["label", "Class", "TARGET", "species"])
  func `a column with a telling name is the class wherever it stands`(name: String) throws {
    let set = try decode("\(name),x,y\n2,10,20\n10,30,40\n")
    #expect(set.labels == [0, 1])
    #expect(set.labelNames == ["2", "10"])
    #expect(set.featureNames == ["x", "y"])
  }

  @Test func `the class column can be named or denied`() throws {
    let text = "x,kind,y\n1,a,2\n3,b,4\n"
    #expect(try decode(text, labels: .named("kind")).labelNames == ["a", "b"])
    let rows = try decode("1,2\n3,4\n", labels: .none)
    #expect(rows.labels == nil)
    #expect(rows.shape == Shape([2]))
    #expect(throws: DataError.unknownColumn(file: "t.csv", name: "z", columns: ["x", "kind", "y"])) {
      try decode(text, labels: .named("z"))
    }
  }

  @Test func `rows with just the model's features have no class`() throws {
    #expect(try decode("0.1,5\n", features: ["petal length", "petal width"]).labels == nil)
    #expect(try decode("0.1,5,setosa\n", features: ["petal length", "petal width"]).labelNames == ["setosa"])
    #expect(try decode("id,u,v\n1,2,3\n", features: ["u", "v"]).labels == nil)
  }

  @Test func `quotes, blanks, other separators, line ends and empty lines are read`() throws {
    let plain = try decode("a,b,c\n1,2,x\n3,4,y\n")
    for text in [
      "a,b,c\r\n1,2,x\r\n3,4,y", "a;b;c\n1;2;x\n\n3;4;y\n", "a\tb\tc\n1\t2\tx\n3\t4\ty\n",
      "\u{FEFF}\"a\",\"b\", \"c\" \n 1 , \"2\",x\n3,4,\"y\"\n\n", "\n\na,b,c\n1.0,+2,x\n3e0,.4e1,y",
    ] {
      let set = try decode(text)
      #expect(set == plain, "\(text)")
    }
    #expect(try decode("a,c\n1,\"x \"\"q\"\", z\nw\"\n").labelNames == ["x \"q\", z\nw"])
  }

  static let bad: [(String, DataError)] = [
    ("", .empty(file: "t.csv")),
    ("\n\n", .empty(file: "t.csv")),
    ("a,b\n", .empty(file: "t.csv")),
    ("a,b,k\n1,2,x\n3,,y\n", .missingValue(file: "t.csv", line: 3, column: 2, name: "b")),
    ("a,b,k\n1,2,x\n3,4,\n", .missingValue(file: "t.csv", line: 3, column: 3, name: "k")),
    ("1,2,x\n\n3,four,y\n", .notANumber(file: "t.csv", line: 3, column: 2, name: "", found: "four")),
    ("1,two,x\n", .notANumber(file: "t.csv", line: 1, column: 2, name: "", found: "two")),
    ("a,b,k\n1,NaN,x\n", .notFinite(file: "t.csv", line: 2, column: 2, name: "b", found: "NaN")),
    ("a,b,k\n-inf,1,x\n", .notFinite(file: "t.csv", line: 2, column: 1, name: "a", found: "-inf")),
    ("a,b,k\n1,1e39,x\n", .notFinite(file: "t.csv", line: 2, column: 2, name: "b", found: "1e39")),
    ("a,b,k\n1,1e999,x\n", .notFinite(file: "t.csv", line: 2, column: 2, name: "b", found: "1e999")),
    ("a,b,k\n1,2,x\n1,2\n", .wrongColumnCount(file: "t.csv", line: 3, expected: 3, found: 2)),
    ("a,b,k\n1,2,x,4\n", .wrongColumnCount(file: "t.csv", line: 2, expected: 3, found: 4)),
    ("a,b,k\n1,\"2,x\n3,4,y\n", .strayQuote(file: "t.csv", line: 2, column: 2)),
    ("a,b,k\n1,2\"3,x\n", .strayQuote(file: "t.csv", line: 2, column: 2)),
    ("a,b,k\n1,\"2\"3,x\n", .strayQuote(file: "t.csv", line: 2, column: 2)),
    ("1,2,0\n3,4,0.5\n", .fractionalLabel(file: "t.csv", line: 2, column: 3, found: "0.5")),
  ]

  @Test(arguments: bad.indices)
  func `each fault is told with its place`(index: Int) {
    let (text, error) = Self.bad[index]
    #expect(throws: error) { try decode(text) }
    #expect(error.description.contains("t.csv"))
  }

  @Test func `multi-line fields don't upset the line numbers`() {
    #expect(throws: DataError.missingValue(file: "t.csv", line: 4, column: 1, name: "a")) {
      try decode("a,k\n1,\"x\ny\"\n,z\n")
    }
  }

  @Test(arguments: ["0", "-0", "5.1", "0.1", "123456789012345", "-.5", "7.", "1e-3", "00012.50", "0.000001"])
  func `numbers are read to the nearest Double`(text: String) throws {
    let rows = CSVRows(Array(text.utf8), file: "t.csv")
    #expect(rows.number(.plain(0..<text.utf8.count)) == Double(text) ?? Double(text + "0"))
  }

  @Test func `fast and general reading of numbers agree`() {
    var generator = SeededGenerator(seed: 3)
    for _ in 0..<20_000 {
      let digits = generator.next(below: 15) + 1
      let point = generator.next(below: digits)
      var text = generator.next(below: 2) == 0 ? "-" : ""
      for digit in 0..<digits {
        if digit == point, digit > 0 { text += "." }
        text += String(generator.next(below: 10))
      }
      #expect(DecimalNumber.parse(Array(text.utf8)[...]) == Double(text), "\(text)")
    }
  }
}

import Foundation
import FoundationXML
import ScrupleEvaluation
import Testing

@testable import ScrupleReport

/// Collects an XML document's elements and its first error.
final class XMLCheck: NSObject, XMLParserDelegate {
  var error: String?
  var elements: [String] = []
  var ids: [String] = []
  var references: [String] = []

  init(_ text: String) {
    super.init()
    let parser = XMLParser(data: Data(text.utf8))
    parser.delegate = self
    if !parser.parse() { error = "\(parser.parserError as Any) in line \(parser.lineNumber)" }
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    elements.append(name)
    if let id = attributes["id"] { ids.append(id) }
    for name in ["href", "src", "xlink:href", "action", "data"] {
      if let value = attributes[name] { references.append(value) }
    }
  }
}

@Suite struct ReportTests {
  static let hostile = "<script>alert(\"1\")</script> & 'quotes' \u{2} ]]>"

  @Test func `the page is well-formed, self-contained and below 2 MB`() throws {
    let html = try Samples.report(heavy: true, gap: 0.13).html()
    let check = XMLCheck(html)
    #expect(check.error == nil)
    #expect(html.utf8.count < 2_000_000)
    #expect(html.components(separatedBy: "http").count == 2, "only the namespace of SVG")
    #expect(html.contains("http://www.w3.org/2000/svg"))
    #expect(check.references.allSatisfy { $0.hasPrefix("data:image/png;base64,") || $0.hasPrefix("#") })
    #expect(Set(check.ids).count == check.ids.count, "ids are unique")
    #expect(check.elements.count { $0 == "figure" } == 14)
    #expect(!check.elements.contains("link"))
  }

  @Test func `SVG files are well-formed and name nothing outside but their namespace`() throws {
    for figure in try Samples.figures(heavy: false) {
      let svg = try figure.scene.svg()
      #expect(XMLCheck(svg).error == nil)
      #expect(svg.components(separatedBy: "http").count == 2)
      #expect(svg.contains("xmlns=\"http://www.w3.org/2000/svg\""))
    }
  }

  @Test func `text of the caller can't break the page`() throws {
    let hostile = Self.hostile
    let figure = try Figures.trainingCurves(
      [CurvePanel(title: hostile, yLabel: hostile, curves: [Curve(name: hostile, y: [1, 2])])],
      name: hostile, caption: hostile)
    let report = Report(
      title: hostile, kicker: hostile, summary: [hostile], facts: [(hostile, hostile)],
      checks: [Check(hostile, 1, .atMost, 2)],
      sections: [
        Report.Section(
          title: hostile,
          blocks: [
            .text(hostile), .code(hostile), .figure(figure), .details(title: hostile, paragraphs: [hostile]),
            .table(
              Table(
                caption: hostile, columns: [Table.Column(hostile, group: hostile)],
                rows: [[Table.Cell(hostile)]])),
          ])
      ])
    let html = try report.html()
    let check = XMLCheck(html)
    #expect(check.error == nil)
    #expect(check.elements.count { $0 == "script" } == 1)
    #expect(!html.contains("alert(\""))
  }

  @Test func `light, dark and paper define every colour that pages use`() throws {
    let html = try Samples.report(heavy: false, gap: 0.1).html()
    let sheet = try #require(
      html.components(separatedBy: "<style>").last?.components(separatedBy: "</style>").first)
    let themes = sheet.components(separatedBy: ":root").dropFirst().filter { $0.contains("--ink:") }
    #expect(themes.count == 4, "light, dark by the system, dark by choice, paper")
    for use in html.components(separatedBy: "var(--").dropFirst() {
      let name = use.prefix { $0 != ")" && $0 != "," }
      if name == "own" || name == "s${number % 10}" || name == "s${model.number % 10}" { continue }
      for theme in themes { #expect(theme.contains("--\(name):#"), "\(name)") }
    }
    for role in Paint.Role.all { #expect(themes[0].contains("\(role.variable):#")) }
  }

  @Test func `the badge counts the checks that don't hold`() throws {
    func html(_ values: [Double]) throws -> String {
      try Report(title: "t", checks: values.map { Check("c", $0, .atMost, 1) }).html()
    }
    #expect(try html([0, 1]).contains("All 2 checks hold"))
    #expect(try html([0, 2]).contains("1 of 2 checks does not hold"))
    #expect(try html([3, 2]).contains("2 of 2 checks do not hold"))
    #expect(!(try html([]).contains("class=\"badge")))
  }

  @Test func `a comparison is told in words with its figures`() throws {
    let proven = try Samples.report(heavy: false, gap: 0.2)
    #expect(proven.summary.count == 3)
    #expect(proven.summary[2].contains("c = 0.2") && proven.summary[2].contains("No sample contradicts it"))
    let observed = try Samples.report(heavy: false, gap: nil)
    #expect(observed.summary[2].contains("nothing is proven"))
  }

  @Test func `writing gives the page and each picture twice`() throws {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: directory) }
    let figure = try Figures.trainingCurves([
      CurvePanel(title: "t", yLabel: "y", curves: [Curve(name: "c", y: [1, 2])])
    ])
    let report = Report(
      title: "t", sections: [Report.Section(title: "s", blocks: [.figure(figure), .figure(figure)])])
    let page = try report.write(toDirectory: directory.path)
    #expect(try String(contentsOfFile: page, encoding: .utf8) == report.html())
    let files = try FileManager.default.contentsOfDirectory(
      atPath: directory.appendingPathComponent("figures").path)
    #expect(files.sorted() == ["training-2.png", "training-2.svg", "training.png", "training.svg"])
  }

  @Test func `tables are the same in Markdown, CSV and JSON, with numbers in full where programs read`()
    throws
  {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: directory) }
    let table = Table(
      name: "t", caption: "All of it",
      columns: [Table.Column("a|b", isNumeric: false), Table.Column("x", group: "g")],
      rows: [
        ["one, \"two\"", Table.Cell("0.33", value: 1.0 / 3)], ["three", Table.Cell("7", value: 7)],
        ["", "never"],
      ])
    #expect(
      table.markdown
        == "| a\\|b | g x |\n| --- | ---: |\n| one, \"two\" | 0.33 |\n| three | 7 |\n|  | never |\n")
    #expect(table.csv == "a|b,g x\n\"one, \"\"two\"\"\",0.3333333333333333\nthree,7\n,never\n")
    let report = Report(
      title: "Title", summary: ["Words."], checks: [Check("c", 2, .atMost, 1)],
      sections: [Report.Section(title: "S", blocks: [.table(table), .table(table)])])
    try report.write(toDirectory: directory.path)
    let files = try FileManager.default.contentsOfDirectory(
      atPath: directory.appendingPathComponent("tables").path)
    #expect(files.sorted() == ["checks.csv", "t-2.csv", "t.csv"])
    let text = try String(contentsOf: directory.appendingPathComponent("tables.md"), encoding: .utf8)
    #expect(text.hasPrefix("# Title\n\nWords.\n\n## Checks\n\n| check | value | bound | holds |"))
    #expect(text.hasSuffix("## S\n\nAll of it\n\n\(table.markdown)\nAll of it\n\n\(table.markdown)\n"))
    let json = try JSONSerialization.jsonObject(
      with: Data(contentsOf: directory.appendingPathComponent("tables.json")))
    let second = try #require((json as? [[String: Any]])?[2])
    #expect(second["name"] as? String == "t-2" && second["columns"] as? [String] == ["a|b", "g x"])
    let rows = try #require(second["rows"] as? [[Any]])
    #expect(rows[0][1] as? Double == 1.0 / 3 && rows[2][0] is NSNull && rows[2][1] as? String == "never")
  }

  @Test func `a directory that can't be written is named`() throws {
    let error = #expect(throws: ReportError.self) {
      try Report(title: "t").write(toDirectory: "/proc/no/such")
    }
    #expect("\(error!)".contains("/proc/no/such"))
  }
}

import ScrupleCertification
import ScrupleReport

extension CertifyCommand {
  /// Writes the page of a certificate, if one was asked for.
  ///
  /// - Returns: its path.
  @discardableResult
  func writeReport(_ document: CertificateDocument) throws -> String? {
    guard let report else { return nil }
    let models = (float: try readNetwork(float), int8: try ProgramFile(int8))
    let section = try Report.Section.proved([
      CertifiedModel(title: document.models.name, certificate: document, models: models)
    ])
    let page = Report(
      title: "\(document.models.name): what is proved", kicker: "scruple certify",
      summary: ["Proved: \(document.statement). Of \(document.set)."],
      facts: [
        ("command", commandLine), ("scruple", toolVersion),
        ("float model", "\(float), SHA-256 \(document.models.float.prefix(16))…"),
        ("int8 model", "\(int8), \(grouped(models.int8.bytes.count)) bytes"),
      ],
      sections: [section].compactMap(\.self) + [
        Report.Section(title: "What is assumed", blocks: document.assumptions.map { .text($0) })
      ])
    return try page.write(toDirectory: report)
  }
}

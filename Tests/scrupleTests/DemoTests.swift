import Foundation
import Testing

@Suite struct DemoTests {
  static let hasDigits = has("mnist")
  static let hasSheetMusic = has("sheet-music-unseen")

  static func has(_ set: String) -> Bool {
    let folders = [ProcessInfo.processInfo.environment["SCRUPLE_DATA"], Command.root.path + "/data"]
    return folders.compactMap(\.self).contains {
      FileManager.default.fileExists(atPath: $0 + "/\(set)/t10k-images-idx3-ubyte.gz")
    }
  }

  @Test func `the irises' story reproduces the post's figures, and every check holds`() throws {
    let folder = try TemporaryFolder()
    let result = try Command("demo iris -o \(folder.path)")
    #expect(result.status == 0, "\(result.errors)")
    for words in [
      "logistic regression: 145 of 150 right (0.9667)", "(0.1, 5)                       0.9980",
      "(10, 10)                       1.0000", "(5, -5)                        0.9930", "CEDA", "certified",
      "RBF kernels", "Gaussians",
    ] { #expect(result.output.contains(words), "\(words)") }
    #expect(!result.output.contains("FAILS"))
    #expect(FileManager.default.fileExists(atPath: folder.file("report.html")))
  }

  @Test(.enabled(if: hasDigits)) func `digits are told apart by two numbers and made up backwards`() throws {
    let folder = try TemporaryFolder()
    let result = try Command("demo digits -o \(folder.path)")
    #expect(result.status == 0, "\(result.errors)")
    #expect(!result.output.contains("FAILS"))
    #expect(FileManager.default.fileExists(atPath: folder.file("figures/hidden-tanh.png")))
  }

  @Test(.enabled(if: hasSheetMusic)) func `sheet music stays precise among pictures of unseen kinds`() throws
  {
    let folder = try TemporaryFolder()
    let result = try Command("demo sheet-music -o \(folder.path)")
    #expect(result.status == 0, "\(result.errors)")
    #expect(!result.output.contains("FAILS"))
    #expect(FileManager.default.fileExists(atPath: folder.file("figures/unseen-staves.png")))
  }
}

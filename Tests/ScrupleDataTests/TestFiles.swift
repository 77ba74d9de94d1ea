import Foundation
import Testing

@testable import ScrupleData

/// A fixture's path.
func fixture(_ path: String) throws -> String {
  let folder = try #require(Bundle.module.resourceURL)
  return folder.appendingPathComponent("Fixtures/" + path).path
}

/// Runs a test in a new folder that is removed afterwards.
func inTemporaryFolder<T>(_ body: (String) throws -> T) throws -> T {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder.path)
}

/// Makes a folder inside a test's folder.
func makeFolder(_ path: String) throws {
  try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
}

/// A picture whose pixels all differ from their neighbours.
func picture(width: Int, height: Int, channels: Int = 1, seed: Int = 0) -> PNGImage {
  let count = width * height * channels
  return PNGImage(
    width: width, height: height, channels: channels,
    pixels: (0..<count).map { UInt8(truncatingIfNeeded: ($0 + seed) &* 73 ^ ($0 >> 3)) })
}

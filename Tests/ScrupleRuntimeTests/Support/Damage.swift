import Foundation

@testable import ScrupleRuntime

/// Overwrites the little-endian word at `offset`.
func patch(_ file: inout [UInt8], _ offset: Int, _ value: UInt32) {
  for i in 0..<4 { file[offset + i] = UInt8(truncatingIfNeeded: value >> UInt32(8 * i)) }
}

/// The little-endian word at `offset`.
func word(_ file: [UInt8], _ offset: Int) -> UInt32 {
  (0..<4).reduce(0) { $0 | UInt32(file[offset + $1]) << UInt32(8 * $1) }
}

/// Makes the last four bytes the CRC-32 of what comes before, as a forger would.
func seal(_ file: inout [UInt8]) {
  let checksum = crc32(file.span.bytes.extracting(droppingLast: 4))
  patch(&file, file.count - 4, checksum)
}

/// What validation says about `file`: nil if it accepts it.
func verdictOfValidation(_ file: [UInt8]) -> ModelError? {
  // A copy of exactly the file's size, so that a sanitizer sees every read outside.
  let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: max(file.count, 1), alignment: 16)
  defer { memory.deallocate() }
  memory.copyBytes(from: file)
  do throws(ModelError) {
    _ = try Model(validating: UnsafeRawBufferPointer(rebasing: memory[..<file.count]).bytes)
    return nil
  } catch { return error }
}

/// Flips every bit and cuts at every length; returns what was accepted, as "bit 17" or "length 9".
func acceptedDamages(of file: [UInt8]) -> [String] {
  var accepted: [String] = []
  let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: file.count, alignment: 16)
  defer { memory.deallocate() }
  memory.copyBytes(from: file)
  func isAccepted(_ count: Int) -> Bool {
    do throws(ModelError) {
      _ = try Model(validating: UnsafeRawBufferPointer(rebasing: memory[..<count]).bytes)
      return true
    } catch { return false }
  }
  for bit in 0..<8 * file.count {
    memory[bit / 8] ^= 1 << UInt8(bit % 8)
    if isAccepted(file.count) { accepted.append("bit \(bit)") }
    memory[bit / 8] ^= 1 << UInt8(bit % 8)
  }
  for count in 0..<file.count where isAccepted(count) { accepted.append("length \(count)") }
  return accepted
}

/// The repository's `models` directory.
let committedModels: [URL] = {
  let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  let models = root.appendingPathComponent("models")
  let names = (try? FileManager.default.contentsOfDirectory(atPath: models.path)) ?? []
  return names.sorted().map { models.appendingPathComponent($0).appendingPathComponent("model.scruple") }
    .filter { FileManager.default.fileExists(atPath: $0.path) }
}()

import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Whole files in and out, with the limits and the errors of this module.
enum FileBytes {
  /// The largest file that is read: 4 GiB.
  static let limit = 1 << 32

  /// All bytes of a regular file.
  static func read(_ file: String) throws(DataError) -> [UInt8] {
    var status = stat()
    guard stat(file, &status) == 0 else { throw .unreadable(file: file, reason: lastReason) }
    // Before it is opened: opening a pipe would wait for its writer.
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw .unreadable(file: file, reason: "it is not a regular file")
    }
    guard let stream = fopen(file, "rb") else { throw .unreadable(file: file, reason: lastReason) }
    defer { fclose(stream) }
    let size = Int(status.st_size)
    guard size <= limit else { throw .tooLarge(file: file, what: "the file", bytes: size, limit: limit) }
    var failed = false
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      guard let start = buffer.baseAddress, size > 0 else { return }
      count = fread(start, 1, size, stream)
      failed = count < size
    }
    if failed { throw .unreadable(file: file, reason: "it ended early, at byte \(bytes.count) of \(size)") }
    return bytes
  }

  /// Writes a file whole or not at all: to a temporary file beside it that is then renamed.
  static func write(_ bytes: [UInt8], to file: String) throws(DataError) {
    let temporary = file + ".\(getpid()).part"
    guard let stream = fopen(temporary, "wb") else { throw .unwritable(file: file, reason: lastReason) }
    let written = bytes.withUnsafeBytes { buffer in
      buffer.isEmpty || fwrite(buffer.baseAddress, 1, buffer.count, stream) == buffer.count
    }
    let flushed = written && fflush(stream) == 0 && fsync(fileno(stream)) == 0
    let reason = lastReason
    guard fclose(stream) == 0, flushed else {
      unlink(temporary)
      throw .unwritable(file: file, reason: reason)
    }
    guard rename(temporary, file) == 0 else {
      let reason = lastReason
      unlink(temporary)
      throw .unwritable(file: file, reason: reason)
    }
  }

  /// What stands at a path.
  enum Kind { case nothing, file, folder }

  static func kind(_ path: String) -> Kind {
    var status = stat()
    guard stat(path, &status) == 0 else { return .nothing }
    return status.st_mode & S_IFMT == S_IFDIR ? .folder : .file
  }

  /// The names in a folder, sorted, without hidden ones.
  static func names(in folder: String) throws(DataError) -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: folder).filter { !$0.hasPrefix(".") }
        .sorted()
    } catch {
      throw .unreadable(file: folder, reason: "it is not a folder that can be listed")
    }
  }

  private static var lastReason: String { String(cString: strerror(errno)) }
}

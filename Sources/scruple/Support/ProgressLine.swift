import Foundation

/// One line on the standard error stream that tells how far a long task is.
///
/// On a terminal the line is rewritten in place, at most ten times a second; elsewhere (a log, a pipe) only
/// the lines that ``log(_:)`` is given are written.
///
/// Progress may come from any thread.
final class ProgressLine: @unchecked Sendable {
  private let lock = NSLock()
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private let silent: Bool
  private var last = Date.distantPast
  private var shown = false

  init(silent: Bool = false) {
    self.silent = silent
  }

  /// Shows a passing state; on a terminal only.
  func update(_ text: @autoclosure () -> String) {
    lock.lock()
    defer { lock.unlock() }
    guard isTerminal, !silent, Date().timeIntervalSince(last) >= 0.1 else { return }
    last = Date()
    shown = true
    FileHandle.standardError.write(Data("\r\u{1B}[2K\(text())".utf8))
  }

  /// Writes a line that stays.
  func log(_ text: @autoclosure () -> String) {
    guard !silent else { return }
    clear()
    note(text())
  }

  /// Removes the passing line.
  func clear() {
    lock.lock()
    defer { lock.unlock() }
    guard shown else { return }
    shown = false
    FileHandle.standardError.write(Data("\r\u{1B}[2K".utf8))
  }
}

/// `95 s` as `1 min 35 s`.
func duration(_ seconds: Double) -> String {
  guard seconds.isFinite else { return "?" }
  let whole = Int(seconds.rounded())
  if whole < 60 { return "\(whole) s" }
  if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
  return "\(whole / 3600) h \(whole / 60 % 60) min"
}

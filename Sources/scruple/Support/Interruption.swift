import Foundation

/// Ctrl-C, or SIGTERM from a batch system: the first one asks long work to stop at a safe point, a second one ends the
/// program at once.
enum Interruption {
  nonisolated(unsafe) private static var asked: sig_atomic_t = 0

  /// Whether the user has asked to stop.
  static var wasAsked: Bool { asked != 0 }

  /// Starts listening.
  static func listen() {
    // A parent's thread that blocks the signal hands that down.
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in [SIGINT, SIGTERM] {
      sigaddset(&signals, number)
      signal(number) { _ in
        if Interruption.asked != 0 { _exit(ExitStatus.interrupted.rawValue) }
        Interruption.asked = 1
      }
    }
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }
}

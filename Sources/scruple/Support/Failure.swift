import Foundation

/// How the command line ends, after `sysexits.h`.
enum ExitStatus: Int32 {
  case checkDidNotHold = 1
  case usage = 64
  case badData = 65
  case missingInput = 66
  case unavailable = 69
  case cannotWrite = 73
  case interrupted = 130
}

/// Ends the program with a status and a message for a person.
struct Failure: Error, CustomStringConvertible {
  var status: ExitStatus
  var description: String

  init(_ status: ExitStatus, _ description: String) {
    self.status = status
    self.description = description
  }
}

/// Writes a line to the standard error stream.
func note(_ line: String) {
  FileHandle.standardError.write(Data((line + "\n").utf8))
}

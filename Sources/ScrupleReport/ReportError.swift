/// Why a report could not be made.
public enum ReportError: Error, Equatable, CustomStringConvertible {
  /// A picture could not be encoded.
  case picture(name: String, reason: String)
  /// A file could not be written.
  case unwritable(path: String, reason: String)
  /// A figure got arrays that do not fit each other.
  case invalidFigure(name: String, reason: String)

  /// One sentence for the user.
  public var description: String {
    switch self {
    case .picture(let name, let reason): "the picture “\(name)” could not be encoded: \(reason)"
    case .unwritable(let path, let reason):
      "\(path) can't be written: \(reason)"
    case .invalidFigure(let name, let reason): "the picture “\(name)” can't be drawn: \(reason)"
    }
  }
}

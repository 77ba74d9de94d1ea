/// Breaking text into lines.
enum TextLayout {
  /// Lines of at most `width`, broken at spaces; a word that is too long keeps its line.
  static func lines(_ text: String, size: Double, bold: Bool = false, width: Double) -> [String] {
    var lines: [String] = []
    for word in text.split(separator: " ", omittingEmptySubsequences: true) {
      if let last = lines.last {
        let longer = last + " " + word
        if StrokeFont.width(of: longer, size: size, bold: bold) <= width {
          lines[lines.count - 1] = longer
          continue
        }
      }
      lines.append(String(word))
    }
    return lines
  }

  /// The text, cut with an ellipsis where it is wider than `width`.
  static func fitted(_ text: String, size: Double, bold: Bool = false, width: Double) -> String {
    guard StrokeFont.width(of: text, size: size, bold: bold) > width else { return text }
    var short = text
    while !short.isEmpty, StrokeFont.width(of: short + "…", size: size, bold: bold) > width {
      short.removeLast()
    }
    return short + "…"
  }
}

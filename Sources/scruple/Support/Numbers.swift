import Foundation

/// A number with a fixed count of digits behind the point.
func fixed(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }

/// A proved bound: rounded up to two significant digits, never down.
func bound(_ value: Double) -> String {
  guard value > 0 else { return "0" }
  let unit = pow(10, (log10(value)).rounded(.down) - 1)
  return String(format: "%.2g", (value / unit).rounded(.up) * unit)
}

/// 12345678 as `12,345,678`.
func grouped(_ number: Int) -> String {
  var text = String(number.magnitude)
  var groups: [String] = []
  while text.count > 3 {
    groups.insert(String(text.suffix(3)), at: 0)
    text.removeLast(3)
  }
  groups.insert(text, at: 0)
  return (number < 0 ? "-" : "") + groups.joined(separator: ",")
}

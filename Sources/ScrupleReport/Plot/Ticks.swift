import Foundation

/// A position on an axis and what is written there; an empty label for a minor tick.
struct Tick: Equatable, Sendable {
  var value: Double
  var label: String
}

enum Ticks {
  /// Whole multiples of 1, 2 or 5 times a power of ten inside `range`, at most `limit`, as many as fit.
  static func linear(_ range: ClosedRange<Double>, limit: Int) -> [Tick] {
    let span = range.upperBound - range.lowerBound
    guard span > 0, span.isFinite, limit >= 1 else { return [] }
    var exponent = Int(floor(log10(span / Double(limit)))) - 1
    while true {
      for factor in [1.0, 2, 5] {
        let step = exponent >= 0 ? factor * pow(10, Double(exponent)) : factor / pow(10, Double(-exponent))
        let slack = span * 1e-9
        let first = ((range.lowerBound - slack) / step).rounded(.up)
        let last = ((range.upperBound + slack) / step).rounded(.down)
        if last - first + 1 <= Double(limit) {
          return stride(from: first, through: last, by: 1).map { n in
            // n·10^e/… keeps 0.3 from becoming 0.30000000000000004.
            let value = exponent >= 0 ? n * step : n * factor / pow(10, Double(-exponent))
            return Tick(value: value, label: Numbers.fixed(value, decimals: max(0, -exponent)))
          }
        }
      }
      exponent += 1
    }
  }

  /// Powers of ten inside `range`, at most `limit` with a label; where there are fewer than three, 2 and 5
  /// times them have labels too. The other multiples up to 9 are minor ticks when there is room.
  static func logarithmic(_ range: ClosedRange<Double>, limit: Int) -> [Tick] {
    guard range.lowerBound > 0, range.upperBound.isFinite else { return [] }
    let low = Int((log10(range.lowerBound) - 1e-9).rounded(.up))
    let high = Int((log10(range.upperBound) + 1e-9).rounded(.down))
    guard low <= high else { return linear(range, limit: limit) }
    let isShort = high - low < 2
    var every = 1
    while (high - low) / every + 1 > max(limit, 1) { every += 1 }
    var ticks: [Tick] = []
    for exponent in (low - 1)...high {
      let value = pow(10, Double(exponent))
      if exponent >= low {
        ticks.append(
          Tick(value: value, label: (exponent - low) % every == 0 ? Numbers.power(exponent) : ""))
      }
      guard high - low <= 4 else { continue }
      for n in 2...9 where range.contains(Double(n) * value) {
        let isLabelled = isShort && (n == 2 || n == 5) && ticks.count { !$0.label.isEmpty } < limit
        ticks.append(
          Tick(value: Double(n) * value, label: isLabelled ? Numbers.brief(Double(n) * value) : ""))
      }
    }
    return ticks
  }

  /// 0, then 1, 5, 10, 20, 40, 60, 80 and 100 % of the largest power of ten that is not below the range's end.
  static func squareRoot(_ range: ClosedRange<Double>) -> [Tick] {
    guard range.upperBound > 0, range.upperBound.isFinite else { return [] }
    let exponent = (log10(range.upperBound) - 1e-9).rounded(.up)
    let unit = pow(10, exponent)
    return [0, 0.01, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1].map {
      Tick(value: $0 * unit, label: Numbers.brief($0 * unit))
    }.filter { $0.value >= range.lowerBound && $0.value <= range.upperBound * (1 + 1e-9) }
  }

  /// 0, 0.5, 0.9, 0.99, … inside `range`, a range of probabilities below 1.
  static func nines(_ range: ClosedRange<Double>) -> [Tick] {
    var ticks = [Tick(value: 0, label: "0"), Tick(value: 0.5, label: "0.5")]
    for n in 1...9 {
      let label = "0." + String(repeating: "9", count: n)
      ticks.append(Tick(value: 1 - pow(10, -Double(n)), label: label))
    }
    return ticks.filter { range.contains($0.value) }
  }
}

/// Numbers as people read them.
enum Numbers {
  /// With exactly `decimals` decimals, a real minus sign, and no −0.
  static func fixed(_ value: Double, decimals: Int) -> String {
    guard value.isFinite else { return value.isNaN ? "–" : value > 0 ? "∞" : "−∞" }
    let text = String(format: "%.\(decimals)f", value)
    let isZero = !text.contains { "123456789".contains($0) }
    return text.hasPrefix("-") ? (isZero ? "" : "−") + text.dropFirst() : text
  }

  /// 10^exponent, written out while that is short.
  static func power(_ exponent: Int) -> String {
    switch exponent {
    case 0...3: return fixed(pow(10, Double(exponent)), decimals: 0)
    case -3..<0: return fixed(pow(10, Double(exponent)), decimals: -exponent)
    default:
      let raised: [Character: Character] = [
        "-": "⁻", "0": "⁰", "1": "¹", "2": "²", "3": "³", "4": "⁴", "5": "⁵", "6": "⁶", "7": "⁷", "8": "⁸",
        "9": "⁹",
      ]
      return "10" + String(String(exponent).map { raised[$0] ?? $0 })
    }
  }

  /// With about `digits` significant digits, in scientific notation when very small or large.
  static func brief(_ value: Double, digits: Int = 3) -> String {
    guard value.isFinite else { return fixed(value, decimals: 0) }
    guard value != 0 else { return "0" }
    var exponent = Int(floor(log10(abs(value))))
    // 9.996 is 10.0 with three digits.
    let places = pow(10, Double(digits - 1))
    if (abs(value) / pow(10, Double(exponent)) * places).rounded() >= 10 * places { exponent += 1 }
    if exponent < -4 || exponent > 6 {
      let mantissa = fixed(value / pow(10, Double(exponent)), decimals: max(0, digits - 1))
      return "\(mantissa)·\(power(exponent))"
    }
    let text = fixed(value, decimals: max(0, digits - 1 - exponent))
    guard text.contains(".") else { return text }
    let trimmed = String(text.reversed().drop { $0 == "0" }.reversed())
    return trimmed.hasSuffix(".") ? String(trimmed.dropLast()) : trimmed
  }

  /// A share in percent, kept on one line.
  static func percent(_ share: Double, decimals: Int = 1) -> String {
    fixed(share * 100, decimals: decimals) + "\u{a0}%"
  }
}

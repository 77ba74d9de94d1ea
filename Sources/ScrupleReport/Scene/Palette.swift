import Foundation

/// Colours that people with colour-vision deficiencies can tell apart.
enum Palette {
  /// Okabe & Ito 2008, "Color Universal Design", without yellow, which drowns on white; then four more, for
  /// problems with ten classes.
  static let categorical: [Color] = [
    0x0072b2, 0xd55e00, 0x009e73, 0xcc79a7, 0xe69f00, 0x56b4e9, 0x7a5230, 0x6b5fb5, 0x8c8c8c, 0x333333,
  ].map { Color($0) }

  /// The same hues, lighter where they would drown on a dark page.
  static let categoricalDark: [Color] = [
    0x3d9be0, 0xf0803c, 0x2fbf93, 0xdf9bc1, 0xe9ad2b, 0x7cc7f2, 0xb98a63, 0x9b90e0, 0xa8a8a8, 0xf0e442,
  ].map { Color($0) }

  /// A sequential map, dark violet over green to yellow, whose lightness rises linearly: a spiral in OKLCH
  /// (Ottosson 2020) in the manner of viridis, so that it also reads in grey and with any colour vision.
  ///
  /// - Parameter t: 0 … 1; values outside are clamped.
  static func sequential(_ t: Double) -> Color {
    let t = max(0, min(1, t))
    return oklch(lightness: 0.27 + 0.65 * t, chroma: 0.115 + 0.055 * t * t, hue: 300 - 195 * t)
  }

  /// A colour of OKLCH, hue in degrees; what lies outside sRGB is clamped.
  static func oklch(lightness: Double, chroma: Double, hue: Double) -> Color {
    let a = chroma * cos(hue * .pi / 180)
    let b = chroma * sin(hue * .pi / 180)
    func cube(_ v: Double) -> Double { v * v * v }
    let l = cube(lightness + 0.3963377774 * a + 0.2158037573 * b)
    let m = cube(lightness - 0.1055613458 * a - 0.0638541728 * b)
    let s = cube(lightness - 0.0894841775 * a - 1.2914855480 * b)
    func encode(_ v: Double) -> Double {
      v <= 0.0031308 ? 12.92 * max(0, v) : 1.055 * pow(min(1, v), 1 / 2.4) - 0.055
    }
    return Color(
      encode(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
      encode(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
      encode(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s))
  }
}

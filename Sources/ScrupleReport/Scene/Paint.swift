/// An sRGB colour.
struct Color: Hashable, Sendable {
  var red: UInt8
  var green: UInt8
  var blue: UInt8

  /// 0xRRGGBB.
  init(_ hex: UInt32) {
    red = UInt8(hex >> 16 & 255)
    green = UInt8(hex >> 8 & 255)
    blue = UInt8(hex & 255)
  }

  init(_ red: Double, _ green: Double, _ blue: Double) {
    func byte(_ v: Double) -> UInt8 { UInt8(max(0, min(255, (v * 255).rounded()))) }
    (self.red, self.green, self.blue) = (byte(red), byte(green), byte(blue))
  }

  /// This colour at share 0, `other` at share 1, mixed in sRGB.
  func mixed(with other: Color, _ share: Double) -> Color {
    func mix(_ a: UInt8, _ b: UInt8) -> Double { (Double(a) + (Double(b) - Double(a)) * share) / 255 }
    return Color(mix(red, other.red), mix(green, other.green), mix(blue, other.blue))
  }

  /// #rrggbb.
  var hex: String {
    let digits = Array("0123456789abcdef")
    return "#"
      + String([red, green, blue].flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
  }
}

/// What something is painted with: a colour, or a role whose colour the page decides (light or dark).
struct Paint: Hashable, Sendable {
  enum Source: Hashable, Sendable {
    case fixed(Color)
    case role(Role)
  }

  /// Colours that follow the page's theme.
  enum Role: Hashable, Sendable {
    case ink, muted, grid, frame, paper
    /// The n-th colour of the categorical palette.
    case series(Int)
  }

  var source: Source
  var opacity = 1.0

  static let ink = Paint(source: .role(.ink))
  static let muted = Paint(source: .role(.muted))
  static let grid = Paint(source: .role(.grid))
  static let frame = Paint(source: .role(.frame))
  static let paper = Paint(source: .role(.paper))
  static func series(_ n: Int) -> Paint { Paint(source: .role(.series(n))) }
  static func color(_ c: Color) -> Paint { Paint(source: .fixed(c)) }

  func opacity(_ value: Double) -> Paint { Paint(source: source, opacity: opacity * value) }

  /// The colour on a light page.
  var light: Color {
    switch source {
    case .fixed(let color): color
    case .role(let role): role.light
    }
  }
}

extension Paint.Role {
  /// The name of the page's CSS variable.
  var variable: String {
    switch self {
    case .ink: "--ink"
    case .muted: "--muted"
    case .grid: "--grid"
    case .frame: "--frame"
    case .paper: "--paper"
    case .series(let n): "--s\(n % Palette.categorical.count)"
    }
  }

  var light: Color {
    switch self {
    case .ink: Color(0x1d2129)
    case .muted: Color(0x5b6470)
    case .grid: Color(0xe6e8eb)
    case .frame: Color(0x9aa2ad)
    case .paper: Color(0xffffff)
    case .series(let n): Palette.categorical[n % Palette.categorical.count]
    }
  }

  var dark: Color {
    switch self {
    case .ink: Color(0xe8eaed)
    case .muted: Color(0xa3abb6)
    case .grid: Color(0x2b313a)
    case .frame: Color(0x5d6673)
    case .paper: Color(0x14171c)
    case .series(let n): Palette.categoricalDark[n % Palette.categoricalDark.count]
    }
  }

  /// All roles that a page must define.
  static var all: [Paint.Role] {
    [.ink, .muted, .grid, .frame, .paper] + Palette.categorical.indices.map { .series($0) }
  }
}

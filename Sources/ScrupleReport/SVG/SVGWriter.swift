import Foundation

/// Writes a scene as SVG.
struct SVGWriter {
  /// Where the picture will stand.
  enum Mode {
    /// A file of its own: fixed colours on a light background.
    case file
    /// Inside the report's page: colours follow the page's theme.
    case inline
  }

  let mode: Mode
  /// Makes names inside the picture unique on a page.
  let prefix: String
  private var out = ""
  private var clipCount = 0

  init(mode: Mode, prefix: String = "s") {
    self.mode = mode
    self.prefix = prefix
  }

  static let fonts = "Helvetica,Arial,Liberation Sans,sans-serif"

  mutating func write(_ scene: Scene) throws(ReportError) -> String {
    let size = "\(number(scene.width)) \(number(scene.height))"
    out = "<svg"
    if mode == .file { out += " xmlns=\"http://www.w3.org/2000/svg\"" }
    out += " viewBox=\"0 0 \(size)\" width=\"\(number(scene.width))\" height=\"\(number(scene.height))\""
    out += " role=\"img\" font-family=\"\(Self.fonts)\"><title>\(escaped(scene.title))</title>\n"
    if mode == .file {
      out += "<rect width=\"100%\" height=\"100%\" fill=\"\(Paint.paper.light.hex)\"/>\n"
    }
    try write(scene.items)
    out += "</svg>\n"
    return out
  }

  private mutating func write(_ items: [Scene.Item]) throws(ReportError) {
    for item in items {
      switch item {
      case .fill(let path, let paint):
        out += "<path d=\"\(data(path))\"\(colour("fill", paint))/>\n"
      case .stroke(let path, let stroke):
        out += "<path d=\"\(data(path))\" fill=\"none\"\(colour("stroke", stroke.paint))"
        out += " stroke-width=\"\(number(stroke.width))\" stroke-linejoin=\"round\""
        if stroke.cap == .round { out += " stroke-linecap=\"round\"" }
        if !stroke.dash.isEmpty {
          out += " stroke-dasharray=\"\(stroke.dash.map(number).joined(separator: " "))\""
        }
        out += "/>\n"
      case .text(let text): write(text)
      case .image(let raster, let rect): try write(raster, rect)
      case .clip(let rect, let items):
        clipCount += 1
        let name = "\(prefix)c\(clipCount)"
        out += "<clipPath id=\"\(name)\"><rect\(box(rect))/></clipPath><g clip-path=\"url(#\(name))\">\n"
        try write(items)
        out += "</g>\n"
      case .shift(let offset, let items):
        out += "<g transform=\"translate(\(number(offset.x)) \(number(offset.y)))\">\n"
        try write(items)
        out += "</g>\n"
      }
    }
  }

  private mutating func write(_ text: Text) {
    out += "<text"
    if text.rotated {
      out += " transform=\"translate(\(number(text.at.x)) \(number(text.at.y))) rotate(-90)\""
    } else {
      out += " x=\"\(number(text.at.x))\" y=\"\(number(text.at.y))\""
    }
    out += " font-size=\"\(number(text.size))\""
    if text.bold { out += " font-weight=\"600\"" }
    switch text.align {
    case .start: break
    case .middle: out += " text-anchor=\"middle\""
    case .end: out += " text-anchor=\"end\""
    }
    if text.string.count > 1 {
      out += " textLength=\"\(number(text.width))\" lengthAdjust=\"spacingAndGlyphs\""
    }
    out += "\(colour("fill", text.paint))>\(escaped(text.string))</text>\n"
  }

  private mutating func write(_ raster: Raster, _ rect: Rect) throws(ReportError) {
    let png = try encodePNG(
      width: raster.width, height: raster.height, channels: raster.isOpaque ? 3 : 4,
      pixels: raster.isOpaque ? raster.rgb : raster.pixels, name: "a raster")
    let style = raster.isSmooth ? "" : " style=\"image-rendering:pixelated\""
    let name = mode == .inline && !raster.isOpaque ? " class=\"cloud\"" : ""
    out += "<image\(name)\(box(rect)) preserveAspectRatio=\"none\"\(style)"
    out += " href=\"data:image/png;base64,\(Data(png).base64EncodedString())\"/>\n"
  }

  private func box(_ r: Rect) -> String {
    " x=\"\(number(r.x))\" y=\"\(number(r.y))\" width=\"\(number(r.width))\" height=\"\(number(r.height))\""
  }

  private func colour(_ attribute: String, _ paint: Paint) -> String {
    var text =
      switch (mode, paint.source) {
      case (.inline, .role(let role)): " \(attribute)=\"var(\(role.variable))\""
      default: " \(attribute)=\"\(paint.light.hex)\""
      }
    if paint.opacity < 1 { text += " \(attribute)-opacity=\"\(number(paint.opacity))\"" }
    return text
  }

  private func data(_ path: Path) -> String {
    var text = ""
    for element in path.elements {
      switch element {
      case .move(let p): text += "M\(pair(p))"
      case .line(let p): text += "L\(pair(p))"
      case .cubic(let a, let b, let p): text += "C\(pair(a)) \(pair(b)) \(pair(p))"
      case .close: text += "Z"
      }
    }
    return text
  }

  private func pair(_ p: Point) -> String { "\(number(p.x)) \(number(p.y))" }

  /// At most two decimals.
  private func number(_ v: Double) -> String {
    let hundredths = (v * 100).rounded()
    guard hundredths.isFinite, abs(hundredths) < 1e12 else { return "0" }
    let n = Int(hundredths)
    let sign = n < 0 ? "-" : ""
    let (whole, rest) = abs(n).quotientAndRemainder(dividingBy: 100)
    if rest == 0 { return "\(sign)\(whole)" }
    return rest % 10 == 0 ? "\(sign)\(whole).\(rest / 10)" : "\(sign)\(whole).\(rest < 10 ? "0" : "")\(rest)"
  }
}

/// Text made safe for XML and HTML, in elements and in quoted attributes. Control characters are dropped.
func escaped(_ text: String) -> String {
  var result = ""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "\"": result += "&quot;"
    case "'": result += "&#39;"
    case "\t", "\n": result.unicodeScalars.append(scalar)
    case _ where scalar.value < 32 || scalar.value == 127: continue
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result
}

extension Scene {
  /// The picture as an SVG file's text, on a light background.
  public func svg() throws(ReportError) -> String {
    var writer = SVGWriter(mode: .file)
    return try writer.write(self)
  }
}

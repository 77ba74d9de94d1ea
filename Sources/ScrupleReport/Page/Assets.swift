/// What every page carries, from the files in `Resources`: its looks, its script, and the runtime.
enum Assets {
  /// The style sheet: the colours of the roles for light and dark pages, then `report.css`.
  static let sheet = """
    :root{\(variables(\.light))}
    @media (prefers-color-scheme:dark){:root:not([data-theme=light]){\(variables(\.dark))}}
    :root[data-theme=dark]{\(variables(\.dark))}
    @media print{:root,:root[data-theme=dark],:root:not([data-theme=light]){\(variables(\.light))}}
    \(text(PackageResources.report_css))
    """

  /// One module: the files one after the other. What they export is known to those after them.
  static let script =
    [
      PackageResources.page_js, PackageResources.scruple_js, PackageResources.twin_js,
      PackageResources.parts_js, PackageResources.plane_js, PackageResources.rows_js,
      PackageResources.ray_js, PackageResources.picture_js, PackageResources.live_js,
    ]
    .map { text($0).replacing("\nexport ", with: "\n") }.joined(separator: "\n")

  /// The runtime as WebAssembly, in base64. `tools/build-library --embed` makes the file.
  static let runtime = base64(PackageResources.scruple_wasm)

  /// Colours that a dark page needs in another shade than a light one, beside those of pictures.
  private static let shades: [(name: String, light: String, dark: String)] = [
    ("--soft", "#f4f5f7", "#1d2229"), ("--good", "#00734f", "#4fd0a3"),
    ("--good-soft", "#e0f3ec", "#12332a"), ("--bad", "#b3400a", "#ff9c66"),
    ("--bad-soft", "#fbe9df", "#3d2113"), ("--accent", "#0067a3", "#63b5ee"),
  ]

  private static func variables(_ color: KeyPath<Paint.Role, Color>) -> String {
    let isDark = color == \Paint.Role.dark
    return
      (["color-scheme:\(isDark ? "dark" : "light")"]
      + Paint.Role.all.map { "\($0.variable):\($0[keyPath: color].hex)" }
      + shades.map { "\($0.name):\(isDark ? $0.dark : $0.light)" }).joined(separator: ";")
  }

  private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}

/// What a firmware image is made of, in bytes, read from the linker's map.
///
/// Only what the linker kept counts. The runtime is what every product that links it pays for: the objects of
/// module `ScrupleRuntime` and the support functions (memory copies, divisions) that compilers call. The harness
/// is the rest: start-up, faults, console, the loop that answers the host.
public struct ImageSizes: Codable, Hashable, Sendable {
  /// Code of the runtime.
  public var text = 0

  /// Constants of the runtime.
  public var rodata = 0

  /// Initialized variables of the runtime.
  public var data = 0

  /// Zeroed variables of the runtime.
  public var bss = 0

  /// Code, constants and initialized variables of the harness, all together.
  public var harness = 0
}

extension ImageSizes {
  /// Adds up the input sections of a map that `ld.lld -Map` or `wasm-ld -Map` wrote.
  ///
  /// A line of an input section reads `VMA LMA SIZE ALIGN PATH/MODULE/FILE.o:(SECTION)`, numbers in hexadecimal; of
  /// wasm `ADDRESS OFFSET SIZE PATH/MODULE/FILE.o:(NAME)`, where the names of functions follow a line `CODE`.
  init(map: String) {
    var isCode = false
    for line in map.split(separator: "\n") {
      if !line.hasSuffix(")"), let last = line.split(separator: " ").last, last == last.uppercased() {
        isCode = last == "CODE"
      }
      guard let open = line.lastIndex(of: "("), line.hasSuffix(")"), line[..<open].hasSuffix(".o:") else {
        continue
      }
      let section = line[line.index(after: open)...].dropLast()
      let path = line[..<open].dropLast().split(separator: " ").last ?? ""
      let columns = line.split(separator: " ", maxSplits: 4)
      guard columns.count >= 4, let size = Int(columns[2], radix: 16) else { continue }
      let parts = path.split(separator: "/")
      guard parts.count >= 2 else { continue }
      let isRuntime = parts[parts.count - 2] == "ScrupleRuntime" || parts[parts.count - 1].hasPrefix("memory")
      guard let kind = ImageSizes.kind(of: section) ?? (isCode ? \.text : nil) else { continue }
      if isRuntime { self[keyPath: kind] += size } else if kind != \.bss { harness += size }
    }
  }

  private static func kind(of section: Substring) -> WritableKeyPath<ImageSizes, Int>? {
    func matches(_ names: String...) -> Bool {
      names.contains { section == $0 || section.hasPrefix($0 + ".") }
    }
    if matches(".text", ".vectors") { return \.text }
    if matches(".rodata", ".srodata", ".got", ".ARM.exidx") { return \.rodata }
    if matches(".data", ".sdata") { return \.data }
    if matches(".bss", ".sbss", "COMMON") { return \.bss }
    return nil
  }
}

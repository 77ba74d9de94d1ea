import Foundation

/// A board's firmware image on disk.
public struct FirmwareImage: Sendable {
  /// The program, an ELF file (on wasm32 a module).
  public let program: URL
  /// What it is made of.
  public let sizes: ImageSizes

  /// Finds the board's image, and builds it where it is missing or older than what it is made of.
  ///
  /// Where the environment's `SCRUPLE_FIRMWARE` names a folder, `BOARD/firmware.elf` in it is the image. Otherwise
  /// the script `tools/build-firmware` is looked for from the current directory upwards, then from the running
  /// program's; it keeps images by content, and says on standard error when it has to build.
  ///
  /// - Parameters:
  ///   - board: the board.
  ///   - isDense: whether to leave out all operations but dense layers.
  /// - Throws: ``DeviceError/imageMissing(board:searched:)``, ``DeviceError/imageFailed(board:log:)``.
  public static func find(for board: Board, isDense: Bool = false) throws(DeviceError) -> FirmwareImage {
    if let folder = ProcessInfo.processInfo.environment["SCRUPLE_FIRMWARE"], !folder.isEmpty {
      return try FirmwareImage(board, in: URL(fileURLWithPath: folder).appendingPathComponent(board.name))
    }
    let starts = [
      URL(fileURLWithPath: FileManager.default.currentDirectoryPath),
      URL(fileURLWithPath: CommandLine.arguments.first ?? ".").resolvingSymlinksInPath()
        .deletingLastPathComponent(),
    ]
    for start in starts {
      var folder = start.standardizedFileURL
      while true {
        let script = folder.appendingPathComponent("tools/build-firmware")
        if FileManager.default.isExecutableFile(atPath: script.path) {
          return try FirmwareImage(board, in: build(board, isDense: isDense, with: script))
        }
        guard folder.path != "/" else { break }
        folder.deleteLastPathComponent()
      }
    }
    throw .imageMissing(board: board.name, searched: starts.map(\.path))
  }

  /// Its machine code.
  func listing() throws(DeviceError) -> Listing {
    let file = program.deletingLastPathComponent().appendingPathComponent("firmware.lst")
    guard let text = try? String(contentsOf: file, encoding: .utf8) else {
      throw .imageMissing(board: file.path, searched: [file.path])
    }
    return Listing(text)
  }

  /// A bound on the stack that any function of the runtime takes, whatever the model, from the machine code.
  func runtimeStackBound() throws -> Int {
    let listing = try listing()
    let entries = listing.functions.map(\.name).filter { $0.contains("14ScrupleRuntime") }
    return try entries.map { try StackBound(of: listing, entry: $0).bytes }.max() ?? 0
  }

  private init(_ board: Board, in folder: URL) throws(DeviceError) {
    program = folder.appendingPathComponent(board.core == .wasm32 ? "firmware.wasm" : "firmware.elf")
    guard FileManager.default.isReadableFile(atPath: program.path),
      let map = try? String(contentsOf: folder.appendingPathComponent("firmware.map"), encoding: .utf8)
    else { throw .imageMissing(board: board.name, searched: [folder.path]) }
    sizes = ImageSizes(map: map)
  }

  /// Runs the script; its last line of output names the image's folder.
  private static func build(_ board: Board, isDense: Bool, with script: URL) throws(DeviceError) -> URL {
    let process = Process(), output = Pipe()
    process.executableURL = script
    process.arguments = (isDense ? ["--dense"] : []) + [board.name]
    process.standardOutput = output
    // What it says about building goes to our standard error as it comes.
    do { try process.run() } catch { throw .imageFailed(board: board.name, log: "\(error)") }
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0, let folder = text.split(separator: "\n").last else {
      throw .imageFailed(
        board: board.name, log: "\(script.path) ended with status \(process.terminationStatus)")
    }
    return URL(fileURLWithPath: String(folder))
  }
}

import ScrupleNetwork

/// A named set of grey pictures that one of the tools makes, in IDX files of the data folder.
struct PictureSet {
  let name: String
  let summary: String
  /// The side of a picture in pixels.
  let size: Int
  /// The parts it comes in, and the samples of each.
  let parts: [(part: DatasetPart, count: Int)]
  /// The classes; empty where the pictures have no labels.
  let labelNames: [String]
  /// Where the pictures come from.
  let origin: String
  /// The tool that makes it.
  let remedy: String

  /// The folder that has the files of a part.
  var folder: String? {
    DataFolder.find(file(parts[parts.count - 1].part, "images-idx3"))
  }

  /// Reads a part: the test part if none is named; `all` is all parts in the order of ``parts``.
  func read(_ part: DatasetPart?, specification: String) throws(DataError) -> Dataset {
    let wanted = parts.filter { part == .all || $0.part == part ?? .test }
    var read: [Dataset] = []
    for (part, _) in wanted {
      let images = try found(part, "images-idx3")
      let labels = labelNames.isEmpty ? nil : try found(part, "labels-idx1")
      read.append(
        try IDXImages.read(
          images: images, labels: labels, name: name, labelNames: labelNames.isEmpty ? nil : labelNames))
    }
    guard let first = read.first else {
      throw .unknownPart(specification: specification, part: part?.rawValue ?? "")
    }
    return read.dropFirst().reduce(first) { $0.appending($1) }
  }

  private func found(_ part: DatasetPart, _ kind: String) throws(DataError) -> String {
    let name = file(part, kind)
    guard let path = DataFolder.find(name) else {
      throw .notInstalled(dataset: self.name, file: "data/" + name, remedy: remedy)
    }
    return path
  }

  private func file(_ part: DatasetPart, _ kind: String) -> String {
    "\(name)/\(part == .test ? "t10k" : part.rawValue)-\(kind)-ubyte.gz"
  }
}

extension PictureSet {
  /// All of them.
  static let all: [PictureSet] =
    [
      fetched("natural", "patches of photographs", size: 28, train: 20_000, test: 10_000),
      fetched("natural-64", "patches of photographs", size: 64, train: 8000, test: 4000),
      fetched(
        "outliers", "patches, strokes, letters and signs, no digits: to train unsureness on", size: 28,
        train: 40_000, test: 4000),
      PictureSet(
        name: "sheet-music", summary: "sheet music as photographed or scanned, and other pictures", size: 64,
        parts: [(.train, 24_000), (.validation, 4000), (.test, 4000)],
        labelNames: ["not sheet music", "sheet music"], origin: sheetMusicOrigin, remedy: sheetMusicRemedy),
      PictureSet(
        name: "sheet-music-outliers", summary: "lines or notes, not both: to train unsureness on", size: 64,
        parts: [(.train, 12_000), (.validation, 2000), (.test, 2000)], labelNames: [],
        origin: sheetMusicOrigin, remedy: sheetMusicRemedy),
      unseen("sheet-music-unseen", "the five unseen kinds mixed", count: 4000),
    ]
    + [
      ("handwriting", "handwriting on ruled paper"), ("staves", "staves without notes"),
      ("fretboards", "tablature and chord diagrams"), ("barcodes", "barcodes"),
      ("science", "pictures through microscopes and telescopes"),
    ].map { unseen("sheet-music-unseen-" + $0.0, $0.1 + ", not in training", count: 1000) }

  private static let sheetMusicRemedy = "tools/build-sheet-music"
  private static let sheetMusicOrigin = "PyPI package music21; generated"

  private static func fetched(
    _ name: String, _ summary: String, size: Int, train: Int, test: Int
  ) -> PictureSet {
    PictureSet(
      name: name, summary: summary, size: size, parts: [(.train, train), (.test, test)], labelNames: [],
      origin: "PyPI package scikit-image and others", remedy: "tools/fetch-natural")
  }

  private static func unseen(_ name: String, _ summary: String, count: Int) -> PictureSet {
    PictureSet(
      name: name, summary: summary, size: 64, parts: [(.test, count)], labelNames: [],
      origin: sheetMusicOrigin, remedy: sheetMusicRemedy)
  }
}

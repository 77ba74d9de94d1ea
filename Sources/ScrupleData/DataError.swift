/// What can be wrong with data that is read or written.
///
/// Lines and columns count from 1, offsets from 0, in bytes.
public enum DataError: Error, Equatable, Sendable {
  /// The file can't be opened or read; `reason` is the system's.
  case unreadable(file: String, reason: String)
  /// The file can't be written; an older file of that name is as it was.
  case unwritable(file: String, reason: String)
  /// A named dataset that is not on this machine, and what installs it.
  case notInstalled(dataset: String, file: String, remedy: String)
  /// Neither a dataset's name nor a file or folder.
  case unknownDataset(name: String, known: [String])
  /// A specification such as `iris:tset` that names no part.
  case unknownPart(specification: String, part: String)
  /// A kind of file that isn't read.
  case unknownFormat(file: String)

  /// A file, or what it says it holds, is larger than is read.
  case tooLarge(file: String, what: String, bytes: Int, limit: Int)
  /// The data ends before what was announced, or goes on after it.
  case wrongLength(file: String, format: String, expected: Int, found: Int)
  /// A field of a binary file has a value that it can't have.
  case malformed(file: String, format: String, offset: Int, expected: String, found: String)
  /// A gzip stream that doesn't inflate; `offset` is in the compressed bytes.
  case corruptGzip(file: String, offset: Int, reason: String)
  /// A PNG file that can't be decoded.
  case corruptPNG(file: String, reason: String)

  /// An empty field where a value is needed.
  case missingValue(file: String, line: Int, column: Int, name: String)
  /// Text where a number is needed.
  case notANumber(file: String, line: Int, column: Int, name: String, found: String)
  /// A NaN, an infinity, or a number that is too large for a Float.
  case notFinite(file: String, line: Int, column: Int, name: String, found: String)
  /// A row with more or fewer fields than the first.
  case wrongColumnCount(file: String, line: Int, expected: Int, found: Int)
  /// A quotation mark that isn't closed, or stands inside a field.
  case strayQuote(file: String, line: Int, column: Int)
  /// A column that the file doesn't have.
  case unknownColumn(file: String, name: String, columns: [String])
  /// The column that tells the class holds a number that is not whole.
  case fractionalLabel(file: String, line: Int, column: Int, found: String)
  /// Not a single sample.
  case empty(file: String)

  /// An image or row of another shape than the model takes.
  case wrongShape(file: String, expected: String, found: String, remedy: String)
  /// A value that no 8-bit pixel can have.
  case notAPixel(dataset: String, sample: Int, found: Float)
  /// There are not as many labels as samples.
  case labelCount(file: String, expected: Int, found: Int)
  /// A label outside 0 ..< `classes`.
  case labelOutOfRange(file: String, sample: Int, label: Int, classes: Int)
  /// A class that the model doesn't know.
  case unknownLabel(dataset: String, label: String, known: [String])
  /// The dataset has no labels, and they are needed.
  case unlabelled(dataset: String, need: String)
  /// A kind of noise that can't be made for this kind of input.
  case unsupportedNoise(kind: String, reason: String)
}

extension DataError {
  /// True when the input isn't there at all (exit status 66), false when it is there and bad (65).
  public var isMissingInput: Bool {
    switch self {
    case .unreadable, .notInstalled, .unknownDataset: true
    default: false
    }
  }
}

extension DataError: CustomStringConvertible {
  /// One sentence or two, naming the file, the place, the values and the way out.
  public var description: String {
    switch self {
    case .unreadable(let file, let reason):
      "\(file): can't be read: \(reason)"
    case .unwritable(let file, let reason):
      "\(file): can't be written: \(reason)"
    case .notInstalled(let dataset, let file, let remedy):
      "dataset \(dataset) is not here (no \(file)). To get it: \(remedy)"
    case .unknownDataset(let name, let known):
      "\(name): no dataset has this name and there is no such file or folder. Names: \(list(known))"
    case .unknownPart(let specification, let part):
      "\(specification): '\(part)' is not a part; write :train, :test or :all"
    case .unknownFormat(let file):
      "\(file): not a kind of file that is read (.csv, .npy, .png, IDX, a folder of label folders)"
    case .tooLarge(let file, let what, let bytes, let limit):
      "\(file): \(what) would take \(bytes) bytes; at most \(limit) are read"
    case .wrongLength(let file, let format, let expected, let found):
      "\(file): \(format) announces \(expected) bytes, the file has \(found)"
    case .malformed(let file, let format, let offset, let expected, let found):
      "\(file): not a proper \(format) file: at byte \(offset) expected \(expected), found \(found)"
    case .corruptGzip(let file, let offset, let reason):
      "\(file): corrupt gzip data at byte \(offset): \(reason)"
    case .corruptPNG(let file, let reason):
      "\(file): not a proper PNG file: \(reason)"
    default: descriptionOfContents
    }
  }

  private var descriptionOfContents: String {
    switch self {
    case .missingValue(let file, let line, let column, let name):
      "\(place(file, line, column, name)): the value is missing"
    case .notANumber(let file, let line, let column, let name, let found):
      "\(place(file, line, column, name)): expected a number, found '\(found)'"
    case .notFinite(let file, let line, let column, let name, let found):
      "\(place(file, line, column, name)): expected a finite number, found '\(found)'"
    case .wrongColumnCount(let file, let line, let expected, let found):
      "\(file):\(line): expected \(expected) columns as in the first row, found \(found)"
    case .strayQuote(let file, let line, let column):
      "\(file):\(line): column \(column): a quotation mark is not closed or stands inside a field"
    case .unknownColumn(let file, let name, let columns):
      "\(file): no column is called '\(name)'; there are \(list(columns))"
    case .fractionalLabel(let file, let line, let column, let found):
      "\(file):\(line): column \(column): a label is a name or a whole number, found '\(found)'"
    case .empty(let file):
      "\(file): there is no sample in it (docs/data.md tells what is read)"
    case .wrongShape(let file, let expected, let found, let remedy):
      "\(file): expected \(expected), found \(found)" + (remedy.isEmpty ? "" : "; \(remedy)")
    case .notAPixel(let dataset, let sample, let found):
      "\(dataset): sample \(sample): a pixel is a whole number in 0...255, found \(found)"
    case .labelCount(let file, let expected, let found):
      "\(file): expected \(expected) labels, one for each sample, found \(found)"
    case .labelOutOfRange(let file, let sample, let label, let classes):
      "\(file): sample \(sample): label \(label) is not in 0..<\(classes)"
    case .unknownLabel(let dataset, let label, let known):
      "\(dataset): label '\(label)' is not a class of the model; it has \(list(known))"
    case .unlabelled(let dataset, let need):
      "\(dataset): there are no labels, and \(need) needs them"
    case .unsupportedNoise(let kind, let reason):
      "noise '\(kind)': \(reason)"
    default: ""
    }
  }

  private func place(_ file: String, _ line: Int, _ column: Int, _ name: String) -> String {
    "\(file):\(line): column \(column)" + (name.isEmpty ? "" : " (\(name))")
  }

  private func list(_ names: [String]) -> String {
    let shown = names.prefix(20).joined(separator: ", ")
    return names.count > 20 ? "\(shown), … (\(names.count) in all)" : shown
  }
}

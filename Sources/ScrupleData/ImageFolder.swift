import ScrupleNetwork

/// PNG files: single ones, and folders with one folder per label.
enum ImageFolder {
  /// Every sub-folder is a class, in alphabetical order; its PNG files are the samples, in alphabetical
  /// order. A folder of PNG files without sub-folders gives unlabelled images.
  ///
  /// Images come in the model's size and channels if `input` is an image; otherwise in those of the first
  /// file, and RGB if any file is.
  static func read(
    _ path: String, like input: InputDescription?, _ options: Catalogue.Options
  ) throws(DataError) -> Dataset {
    let names = try FileBytes.names(in: path)
    let folders = names.filter { FileBytes.kind(path + "/" + $0) == .folder }
    var files: [(path: String, label: Int)] = []
    for (label, folder) in folders.enumerated() {
      for name in try FileBytes.names(in: path + "/" + folder) where isPNG(name) {
        files.append((path + "/" + folder + "/" + name, label))
      }
    }
    if folders.isEmpty { files = names.filter(isPNG).map { (path + "/" + $0, 0) } }
    guard !files.isEmpty else { throw .empty(file: path) }

    var images: [PNGImage] = []
    for file in files {
      let image = try PNGImage(contentsOfFile: file.path, background: options.background)
      images.append(try sized(image, file.path, like: input, first: images.first, options))
    }
    let channels = wantedChannels(images, like: input)
    return Dataset(
      name: String(path.split(separator: "/").last ?? "images"), source: path,
      samples: .bytes(images.flatMap { $0.converted(toChannels: channels).pixels }),
      shape: Shape([images[0].height, images[0].width, channels]),
      labels: folders.isEmpty ? nil : files.map(\.label), labelNames: folders)
  }

  /// One file as a set of one unlabelled image.
  static func single(
    _ path: String, name: String, like input: InputDescription?, _ options: Catalogue.Options
  ) throws(DataError) -> Dataset {
    let image = try sized(
      PNGImage(contentsOfFile: path, background: options.background), path, like: input, first: nil, options)
    let channels = wantedChannels([image], like: input)
    return Dataset(
      name: name, source: path, samples: .bytes(image.converted(toChannels: channels).pixels),
      shape: Shape([image.height, image.width, channels]))
  }

  private static func isPNG(_ name: String) -> Bool { name.lowercased().hasSuffix(".png") }

  private static func wantedChannels(_ images: [PNGImage], like input: InputDescription?) -> Int {
    if case .image(_, _, let channels)? = input?.kind, channels == 1 || channels == 3 { return channels }
    return images.map(\.channels).max() ?? 1
  }

  private static func sized(
    _ image: PNGImage, _ file: String, like input: InputDescription?, first: PNGImage?,
    _ options: Catalogue.Options
  ) throws(DataError) -> PNGImage {
    var wanted = first.map { ($0.height, $0.width) }
    if case .image(let height, let width, _)? = input?.kind { wanted = (height, width) }
    guard let (height, width) = wanted, (height, width) != (image.height, image.width) else { return image }
    guard options.resize else {
      throw .wrongShape(
        file: file, expected: "an image \(width) wide and \(height) high",
        found: "one \(image.width) wide and \(image.height) high",
        remedy: "ask for resizing (--resize) if that is meant")
    }
    return image.resized(toWidth: width, height: height)
  }
}

import ScrupleNetwork

extension Dataset {
  /// Images of the wanted size and number of channels.
  func asImages(height: Int, width: Int, channels: Int, resize: Bool) throws(DataError) -> Dataset {
    let wanted = Shape([height, width, channels])
    guard shape != wanted, case .bytes(let all) = samples else { return self }
    let own = shape.dimensions
    guard [1, 3].contains(own[2]), [1, 3].contains(channels) || channels == own[2] else {
      throw .wrongShape(
        file: name, expected: Self.imageWords(wanted), found: Self.imageWords(shape), remedy: "")
    }
    let sameSize = own[0] == height && own[1] == width
    guard sameSize || resize else {
      throw .wrongShape(
        file: name, expected: Self.imageWords(wanted), found: Self.imageWords(shape),
        remedy: "ask for resizing (--resize) if that is meant")
    }
    let resizer = sameSize ? nil : Resizer(from: (own[0], own[1]), to: (height, width), channels: own[2])
    var result: [UInt8] = []
    result.reserveCapacity(count * wanted.count)
    for sample in 0..<count {
      let pixels = all[(sample * shape.count)..<((sample + 1) * shape.count)]
      let sized = resizer.map { $0.resize(pixels) } ?? Array(pixels)
      let image = PNGImage(width: width, height: height, channels: own[2], pixels: sized)
      result += image.converted(toChannels: channels).pixels
    }
    return Dataset(
      name: name, source: source, samples: .bytes(result), shape: wanted, labels: labels,
      labelNames: labelNames)
  }

  /// A table of pixel values as images.
  func asImages(_ values: [Float], _ shape: Shape) throws(DataError) -> Dataset {
    var pixels: [UInt8] = []
    pixels.reserveCapacity(values.count)
    for (index, value) in values.enumerated() {
      guard let pixel = UInt8(exactly: value) else {
        throw .notAPixel(dataset: name, sample: index / shape.count, found: value)
      }
      pixels.append(pixel)
    }
    return Dataset(
      name: name, source: source, samples: .bytes(pixels), shape: shape, labels: labels,
      labelNames: labelNames)
  }
}

import ScrupleNetwork

extension Window {
  /// What the kernel meets at every output position of `count` images (im2col), for code that has one loop for all
  /// kernels and no hurry.
  ///
  /// - Parameters:
  ///   - images: `count` images in a row, each in the order height, width, channel.
  ///   - padding: what stands outside of the image.
  /// - Returns: row-major; a row for every image and position, in it the order kernel row, kernel column, channel.
  func patches<Value>(of images: ArraySlice<Value>, image: ImageShape, count: Int, padding: Value) -> [Value]
  {
    guard let (height, width) = output(of: image) else { return [] }
    let channels = image.channels
    var result = [Value](
      repeating: padding, count: count * height * width * kernelHeight * kernelWidth * channels)
    result.withUnsafeMutableBufferPointer { result in
      images.withUnsafeBufferPointer { images in
        var target = 0
        for sample in 0..<count {
          for y in 0..<height {
            for x in 0..<width {
              for ky in 0..<kernelHeight {
                let row = y * strideHeight + ky - self.padding.top
                for kx in 0..<kernelWidth {
                  let column = x * strideWidth + kx - self.padding.left
                  if row >= 0, row < image.height, column >= 0, column < image.width {
                    let source = sample * image.count + (row * image.width + column) * channels
                    for channel in 0..<channels { result[target + channel] = images[source + channel] }
                  }
                  target += channels
                }
              }
            }
          }
        }
      }
    }
    return result
  }
}

/// `result[position][channel] = combine(the channel's column of the position's patch)`: what depthwise convolutions and
/// poolings make of patches.
///
/// - Parameters:
///   - patches: row-major, `positions × (area·channels)`, channels innermost.
///   - combine: is given the channel and a function that tells the channel's value at a place in the window.
func channelwise<Value, Result>(
  _ patches: [Value], area: Int, channels: Int, _ combine: (_ channel: Int, _ at: (Int) -> Value) -> Result
) -> [Result] {
  let positions = patches.count / max(area * channels, 1)
  var result: [Result] = []
  result.reserveCapacity(positions * channels)
  patches.withUnsafeBufferPointer { patches in
    for position in 0..<positions {
      let start = position * area * channels
      for channel in 0..<channels {
        result.append(combine(channel) { patches[start + $0 * channels + channel] })
      }
    }
  }
  return result
}

extension Window {
  /// `body` of the patches of a few images at a time, one after the other: patches of all of them could take the memory
  /// of the machine.
  func inBlocks<Value, Result>(
    of images: [Value], image: ImageShape, count: Int, padding: Value, _ body: ([Value]) -> [Result]
  ) -> [Result] {
    let (height, width) = output(of: image) ?? (0, 0)
    let block = max(1, (1 << 22) / max(height * width * self.count * image.channels, 1))
    var results: [Result] = []
    for start in stride(from: 0, to: count, by: block) {
      let end = min(start + block, count)
      let part = images[start * image.count..<end * image.count]
      results += body(patches(of: part, image: image, count: end - start, padding: padding))
    }
    return results
  }
}

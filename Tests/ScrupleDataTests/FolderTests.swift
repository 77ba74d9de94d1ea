import ScrupleNetwork
import Testing

@testable import ScrupleData

@Suite struct `Folders of PNG files` {
  /// dog/0.png, dog/1.png, cat/0.png … in a folder.
  private func fill(_ folder: String, _ labels: [String: Int], size: Int = 4) throws {
    for (label, count) in labels {
      try makeFolder(folder + "/" + label)
      for index in 0..<count {
        try picture(width: size, height: size, seed: index + label.utf8.count * 10)
          .write(toFile: folder + "/\(label)/\(index).png")
      }
    }
  }

  @Test func `one folder per label, in alphabetical order`() throws {
    try inTemporaryFolder { folder in
      try fill(folder, ["dog": 2, "cat": 3])
      try FileBytes.write([1], to: folder + "/dog/notes.txt")
      let set = try Catalogue.load(folder)
      #expect(set.labelNames == ["cat", "dog"])
      #expect(set.labels == [0, 0, 0, 1, 1])
      #expect(set.shape == Shape([4, 4, 1]))
      let last = Dataset(
        name: set.name, source: set.source, samples: .bytes(picture(width: 4, height: 4, seed: 31).pixels),
        shape: set.shape, labels: [1], labelNames: set.labelNames)
      #expect(set.selecting([4]) == last)
      #expect(try Catalogue.load(folder + ":train").count == 3)
    }
  }

  @Test func `folders of parts`() throws {
    try inTemporaryFolder { folder in
      try fill(folder + "/train", ["a": 3, "b": 2])
      try fill(folder + "/test", ["a": 1, "b": 1])
      #expect(try Catalogue.load(folder).count == 2)
      #expect(try Catalogue.load(folder + ":train").count == 5)
      #expect(try Catalogue.load(folder + ":all").labels == [0, 0, 0, 1, 1, 0, 1])
    }
  }

  @Test func `another size is an error naming the file, or resized when asked`() throws {
    try inTemporaryFolder { folder in
      try fill(folder, ["a": 2])
      try picture(width: 9, height: 5).write(toFile: folder + "/a/odd.png")
      let error = #expect(throws: DataError.self) { try Catalogue.load(folder) }
      #expect(
        error
          == .wrongShape(
            file: folder + "/a/odd.png", expected: "an image 4 wide and 4 high",
            found: "one 9 wide and 5 high",
            remedy: "ask for resizing (--resize) if that is meant"))
      var options = Catalogue.Options()
      options.resize = true
      #expect(try Catalogue.load(folder, options: options).count == 3)
      let input = InputDescription(.image(height: 7, width: 7, channels: 3))
      #expect(throws: DataError.self) { try Catalogue.load(folder, like: input) }
      #expect(try Catalogue.load(folder, like: input, options: options).shape == Shape([7, 7, 3]))
    }
  }

  @Test func `unlabelled folders and single files`() throws {
    try inTemporaryFolder { folder in
      try picture(width: 3, height: 2).write(toFile: folder + "/1.png")
      try picture(width: 3, height: 2, channels: 3).write(toFile: folder + "/2.PNG")
      let set = try Catalogue.load(folder)
      #expect(set.labels == nil)
      #expect(set.shape == Shape([2, 3, 3]))
      let one = try Catalogue.load(folder + "/1.png")
      #expect(one.samples == .bytes(picture(width: 3, height: 2).pixels))
      let error = #expect(throws: DataError.self) {
        try Catalogue.load(
          folder + "/1.png", like: InputDescription(.image(height: 28, width: 28, channels: 1)))
      }
      #expect(error?.description.contains("28 wide and 28 high") == true)
    }
  }

  @Test func `what shows through is asked for`() throws {
    try inTemporaryFolder { folder in
      let clear = PNGImage(width: 1, height: 1, channels: 4, pixels: [9, 9, 9, 0])
      try clear.write(toFile: folder + "/clear.png")
      var options = Catalogue.Options()
      #expect(try Catalogue.load(folder + "/clear.png", options: options).samples == .bytes([255, 255, 255]))
      options.background = .black
      #expect(try Catalogue.load(folder + "/clear.png", options: options).samples == .bytes([0, 0, 0]))
    }
  }

  @Test func `an empty folder and a corrupt file are errors`() throws {
    try inTemporaryFolder { folder in
      #expect(throws: DataError.empty(file: folder)) { try Catalogue.load(folder) }
      try fill(folder, ["a": 1])
      try FileBytes.write(Array("not a picture".utf8), to: folder + "/a/x.png")
      let error = #expect(throws: DataError.self) { try Catalogue.load(folder) }
      #expect(error?.description.contains("/a/x.png") == true)
    }
  }
}

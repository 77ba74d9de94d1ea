import Foundation
import ScrupleNetwork
import Testing

@testable import ScrupleReport

@Suite struct LiveTests {
  static func network(name: String = "n", labels: [String] = ["a", "b"]) throws -> Network {
    let kernel = Dense(
      weight: [0.5, -0.25, 1, 2], bias: [0.125, -1], inputs: 2, outputs: 2, activation: .identity,
      grid: WeightGrid(scales: [0.25, 1]))
    return try Network(
      name: name, labels: labels,
      input: InputDescription(
        .tabular([.init(name: "x", low: -1, high: 1), .init(name: "y", low: 0, high: 2)])),
      layers: [.dense(kernel)], temperature: 2)
  }

  static func object(_ part: LivePart) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(part.json().utf8)) as? [String: Any])
  }

  static func numbers<Number: BitwiseCopyable>(_ value: Any?, as: Number.Type) throws -> [Number] {
    let text = try #require(value as? String)
    let data = try #require(Data(base64Encoded: text))
    return data.withUnsafeBytes { Array($0.bindMemory(to: Number.self)) }
  }

  @Test func `a twin on its grid is written as integers and scales, and comes back exactly`() throws {
    let twin = try Self.network()
    let part = try LivePart(models: [.init(title: "t", program: [1, 2, 255], twin: twin)])
    let model = try #require((try Self.object(part)["models"] as? [[String: Any]])?.first)
    #expect(try Self.numbers(model["program"], as: UInt8.self) == [1, 2, 255])
    let description = try #require(model["twin"] as? [String: Any])
    #expect(description["temperature"] as? Double == 2)
    #expect(description["sources"] as? [[Int]] == [[-1]])
    let layer = try #require((description["layers"] as? [[String: Any]])?.first)
    let integers = try Self.numbers(layer["integers"], as: Int8.self)
    let scales = try Self.numbers(layer["scales"], as: Float.self)
    #expect(integers.indices.map { Float(integers[$0]) * scales[$0 / 2] } == twin.kernels[0].weight)
    #expect(try Self.numbers(layer["bias"], as: Float.self) == [0.125, -1])
    #expect(layer["weight"] == nil)
  }

  @Test func `layers off the grid are written as numbers, with windows and limits`() throws {
    let image = ImageShape(height: 2, width: 2, channels: 1)
    let window = Window.same(kernelHeight: 3, kernelWidth: 3, strideHeight: 2, strideWidth: 1, of: image)
    let kernel = Dense(
      weight: (0..<9).map { Float($0) / 3 }, bias: [0.5], inputs: 9, outputs: 1,
      activation: .clippedReLU(limit: 6))
    let head = Dense(
      weight: [1, -1, 0.1, 0.2], bias: [0, 0], inputs: 2, outputs: 2, activation: .identity)
    let network = try Network(
      name: "n", labels: ["a", "b"], input: InputDescription(.image(height: 2, width: 2, channels: 1)),
      layers: [
        .convolution(Convolution(kernel: kernel, image: image, window: window)), .flatten, .dense(head),
      ])
    let layers = TwinDescription(network).layers
    #expect(layers.map(\.kind) == ["convolution", "flatten", "dense"])
    #expect(layers[0].image == [2, 2, 1] && layers[0].kernel == [3, 3] && layers[0].stride == [2, 1])
    #expect(
      layers[0].padding == [
        window.padding.top, window.padding.left, window.padding.bottom, window.padding.right,
      ])
    #expect(layers[0].activation == "clippedReLU" && layers[0].limit == 6)
    #expect(try Self.numbers(layers[0].weight, as: Float.self) == kernel.weight)
    #expect(layers[1].weight == nil && layers[1].activation == nil)
  }

  @Test func `the page carries the runtime once, whatever titles and labels say`() throws {
    let hostile = ReportTests.hostile
    let part = try LivePart(
      models: [.init(title: hostile, program: [1], twin: Self.network(labels: [hostile, "b"]))],
      points: [.init(values: [0.5, 1], label: 1)], places: [.init(name: hostile, values: [0, 0])])
    let html = try Report(
      title: "t", sections: [Report.Section(title: "s", blocks: [.live(part), .live(part)])]
    ).html()
    let check = XMLCheck(html)
    #expect(check.error == nil)
    #expect(Set(check.ids).count == check.ids.count, "ids are unique")
    #expect(check.ids.filter { ["runtime", "live-1", "live-2"].contains($0) }.count == 3)
    #expect(!html.contains("alert(\""))
    let place = try #require((try Self.object(part)["places"] as? [[String: Any]])?.first)
    #expect(place["name"] as? String == hostile)
    #expect(Assets.runtime.hasPrefix("AGFzbQEAAAA"), "the magic number of WebAssembly")
    #expect(try !Report(title: "t").html().contains("id=\"runtime\""))
  }

  @Test func `models that don't read the same inputs can't share a part`() throws {
    let first = LivePart.Model(title: "one", program: [], twin: try Self.network())
    let second = LivePart.Model(title: "two", program: [], twin: try Self.network(labels: ["a", "c"]))
    let error = #expect(throws: ReportError.self) { try LivePart(models: [first, second]) }
    #expect("\(error!)".contains("two and one don't read the same inputs"))
    #expect(throws: ReportError.self) { try LivePart(models: []) }
  }
}

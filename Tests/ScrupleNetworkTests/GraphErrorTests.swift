import Testing

@testable import ScrupleNetwork

@Suite struct GraphErrorTests {
  private let image = ImageShape(height: 8, width: 6, channels: 2)

  private func complaint(_ layers: [Layer], sources: [[Int]]? = nil) -> String? {
    do {
      _ = try Network(
        name: "n", labels: ["a", "b"], input: InputDescription(.image(height: 8, width: 6, channels: 2)),
        layers: layers, sources: sources)
      return nil
    } catch { return error.description }
  }

  private func window(
    _ height: Int, _ width: Int, stride: Int = 1, padding: Padding = .valid
  ) -> Window {
    Window(
      kernelHeight: height, kernelWidth: width, strideHeight: stride, strideWidth: stride, padding: padding)
  }

  @Test func `layers that do not meet are refused with the layer and the values`() throws {
    var random = RandomLayers(seed: 1)
    let good = random.convolution(image, 3, window(3, 3))
    let head = Layer.dense(random.kernel(good.outputShape.count, 2, .identity))
    #expect(complaint([.convolution(good), head]) == nil)
    let other = ImageShape(height: 6, width: 8, channels: 2)
    #expect(
      complaint([.convolution(random.convolution(other, 3, window(3, 3))), head])
        == "layer 0: it takes images of 6×8×2, but images of 8×6×2 come in")
    #expect(
      complaint([.flatten, .convolution(good), head])
        == "layer 1: it takes images of 8×6×2, but 96 come in")
    #expect(
      complaint([.convolution(random.convolution(image, 3, window(9, 3))), head])
        == "layer 0: its kernel 9×3 is larger than its input, 8×6 with padding")
    #expect(
      complaint([.convolution(random.convolution(image, 3, window(3, 3, stride: 0))), head])
        == "layer 0: its stride is 0×0; both are at least 1")
    #expect(
      complaint([.pooling(Pooling(kind: .maximum, image: image, window: window(0, 2))), head])
        == "layer 0: its kernel is 0×2; both extents are at least 1")
    let wide = Padding(top: 0, left: 3, bottom: 0, right: 0)
    #expect(
      complaint([.convolution(random.convolution(image, 3, window(3, 3, padding: wide))), head])
        == "layer 0: its padding [0, 3, 0, 0] is not less than its kernel 3×3 on every side")
    let narrow = Padding(top: 1, left: 1, bottom: 1, right: 1)
    #expect(
      complaint([
        .pooling(Pooling(kind: .average, image: image, window: window(3, 3, padding: narrow))), head,
      ])
        == "layer 0: average pooling has no padding, but [1, 1, 1, 1] is given")
    let thin = Convolution(kernel: random.kernel(9, 3, .relu), image: image, window: window(3, 3))
    #expect(
      complaint([.convolution(thin), head]) == "layer 0: it takes 9 inputs, but 3×3×2 = 18 come in")
    let three = DepthwiseConvolution(kernel: random.kernel(9, 3, .relu), image: image, window: window(3, 3))
    #expect(complaint([.depthwise(three), head]) == "layer 0: 3 kernels for 2 channels")
    #expect(
      complaint([.convolution(good)]) == "the last layer is a convolution; logits come from a dense layer")
    var clipped = good
    clipped.kernel.activation = .clippedIdentity(limit: -1)
    #expect(complaint([.convolution(clipped), head]) == "layer 0: its limit is -1.0, not positive")
  }

  @Test func `graphs read only what is there, and everything is read`() throws {
    var random = RandomLayers(seed: 2)
    let same = Window.same(kernelHeight: 3, kernelWidth: 3, of: image)
    let layer = Layer.convolution(random.convolution(image, 2, same))
    let sum = Layer.addition(Addition(count: image.count, activation: .relu))
    let head = Layer.dense(random.kernel(image.count, 2, .identity))
    let layers = [layer, layer, sum, head]
    #expect(complaint(layers, sources: [[-1], [0], [1, 0], [2]]) == nil)
    #expect(complaint(layers, sources: [[-1], [0], [1, -1], [2]]) == nil)
    #expect(complaint(layers, sources: [[-1], [-1], [1, -1], [2]]) == "layer 0: no layer reads it")
    #expect(
      complaint(layers, sources: [[1], [0], [1, 0], [2]])
        == "layer 0: it reads layer 1; a layer reads the input (−1) or an earlier layer")
    #expect(
      complaint(layers) == "layer 2: a layer of kind addition reads 2 of the earlier ones, not 1")
    #expect(complaint(layers, sources: [[-1]]) == "1 lists of sources for 4 layers")
    let half = Layer.convolution(
      random.convolution(image, 2, .same(kernelHeight: 3, kernelWidth: 3, strideHeight: 2, of: image)))
    #expect(
      complaint([layer, half, sum, head], sources: [[-1], [0], [1, 0], [2]])
        == "layer 2: it adds images of 4×6×2 values to images of 8×6×2; both have to have one shape")
  }

  @Test func `scales pass through pooling, and a twin is clipped everywhere`() throws {
    let network = try residualSample(.clippedReLU(limit: 0.5)).network()
    #expect(!network.isGridTwin && !network.isDenseChain)
    let step = Double(Float(0.5)) / 255
    #expect(network.valueScales == [step, step, nil, step, nil, step, step, step, nil])
    #expect(network.inputScales == [1.0 / 255, step, step, step, step])
    let kernels = network.kernels.map { kernel in
      var kernel = kernel
      let grid = WeightGrid.fit(weight: kernel.weight, outputs: kernel.outputs, inputs: kernel.inputs)
      kernel.weight = grid.snap(kernel.weight)
      kernel.grid = grid
      return kernel
    }
    #expect(try !network.replacing(kernels: kernels).isGridTwin)
    var clipped = kernels
    for index in [2, 3] { clipped[index].activation = .clippedIdentity(limit: 0.7) }
    let twin = try network.replacing(kernels: clipped)
    #expect(twin.isGridTwin)
    #expect(twin.valueScales[2] == Double(Float(0.7)) / 127)
    #expect(try Network(decoding: twin.safetensors.encoded, file: "f") == twin)
  }
}

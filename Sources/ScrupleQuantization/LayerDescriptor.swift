import ScrupleNetwork
import ScrupleRuntime

/// The 48 bytes that describe an operation in a file; see `docs/format.md`.
struct LayerDescriptor {
  private typealias Field = FileLayout.Descriptor
  private typealias Image = FileLayout.ImageDescriptor
  private typealias Sum = FileLayout.AdditionDescriptor
  private typealias Code = FileLayout.OperationCode

  /// The descriptor so far.
  private(set) var bytes = [UInt8](repeating: 0, count: FileLayout.Descriptor.size)
  private let isAddition: Bool

  /// Everything that the layer alone determines: all but places and input zero points.
  init(_ layer: IntegerLayer) {
    if case .addition = layer { isAddition = true } else { isAddition = false }
    switch layer {
    case .dense(let dense):
      setKernel(dense, code: Code.dense, layout: FileLayout.WeightLayoutCode.pairPacked)
      bytes.store(UInt32(dense.inputs), at: Field.inputCount)
      bytes.store(UInt32(dense.outputs), at: Field.outputCount)
    case .convolution(let convolution):
      setKernel(
        convolution.kernel, code: Code.convolution, layout: FileLayout.WeightLayoutCode.pairPacked)
      setGeometry(convolution.image, convolution.window, outputs: convolution.kernel.outputs)
    case .depthwise(let depthwise):
      setKernel(depthwise.kernel, code: Code.depthwise, layout: FileLayout.WeightLayoutCode.quads)
      setGeometry(depthwise.image, depthwise.window, outputs: depthwise.image.channels)
    case .pooling(let pooling):
      bytes[Field.code] = pooling.kind == .average ? Code.averagePooling : Code.maximumPooling
      bytes[Field.preShift] = UInt8(pooling.preShift)
      bytes[Field.outputZeroPoint] = UInt8(pooling.zeroPoint)
      bytes.store(UInt32(pooling.multiplier), at: Image.multiplier)
      setGeometry(pooling.image, pooling.window, outputs: pooling.image.channels)
    case .addition(let addition):
      bytes[Field.code] = Code.addition
      bytes[Sum.shift] = UInt8(addition.shift)
      bytes.store(UInt32(addition.count), at: Sum.count)
      bytes.store(UInt32(addition.multiplierA), at: Sum.firstMultiplier)
      bytes.store(UInt32(addition.multiplierB), at: Sum.secondMultiplier)
      setOutput(addition.output)
    }
  }

  /// Where the operation reads and writes in the arena.
  mutating func place(inputs: [Int], output: Int, scratch: Int?) {
    bytes.store(UInt32(inputs[0]), at: Field.inputOffset)
    if isAddition { bytes.store(UInt32(inputs[1]), at: Sum.secondInputOffset) }
    bytes.store(UInt32(output), at: Field.outputOffset)
    if let scratch { bytes.store(UInt32(scratch), at: Image.scratchOffset) }
  }

  /// The bytes that mean zero in what is read.
  mutating func setZeroPoints(_ zeroPoints: [Int]) {
    bytes[Field.inputZeroPoint] = UInt8(zeroPoints[0])
    if isAddition { bytes[Sum.secondZeroPoint] = UInt8(zeroPoints[1]) }
  }

  /// The file offsets of weights, biases and multipliers.
  mutating func pointToConstants(_ offsets: [Int]) {
    for (field, offset) in zip([Field.weightsOffset, Field.biasOffset, Field.multiplierOffset], offsets) {
      bytes.store(UInt32(offset), at: field)
    }
  }

  private mutating func setKernel(_ kernel: IntegerDense, code: UInt8, layout: UInt8) {
    bytes[Field.code] = code
    bytes[Field.layout] = layout
    bytes[Field.preShift] = UInt8(kernel.preShift)
    setOutput(kernel.output)
  }

  private mutating func setOutput(_ output: IntegerOutput) {
    switch output {
    case .activation(let zeroPoint, let low, let high):
      bytes[Field.outputKind] = FileLayout.OutputKind.activations
      bytes[Field.outputZeroPoint] = UInt8(zeroPoint)
      bytes[Field.clampLow] = UInt8(low)
      bytes[Field.clampHigh] = UInt8(high)
    case .logits(let fractionBits):
      bytes[Field.outputKind] = FileLayout.OutputKind.logits
      bytes[Field.fractionBits] = UInt8(fractionBits)
    }
  }

  private mutating func setGeometry(_ image: ImageShape, _ window: Window, outputs: Int) {
    for (field, value) in [
      (Image.height, image.height), (Image.width, image.width), (Image.inputChannels, image.channels),
      (Image.outputChannels, outputs),
    ] {
      bytes.store(UInt16(value), at: field)
    }
    for (field, value) in [
      (Image.kernelHeight, window.kernelHeight), (Image.kernelWidth, window.kernelWidth),
      (Image.strideHeight, window.strideHeight), (Image.strideWidth, window.strideWidth),
      (Image.paddingTop, window.padding.top), (Image.paddingLeft, window.padding.left),
      (Image.paddingBottom, window.padding.bottom), (Image.paddingRight, window.padding.right),
    ] {
      bytes[field] = UInt8(value)
    }
  }
}

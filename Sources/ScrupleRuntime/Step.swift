import CScrupleIntrinsics

/// An operation about to run: its descriptor, the file and the arena.
///
/// SAFETY: the descriptor is one of a validated file, so that all its constants lie inside the file, its tensors inside
/// the arena, at multiples of 4, and that they overlap only where an operation allows it.
@unsafe
struct Step: ~Escapable {
  private typealias Descriptor = FileLayout.Descriptor
  private typealias Image = FileLayout.ImageDescriptor
  private typealias Sum = FileLayout.AdditionDescriptor
  private typealias Code = FileLayout.OperationCode

  let model: Model
  let base: Int
  let file: UnsafeRawPointer
  let memory: UnsafeMutableRawPointer

  @_lifetime(copy model)
  init(model: Model, base: Int, file: UnsafeRawPointer, memory: UnsafeMutableRawPointer) {
    unsafe self.model = model
    unsafe self.base = base
    unsafe self.file = file
    unsafe self.memory = memory
  }

  func run() {
    guard scr_has_image_operations() != 0 else { return unsafe dense.run() }
    switch unsafe model.byte(base &+ Descriptor.code) {
    case Code.dense: unsafe runDense()
    case Code.convolution: unsafe runConvolution()
    case Code.depthwise: unsafe runDepthwise()
    case Code.addition: unsafe runAddition()
    default: unsafe runPooling()
    }
  }

  // Functions of their own, so that only one operation's variables are on the stack.

  @inline(never)
  private func runDense() { unsafe dense.run() }
  @inline(never)
  private func runConvolution() { unsafe convolution.run() }
  @inline(never)
  private func runDepthwise() { unsafe depthwise.run() }
  @inline(never)
  private func runPooling() { unsafe pooling.run() }
  @inline(never)
  private func runAddition() { unsafe addition.run() }

  // MARK: Fields

  private func word(_ field: Int) -> UInt32 { unsafe model.word(base &+ field) }
  private func byte(_ field: Int) -> UInt8 { unsafe model.byte(base &+ field) }
  private func number(_ field: Int) -> Int { Int(truncatingIfNeeded: unsafe word(field)) }

  private func constants<Word>(_ field: Int, as type: Word.Type) -> UnsafePointer<Word> {
    unsafe (file + number(field)).assumingMemoryBound(to: type)
  }

  private func tensor<Word>(_ field: Int, as type: Word.Type) -> UnsafeMutablePointer<Word> {
    unsafe (memory + number(field)).assumingMemoryBound(to: type)
  }

  private var geometry: ImageGeometry { unsafe ImageGeometry(model.bytes, at: base) }

  private var scaling: Scaling {
    unsafe Scaling(
      shift: Int32(byte(Descriptor.preShift)), zeroPoint: Int32(byte(Descriptor.outputZeroPoint)),
      low: Int32(byte(Descriptor.clampLow)), high: Int32(byte(Descriptor.clampHigh)))
  }

  // MARK: Operations

  private var dense: Dense {
    unsafe kernel(inputs: number(Descriptor.inputCount), outputs: number(Descriptor.outputCount))
  }

  private func kernel(inputs: Int, outputs: Int) -> Dense {
    unsafe Dense(
      weights: constants(Descriptor.weightsOffset, as: UInt32.self),
      bias: constants(Descriptor.biasOffset, as: Int32.self),
      multiplier: constants(Descriptor.multiplierOffset, as: Int32.self),
      input: UnsafePointer(tensor(Descriptor.inputOffset, as: UInt32.self)),
      output: UnsafeMutableRawPointer(tensor(Descriptor.outputOffset, as: UInt8.self)),
      groups: (inputs &+ 3) &>> 2, outputs: outputs,
      isLogits: byte(Descriptor.outputKind) == FileLayout.OutputKind.logits, scaling: scaling)
  }

  var convolution: Convolution {
    let geometry = unsafe geometry
    let inputs = geometry.taps &* geometry.inputChannels
    return unsafe Convolution(
      kernel: kernel(inputs: inputs, outputs: geometry.outputChannels), geometry: geometry,
      input: UnsafePointer(tensor(Descriptor.inputOffset, as: UInt8.self)),
      zeroPoint: byte(Descriptor.inputZeroPoint),
      patches: PatchLayout.scratchByteCount(inputs: inputs) == 0
        ? nil : UnsafeMutableRawPointer(tensor(Image.scratchOffset, as: UInt8.self)))
  }

  private var depthwise: Depthwise {
    unsafe Depthwise(
      weights: constants(Descriptor.weightsOffset, as: UInt32.self),
      bias: constants(Descriptor.biasOffset, as: Int32.self),
      multiplier: constants(Descriptor.multiplierOffset, as: Int32.self),
      input: UnsafePointer(tensor(Descriptor.inputOffset, as: UInt8.self)),
      output: tensor(Descriptor.outputOffset, as: UInt8.self), geometry: geometry,
      zeroPoint: byte(Descriptor.inputZeroPoint), scaling: scaling)
  }

  private var pooling: Pooling {
    let isAverage = unsafe byte(Descriptor.code) == Code.averagePooling
    return unsafe Pooling(
      input: UnsafePointer(tensor(Descriptor.inputOffset, as: UInt8.self)),
      output: tensor(Descriptor.outputOffset, as: UInt8.self), geometry: geometry,
      average: isAverage
        ? (Int32(byte(Descriptor.preShift)), Int32(bitPattern: word(Image.multiplier))) : nil)
  }

  private var addition: Addition {
    let (first, second) = unsafe (
      Int32(bitPattern: word(Sum.firstMultiplier)), Int32(bitPattern: word(Sum.secondMultiplier))
    )
    let shift = Int32(unsafe byte(Sum.shift))
    let zeros =
      unsafe Int32(byte(Descriptor.inputZeroPoint)) &* first &+ Int32(byte(Sum.secondZeroPoint)) &* second
    return unsafe Addition(
      first: UnsafePointer(tensor(Descriptor.inputOffset, as: UInt32.self)),
      second: UnsafePointer(tensor(Sum.secondInputOffset, as: UInt32.self)),
      output: tensor(Descriptor.outputOffset, as: UInt32.self), words: (number(Sum.count) &+ 3) &>> 2,
      constants: scr_addition(
        first: first, second: second, offset: (1 &<< (shift &- 1)) &- zeros, shift: shift,
        scaling: scaling.word))
  }
}

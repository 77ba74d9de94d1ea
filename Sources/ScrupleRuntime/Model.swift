/// A view of a `.scruple` file that passed validation.
///
/// The view copies nothing and is two words large; it lives as long as the bytes it looks at. Hosts that keep the
/// bytes may build it again cheaply with ``init(trusting:)``.
public struct Model: ~Escapable {
  /// The whole file.
  public let bytes: RawSpan

  /// Takes bytes that passed ``init(validating:)`` before, at an address that is a multiple of 4.
  ///
  /// Other bytes make reads and writes out of bounds.
  @unsafe
  @_lifetime(copy bytes)
  public init(trusting bytes: RawSpan) {
    self.bytes = bytes
  }

  /// Bytes of input that the caller writes at ``inputOffset``.
  public var inputCount: Int { field(FileLayout.Header.inputCount) }
  /// Number of classes.
  public var classCount: Int { field(FileLayout.Header.classCount) }
  /// Number of operations.
  public var operationCount: Int { field(FileLayout.Header.operationCount) }
  /// Bytes of RAM that running takes, at an address that is a multiple of 4.
  public var arenaSize: Int { field(FileLayout.Header.arenaSize) }
  /// Arena offset of the input.
  public var inputOffset: Int { field(FileLayout.Header.inputOffset) }
  /// Arena offset of the logits' accumulators (Int32 each), later of the probabilities (UInt32 each, Q1.31).
  public var logitsOffset: Int { field(FileLayout.Header.logitsOffset) }
  /// Acceptance threshold, Q1.31; 0 for none.
  public var threshold: UInt32 { word(FileLayout.Header.threshold) }
  /// The certified gap factor e^c, Q8.24, rounded up; 0 without a certificate.
  public var gapFactor: UInt32 { word(FileLayout.Header.gapFactor) }
  /// The file's CRC-32, which also names the model in reports.
  public var checksum: UInt32 { word(bytes.byteCount &- FileLayout.checksumSize) }

  /// The descriptor of operation `index`, which must be less than ``operationCount``.
  public func operation(_ index: Int) -> Operation {
    let base = descriptorOffset(index)
    let shape = word(base)
    let clamp = word(base &+ FileLayout.Descriptor.inputZeroPoint)
    let output: Operation.Output =
      byte(base &+ FileLayout.Descriptor.outputKind) == FileLayout.OutputKind.logits
      ? .logits(fractionBits: Int(byte(base &+ FileLayout.Descriptor.fractionBits)))
      : .activations(
        preShift: Int(truncatingIfNeeded: shape &>> 24), zeroPoint: UInt8(truncatingIfNeeded: clamp &>> 8),
        low: UInt8(truncatingIfNeeded: clamp &>> 16), high: UInt8(truncatingIfNeeded: clamp &>> 24))
    let kind = Operation.Kind(rawValue: UInt8(truncatingIfNeeded: shape)) ?? .dense
    let isOnImages = kind != .dense && kind != .addition
    // SAFETY: a descriptor of a validated file.
    let image = isOnImages ? unsafe ImageGeometry(bytes, at: base) : nil
    let hasWeights = kind == .dense || kind == .convolution || kind == .depthwise
    func constants(_ offset: Int) -> Int { hasWeights ? field(base &+ offset) : 0 }
    var count = field(base &+ FileLayout.Descriptor.inputCount)
    var outputCount = kind == .addition ? count : field(base &+ FileLayout.Descriptor.outputCount)
    if let image { (count, outputCount) = (image.inputCount, image.outputCount) }
    let patches = image.map { PatchLayout.scratchByteCount(inputs: $0.taps &* $0.inputChannels) } ?? 0
    return Operation(
      kind: kind, inputCount: count, outputCount: outputCount,
      inputOffset: field(base &+ FileLayout.Descriptor.inputOffset),
      outputOffset: field(base &+ FileLayout.Descriptor.outputOffset),
      weightsOffset: constants(FileLayout.Descriptor.weightsOffset),
      biasOffset: constants(FileLayout.Descriptor.biasOffset),
      multiplierOffset: constants(FileLayout.Descriptor.multiplierOffset),
      inputZeroPoint: UInt8(truncatingIfNeeded: clamp), output: output, image: image,
      addition: kind == .addition ? addition(base) : nil,
      averageMultiplier: kind == .averagePooling
        ? Int32(bitPattern: word(base &+ FileLayout.ImageDescriptor.multiplier)) : 0,
      scratchOffset: kind == .convolution && patches > 0
        ? field(base &+ FileLayout.ImageDescriptor.scratchOffset) : nil)
  }

  private func addition(_ base: Int) -> Operation.Addition {
    Operation.Addition(
      secondInputOffset: field(base &+ FileLayout.AdditionDescriptor.secondInputOffset),
      firstMultiplier: Int32(bitPattern: word(base &+ FileLayout.AdditionDescriptor.firstMultiplier)),
      secondMultiplier: Int32(bitPattern: word(base &+ FileLayout.AdditionDescriptor.secondMultiplier)),
      secondZeroPoint: byte(base &+ FileLayout.AdditionDescriptor.secondZeroPoint),
      shift: Int(byte(base &+ FileLayout.AdditionDescriptor.shift)))
  }

  // MARK: Reading

  /// The file offset of section `index` of the table.
  func sectionStart(_ index: Int) -> Int {
    field(FileLayout.Header.size &+ index &* FileLayout.SectionEntry.size &+ FileLayout.SectionEntry.offset)
  }

  /// The size of section `index` of the table.
  func sectionSize(_ index: Int) -> Int {
    field(
      FileLayout.Header.size &+ index &* FileLayout.SectionEntry.size &+ FileLayout.SectionEntry.byteCount)
  }

  /// The file offset of operation `index`'s descriptor.
  func descriptorOffset(_ index: Int) -> Int { sectionStart(0) &+ index &* FileLayout.Descriptor.size }

  // SAFETY of the three: validation checked that all fields that are read lie within the file and that offsets of
  // words are multiples of 4.

  @inline(__always)
  func word(_ offset: Int) -> UInt32 {
    unsafe bytes.unsafeLoad(fromUncheckedByteOffset: offset, as: UInt32.self)
  }

  @inline(__always)
  func field(_ offset: Int) -> Int { Int(truncatingIfNeeded: word(offset)) }

  @inline(__always)
  func byte(_ offset: Int) -> UInt8 {
    unsafe bytes.unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
  }
}

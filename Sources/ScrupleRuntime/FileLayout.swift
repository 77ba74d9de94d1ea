/// Where the fields of a `.scruple` file stand, and the codes they hold.
///
/// The specification is `docs/format.md`. Writers and readers in Swift take the numbers from here, so that they
/// exist once. All offsets and sizes are in bytes.
public enum FileLayout {
  /// The first four bytes, "SCRU", read as a little-endian word.
  public static var magic: UInt32 { 0x5552_4353 }
  /// The version this runtime reads.
  public static var version: UInt16 { 1 }
  /// Sections start at multiples of this file offset, and so do weights.
  public static var sectionAlignment: Int { 16 }
  /// What the address of the file's first byte and of the arena must be a multiple of.
  public static var addressAlignment: Int { 4 }
  /// The largest legal file and arena size.
  public static var maximumSize: Int { 1 << 30 }
  /// Size of the CRC-32 that ends the file.
  public static var checksumSize: Int { 4 }

  /// Offsets of the header's fields.
  public enum Header {
    /// u32: ``FileLayout/magic``.
    public static var magic: Int { 0 }
    /// u16: ``FileLayout/version``.
    public static var version: Int { 4 }
    /// u16: number of entries in the section table.
    public static var sectionCount: Int { 6 }
    /// u32: size of the whole file.
    public static var fileSize: Int { 8 }
    /// u32: bytes of RAM that running takes.
    public static var arenaSize: Int { 12 }
    /// u32: bytes the caller writes before running.
    public static var inputCount: Int { 16 }
    /// u32: arena offset at which the caller writes them.
    public static var inputOffset: Int { 20 }
    /// u32: number of classes.
    public static var classCount: Int { 24 }
    /// u32: arena offset of the logits, later of the probabilities.
    public static var logitsOffset: Int { 28 }
    /// u32: number of operations.
    public static var operationCount: Int { 32 }
    /// u32: acceptance threshold in Q1.31, 0 for none.
    public static var threshold: Int { 36 }
    /// u32: gap factor e^c in Q8.24, rounded up; 0 without a certificate.
    public static var gapFactor: Int { 40 }
    /// u32: zero.
    public static var reserved: Int { 44 }
    /// Size of the header; the section table follows.
    public static var size: Int { 48 }
  }

  /// An entry of the section table: kind, file offset and size, each u32.
  public enum SectionEntry {
    /// u32: a ``FileLayout/Section`` code.
    public static var kind: Int { 0 }
    /// u32: file offset of the section.
    public static var offset: Int { 4 }
    /// u32: size of the section without padding.
    public static var byteCount: Int { 8 }
    /// Size of an entry.
    public static var size: Int { 12 }
  }

  /// Kinds of sections. From ``firstSkippable`` on, a reader may skip kinds it doesn't know.
  public enum Section {
    /// Operation descriptors.
    public static var operations: UInt32 { 1 }
    /// Weights, biases and multipliers.
    public static var constants: UInt32 { 2 }
    /// Names, scales and checksums for people and host tools.
    public static var metadata: UInt32 { 3 }
    /// The first kind that a reader may skip.
    public static var firstSkippable: UInt32 { 128 }
  }

  /// Offsets within an operation's descriptor.
  public enum Descriptor {
    /// u8: an ``FileLayout/OperationCode``.
    public static var code: Int { 0 }
    /// u8: a ``FileLayout/WeightLayoutCode``.
    public static var layout: Int { 1 }
    /// u8: an ``FileLayout/OutputKind``.
    public static var outputKind: Int { 2 }
    /// u8: left shift before the multiplication.
    public static var preShift: Int { 3 }
    /// u32: arena offset.
    public static var inputOffset: Int { 4 }
    /// u32: arena offset.
    public static var outputOffset: Int { 8 }
    /// u32.
    public static var inputCount: Int { 12 }
    /// u32.
    public static var outputCount: Int { 16 }
    /// u32: file offset.
    public static var weightsOffset: Int { 20 }
    /// u32: file offset.
    public static var biasOffset: Int { 24 }
    /// u32: file offset.
    public static var multiplierOffset: Int { 28 }
    /// u8.
    public static var inputZeroPoint: Int { 32 }
    /// u8.
    public static var outputZeroPoint: Int { 33 }
    /// u8: smallest output.
    public static var clampLow: Int { 34 }
    /// u8: largest output.
    public static var clampHigh: Int { 35 }
    /// u8: fraction bits of accumulator × multiplier, for logits.
    public static var fractionBits: Int { 36 }
    /// Eleven zero bytes.
    public static var reserved: Int { 37 }
    /// Size of a descriptor.
    public static var size: Int { 48 }
  }

  /// Offsets within the descriptor of an operation on images, where they differ from ``FileLayout/Descriptor``.
  public enum ImageDescriptor {
    /// u16: rows of the input.
    public static var height: Int { 12 }
    /// u16: columns of the input.
    public static var width: Int { 14 }
    /// u16: values of a pixel of the input.
    public static var inputChannels: Int { 16 }
    /// u16: values of a pixel of the output.
    public static var outputChannels: Int { 18 }
    /// u32: the only multiplier, of average poolings.
    public static var multiplier: Int { 28 }
    /// u8: rows of the window.
    public static var kernelHeight: Int { 36 }
    /// u8: columns of the window.
    public static var kernelWidth: Int { 37 }
    /// u8: rows from one window to the next.
    public static var strideHeight: Int { 38 }
    /// u8: columns from one window to the next.
    public static var strideWidth: Int { 39 }
    /// u8: rows of padding above.
    public static var paddingTop: Int { 40 }
    /// u8: columns of padding to the left.
    public static var paddingLeft: Int { 41 }
    /// u8: rows of padding below.
    public static var paddingBottom: Int { 42 }
    /// u8: columns of padding to the right.
    public static var paddingRight: Int { 43 }
    /// u32: arena offset of the expanded patches; see ``PatchLayout``.
    public static var scratchOffset: Int { 44 }
  }

  /// Offsets within the descriptor of an addition, where they differ from ``FileLayout/Descriptor``.
  public enum AdditionDescriptor {
    /// u8: n of ``Operation/Addition``.
    public static var shift: Int { 3 }
    /// u32: bytes of each summand.
    public static var count: Int { 12 }
    /// u32: arena offset of the second summand.
    public static var secondInputOffset: Int { 16 }
    /// u32: the first summand's.
    public static var firstMultiplier: Int { 20 }
    /// u32: the second summand's.
    public static var secondMultiplier: Int { 24 }
    /// u8: the second summand's.
    public static var secondZeroPoint: Int { 36 }
  }

  /// Codes of operations.
  public enum OperationCode {
    /// Fully connected layer.
    public static var dense: UInt8 { 1 }
    /// Convolution.
    public static var convolution: UInt8 { 2 }
    /// Convolution of every channel with a kernel of its own.
    public static var depthwise: UInt8 { 3 }
    /// Mean of every window.
    public static var averagePooling: UInt8 { 4 }
    /// Largest of every window.
    public static var maximumPooling: UInt8 { 5 }
    /// Sum of two tensors.
    public static var addition: UInt8 { 6 }
  }

  /// Codes of weight layouts.
  public enum WeightLayoutCode {
    /// No weights.
    public static var none: UInt8 { 0 }
    /// Two channels a halfword; see ``WeightLayout``.
    public static var pairPacked: UInt8 { 1 }
    /// Four channels of depthwise weights in two words; see ``QuadLayout``.
    public static var quads: UInt8 { 2 }
  }

  /// What an operation writes.
  public enum OutputKind {
    /// One clamped byte per output.
    public static var activations: UInt8 { 0 }
    /// One 32-bit accumulator per output.
    public static var logits: UInt8 { 1 }
  }

  /// Tags of metadata entries.
  public enum Tag {
    /// UTF-8.
    public static var name: UInt32 { 1 }
    /// UTF-8, each label followed by a zero byte.
    public static var labels: UInt32 { 2 }
    /// Image or tabular; see the specification.
    public static var inputDescription: UInt32 { 3 }
    /// SHA-256 of the float twin's file.
    public static var floatModel: UInt32 { 4 }
    /// f64.
    public static var temperature: UInt32 { 5 }
    /// f64 per operation.
    public static var activationScales: UInt32 { 6 }
    /// UTF-8.
    public static var tool: UInt32 { 7 }
  }

  /// Sizes of a metadata entry's parts.
  public enum MetadataEntry {
    /// u32: a ``FileLayout/Tag``.
    public static var tag: Int { 0 }
    /// u32: payload size without padding.
    public static var byteCount: Int { 4 }
    /// Where the payload starts.
    public static var payload: Int { 8 }
  }

  /// Legal ranges.
  public enum Limit {
    /// Sections in a file.
    public static var sections: ClosedRange<Int> { 3...16 }
    /// Operations in a program.
    public static var operations: ClosedRange<Int> { 1...1024 }
    /// Classes.
    public static var classes: ClosedRange<Int> { 2...256 }
    /// Inputs and outputs of a dense operation: 32768·127·255 < 2³¹.
    public static var denseCount: ClosedRange<Int> { 1...32768 }
    /// Rows, columns and channels of an image.
    public static var extent: ClosedRange<Int> { 1...32768 }
    /// Rows and columns of a window, and its steps.
    public static var window: ClosedRange<Int> { 1...255 }
    /// Positions of a depthwise window: the size of the weights stays below 2³⁰.
    public static var depthwiseTaps: ClosedRange<Int> { 1...16384 }
    /// Multipliers of an addition: the sum of two products with −255…255 stays in 32 bits.
    public static var additionMultiplier: ClosedRange<Int> { 1...(1 << 22) - 1 }
    /// Shift of an addition.
    public static var additionShift: ClosedRange<Int> { 1...22 }
    /// Pre-shift of an operation that writes activations.
    public static var preShift: ClosedRange<Int> { 0...31 }
    /// Fraction bits of accumulator × multiplier.
    public static var fractionBits: ClosedRange<Int> { 26...57 }
    /// Acceptance threshold, Q1.31.
    public static var threshold: ClosedRange<UInt32> { 0...(1 << 31) }
    /// The smallest gap factor that isn't "none": e⁰ in Q8.24.
    public static var smallestGapFactor: UInt32 { 1 << 24 }
  }

  /// `value` rounded up to a multiple of 4.
  @inlinable
  public static func align4(_ value: Int) -> Int { (value &+ 3) & ~3 }

  /// `value` rounded up to a multiple of 16.
  @inlinable
  public static func align16(_ value: Int) -> Int { (value &+ 15) & ~15 }
}

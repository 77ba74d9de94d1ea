import ScrupleNetwork
import ScrupleRuntime

/// What `inspect` tells about a `.scruple` file: everything but the weights.
public struct ModelSummary: Equatable, Sendable, Codable {
  /// One entry of the section table.
  public struct Section: Equatable, Sendable, Codable {
    /// `operations`, `constants`, `metadata`, or `kind N`.
    public let name: String
    /// File offset.
    public let offset: Int
    /// Bytes without padding.
    public let size: Int
  }

  /// One operation.
  public struct Operation: Equatable, Sendable, Codable {
    /// `dense`, `convolution`, `depthwise`, `average pooling`, `maximum pooling`, `addition`.
    public let kind: String
    /// Number of inputs; of an addition, of each summand.
    public let inputs: Int
    /// Number of outputs.
    public let outputs: Int
    /// `784→100`, or of operations on images `28×28×1→14×14×8, 3×3, stride 2×2, padding [0, 0, 1, 1]`.
    public let shape: String
    /// `pair-packed`, `quads` or `none`.
    public let layout: String
    /// Bytes of packed weights, padding included.
    public let weightBytes: Int
    /// Multiply–accumulates, without padding.
    public let multiplyAccumulates: Int
    /// `activations` or `logits`.
    public let output: String
    /// Left shift before the multiplication.
    public let preShift: Int
    /// The output byte that means zero; nil for logits.
    public let zeroPoint: Int?
    /// The smallest output byte; nil for logits.
    public let low: Int?
    /// The largest output byte; nil for logits.
    public let high: Int?
    /// Fraction bits of the logits; nil for activations.
    public let fractionBits: Int?
    /// The real value of byte 255 of the output; nil for logits.
    public let limit: Float?
    /// Bits that the accumulator needs, sign included: proved again from the weights in the file; nil without weights.
    public let accumulatorBits: Int?
    /// Arena offset of the input.
    public let inputOffset: Int
    /// Arena offset of the output.
    public let outputOffset: Int
  }

  /// Version of the format.
  public let version: Int
  /// Size of the file: what the model takes of the flash.
  public let bytes: Int
  /// CRC-32 of the file, in hexadecimal.
  public let checksum: String
  /// Bytes of RAM that running takes.
  public let arena: Int
  /// The least arena that there can be.
  public let arenaLowerBound: Int
  /// Every tensor's place in the arena.
  public let buffers: [ArenaPlan.Buffer]
  /// The section table.
  public let sections: [Section]
  /// The program.
  public let operations: [Operation]
  /// The model's name.
  public let name: String
  /// One label per class.
  public let labels: [String]
  /// How raw values become input bytes.
  public let input: InputDescription
  /// The softmax temperature.
  public let temperature: Float
  /// SHA-256 of the float twin's file, in hexadecimal; nil when the file does not say.
  public let floatModel: String?
  /// Confidence from which on the device accepts; nil when there is none.
  public let threshold: Double?
  /// The certified gap; nil without a certificate.
  public let gap: Double?

  /// Reads and validates a file and proves its accumulators' bounds again.
  public init(of bytes: [UInt8]) throws(ProgramFileError) {
    let program = try IntegerProgram(decoding: bytes)
    do {
      try program.proveBounds()
    } catch {
      throw .unproven(error)
    }
    version = Int(bytes.load(UInt16.self, at: FileLayout.Header.version))
    self.bytes = bytes.count
    checksum = Self.hexadecimal(bytes.suffix(FileLayout.checksumSize).reversed())
    arena = Int(bytes.load(UInt32.self, at: FileLayout.Header.arenaSize))
    sections = Self.sections(of: bytes)
    let metadata = program.metadata
    (name, labels, input, temperature) = (
      metadata.name, metadata.labels, metadata.input, metadata.temperature
    )
    floatModel = metadata.checksum.isEmpty ? nil : Self.hexadecimal(metadata.checksum)
    (threshold, gap) = (metadata.thresholdProbability, metadata.gap)

    var operations: [Operation] = []
    var offsets: [Int] = []
    var scratches: [Int] = []
    do throws(ModelError) {
      let model = try Model(validating: bytes.span.bytes)
      offsets.append(model.inputOffset)
      for (index, layer) in program.layers.enumerated() {
        let operation = model.operation(index)
        operations.append(Operation(layer, operation, limit: metadata.limits[safely: index]))
        offsets.append(operation.outputOffset)
        if let offset = operation.scratchOffset { scratches.append(offset) }
      }
    } catch {
      throw .invalid(error)
    }
    self.operations = operations
    let plan = program.arenaPlan
    arenaLowerBound = plan.lowerBound
    // The planner's tensors, where this file has them.
    buffers = zip(plan.buffers, offsets + scratches).map { buffer, offset in
      ArenaPlan.Buffer(
        name: buffer.name, offset: offset, size: buffer.size, firstOperation: buffer.firstOperation,
        lastOperation: buffer.lastOperation)
    }
  }

  private static func sections(of bytes: [UInt8]) -> [Section] {
    (0..<Int(bytes.load(UInt16.self, at: FileLayout.Header.sectionCount))).map { index in
      let entry = FileLayout.Header.size + index * FileLayout.SectionEntry.size
      let kind = bytes.load(UInt32.self, at: entry + FileLayout.SectionEntry.kind)
      let name =
        switch kind {
        case FileLayout.Section.operations: "operations"
        case FileLayout.Section.constants: "constants"
        case FileLayout.Section.metadata: "metadata"
        default: "kind \(kind)"
        }
      return Section(
        name: name, offset: Int(bytes.load(UInt32.self, at: entry + FileLayout.SectionEntry.offset)),
        size: Int(bytes.load(UInt32.self, at: entry + FileLayout.SectionEntry.byteCount)))
    }
  }

  private static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}

extension ModelSummary.Operation {
  fileprivate init(_ layer: IntegerLayer, _ operation: ScrupleRuntime.Operation, limit: Float?) {
    var clamp: (zeroPoint: Int, low: Int, high: Int)?
    var fractionBits: Int?
    switch layer.output {
    case .activation(let zeroPoint, let low, let high): clamp = (zeroPoint, low, high)
    case .logits(let bits): fractionBits = bits
    }
    self.init(
      kind: layer.kind, inputs: layer.inputs, outputs: layer.outputs, shape: layer.geometryText,
      layout: layer.layoutText, weightBytes: layer.encodedConstants?.first?.count ?? 0,
      multiplyAccumulates: layer.multiplyAccumulates, output: clamp == nil ? "logits" : "activations",
      preShift: layer.kernel?.preShift ?? 0, zeroPoint: clamp?.zeroPoint, low: clamp?.low, high: clamp?.high,
      fractionBits: fractionBits, limit: clamp == nil ? nil : limit,
      accumulatorBits: layer.accumulatorBits, inputOffset: operation.inputOffset,
      outputOffset: operation.outputOffset)
  }
}

extension IntegerLayer {
  /// The shapes of what is read and written, and the window between them.
  fileprivate var geometryText: String {
    switch self {
    case .dense, .addition: shapeText
    case .convolution(let layer): "\(shapeText), \(layer.window)"
    case .depthwise(let layer): "\(shapeText), \(layer.window)"
    case .pooling(let layer): "\(shapeText), \(layer.window)"
    }
  }

  fileprivate var layoutText: String {
    switch self {
    case .dense, .convolution: "pair-packed"
    case .depthwise: "quads"
    case .pooling, .addition: "none"
    }
  }
}

extension IntegerDense {
  /// Bits that hold every value of every accumulator, sign included.
  var accumulatorBits: Int { 65 - (accumulatorBounds.max() ?? 0).leadingZeroBitCount }
}

extension Array {
  /// The element, or nil outside.
  fileprivate subscript(safely index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}

/// What a firmware answered when it refused a request, and went on with the next.
public enum Refusal: Error, Equatable, Sendable, CustomStringConvertible {
  /// The stream ended inside a message.
  case streamCut(received: Int, announced: Int)
  case unknownRequest(Int)
  case noModel
  case outsidePartition(offset: Int, size: Int, partition: Int)
  /// The model's validation on the device failed; `fault` is what in words, `offset` the file offset.
  case invalidModel(fault: String, offset: Int, value: UInt32, expected: UInt32)
  case arenaTooSmall(needed: Int, available: Int)
  case inputLength(received: Int, expected: Int)
  case payloadLength(received: Int, expected: Int)
  case refused

  /// What the firmware said, in plain words.
  public var description: String {
    switch self {
    case .streamCut(let received, let announced):
      "the stream was cut: \(received) of \(announced) bytes of a message arrived"
    case .unknownRequest(let kind):
      "the firmware knows no request \(kind)"
    case .noModel:
      "no model is loaded"
    case .outsidePartition(let offset, let size, let partition):
      "\(size) bytes at offset \(offset) do not lie in the \(partition) bytes of the model's partition"
    case .invalidModel(let fault, let offset, let value, let expected):
      "the model in flash is not valid: \(fault) (file offset \(offset), value \(value), expected \(expected))"
    case .arenaTooSmall(let needed, let available):
      "the model needs an arena of \(needed) bytes, the board has \(available)"
    case .inputLength(let received, let expected):
      "an input of \(received) bytes came, the model takes \(expected)"
    case .payloadLength(let received, let expected):
      "a request of \(received) bytes came, it has \(expected)"
    case .refused:
      "the runtime refused the arena"
    }
  }
}

extension Refusal {
  /// Reads a status and its words; nil when the request was done.
  init?(_ status: WireStatus, _ words: [UInt32]) {
    func word(_ index: Int) -> Int { index < words.count ? Int(words[index]) : 0 }
    switch status {
    case .done: return nil
    case .streamCut: self = .streamCut(received: word(0), announced: word(1))
    case .unknownRequest: self = .unknownRequest(word(0))
    case .noModel: self = .noModel
    case .outsidePartition: self = .outsidePartition(offset: word(0), size: word(1), partition: word(2))
    case .invalidModel:
      self = .invalidModel(
        fault: WireModelFault(rawValue: UInt32(word(0)))?.words ?? "unknown fault \(word(0))",
        offset: word(1),
        value: UInt32(word(2)), expected: UInt32(word(3)))
    case .arenaTooSmall: self = .arenaTooSmall(needed: word(0), available: word(1))
    case .inputLength: self = .inputLength(received: word(0), expected: word(1))
    case .payloadLength: self = .payloadLength(received: word(0), expected: word(1))
    case .refused: self = .refused
    }
  }
}

extension WireModelFault {
  /// The fault in words.
  var words: String {
    switch self {
    case .misaligned: "its address is not a multiple of 4"
    case .truncated: "it ends too early"
    case .trailingBytes: "bytes follow its end"
    case .notAModel: "it does not start with SCRU"
    case .unsupportedVersion: "its version is another one"
    case .checksumMismatch: "its checksum differs, so it was damaged"
    case .fieldOutOfRange: "a field has an illegal value"
    case .fieldMismatch: "a field contradicts others"
    case .notZero: "a reserved field or padding is not zero"
    case .unknownSection: "a section's kind is unknown"
    case .unknownOperation: "an operation is unknown"
    case .unknownWeightLayout: "a weight layout is unknown"
    case .outsideArena: "an operation reaches outside the arena"
    case .overlappingRegions: "an operation's input and output overlap"
    }
  }
}

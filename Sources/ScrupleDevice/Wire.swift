// What host and firmware say to each other. The same file is compiled into both (firmware-sim links to it), so it
// imports nothing and allocates nothing.
//
// Every message is a header of three little-endian 32-bit words, kind, argument and length, and then `length`
// bytes. The firmware answers each request with one message of the same kind, whose argument is a WireStatus.

/// What the host asks for.
enum WireRequest: UInt32 {
  /// Answers: protocol version, arena bytes, partition bytes, stack bytes, whether the partition is writable (1) or not.
  case hello = 1

  /// Writes the payload at offset `argument` of a writable partition.
  case fill = 2

  /// Takes the model of `payload` (one word: its size) bytes at offset `argument` of the partition.
  /// Answers: arena bytes it needs, inputs, classes, operations; ticks and stack of its validation.
  case load = 3

  /// Runs the loaded model on the payload. Answers an inference: see ``WireInference``.
  case infer = 4

  /// Like `infer`, operation by operation. Answers: stack bytes of a whole inference, then the ticks of every
  /// operation, then those of the confidence head.
  case profile = 5

  /// Runs a loop of `2 * argument + 1` instructions. Answers: its ticks, and the ticks of measuring nothing.
  case calibrate = 6

  /// Provokes fault number `argument`. Answers only if it survives.
  case provoke = 7

  /// Ends the program with status 0. Not answered.
  case end = 8

  static var version: UInt32 { 1 }

  /// Words of a message's header.
  static var headerWords: Int { 3 }
}

/// How a request went; the words after it are the payload.
enum WireStatus: UInt32 {
  case done = 0

  /// The stream ended inside a message: bytes received, bytes announced.
  case streamCut = 1

  /// No such request: its kind.
  case unknownRequest = 2

  /// A model has to be loaded first.
  case noModel = 3

  /// Offset, size, partition bytes.
  case outsidePartition = 4

  /// The model's validation failed: a ``WireModelFault``, the file offset, the value there, what would be right.
  case invalidModel = 5

  /// Arena bytes needed, arena bytes there are.
  case arenaTooSmall = 6

  /// Bytes received, bytes the model takes.
  case inputLength = 7

  /// A payload of a length that this request does not have: bytes received, bytes expected.
  case payloadLength = 8

  /// The runtime refused the arena of a model that was loaded.
  case refused = 9
}

/// What was wrong with a model, as ScrupleRuntime's ModelError says it.
enum WireModelFault: UInt32 {
  case misaligned = 1, truncated, trailingBytes, notAModel, unsupportedVersion, checksumMismatch,
    fieldOutOfRange
  case fieldMismatch, notZero, unknownSection, unknownOperation, unknownWeightLayout, outsideArena
  case overlappingRegions
}

/// The words that answer an inference; the probabilities follow them.
enum WireInference {
  static var ticks: Int { 0 }
  static var classIndex: Int { 1 }
  static var confidence: Int { 2 }
  static var lower: Int { 3 }
  static var upper: Int { 4 }
  static var accepted: Int { 5 }
  /// Low word, high word.
  static var largestLogit: Int { 6 }
  /// Low word, high word.
  static var sum: Int { 8 }
  static var count: Int { 10 }
}

import ScrupleDevice
import ScrupleNetwork

/// A classifier under attack. Every attack ends in bytes that the device can read, so that float and int8 can be
/// asked about the same input.
public protocol Victim: Sendable {
  /// What tables call it.
  var name: String { get }
  /// Bytes of one input.
  var inputCount: Int { get }
  /// Number of classes.
  var classCount: Int { get }
  /// The probabilities of inputs, row-major, one row of ``classCount`` per input.
  ///
  /// - Parameter inputs: row-major, ``inputCount`` bytes each.
  func probabilities(_ inputs: [UInt8]) throws -> [Double]
}

/// A float model, asked at the device's inputs.
public struct FloatVictim: Victim {
  /// What tables call it.
  public let name: String
  /// The model.
  public let network: Network

  /// Wraps a network.
  public init(_ network: Network, name: String = "float") {
    self.network = network
    self.name = name
  }

  /// Bytes of one input.
  public var inputCount: Int { network.input.count }
  /// Number of classes.
  public var classCount: Int { network.classCount }

  /// One row per input.
  public func probabilities(_ inputs: [UInt8]) -> [Double] {
    network.probabilities(InputDescription.normalized(inputs), count: inputs.count / inputCount)
  }
}

/// An int8 program, run on the host bit for bit as on a device.
public struct ProgramVictim: Victim {
  /// What tables call it.
  public let name: String
  /// The program.
  public let engine: Engine

  /// Wraps a program.
  public init(_ engine: Engine, name: String = "int8") {
    self.engine = engine
    self.name = name
  }

  /// Bytes of one input.
  public var inputCount: Int { engine.inputCount }
  /// Number of classes.
  public var classCount: Int { engine.classCount }

  /// One row per input.
  public func probabilities(_ inputs: [UInt8]) throws -> [Double] {
    try engine.run(inputs).probabilities.map { Double($0) * 0x1p-31 }
  }
}

extension Victim {
  /// How far each goal is reached; see ``AttackGoal/value(_:)``.
  func values(_ inputs: [UInt8], goals: ArraySlice<AttackGoal>) throws -> [Double] {
    let probabilities = try probabilities(inputs)
    return goals.enumerated().map { row, goal in
      goal.value(probabilities[row * classCount..<(row + 1) * classCount])
    }
  }
}

import ScrupleNetwork
import ScrupleQuantization

/// A float twin and its integer program, checked to be two forms of one model: dense layers in a row (``ModelPair``) or a
/// graph of any layers (``GraphPair``).
public protocol CertifiedPair: Sendable {
  /// The float twin.
  var twin: Network { get }
  /// The integer program.
  var program: IntegerProgram { get }
  /// Certificate A.
  ///
  /// - Parameters:
  ///   - inputRounding: also for float inputs that are not representable.
  ///   - refine: dense layers in a row: look for semidefinite proofs of smaller bounds.
  func wholeDomain(inputRounding: Bool, refine: Bool) -> WholeDomainCertificate
}

extension ModelPair: CertifiedPair {
  /// Certificate A in closed form, refined if asked for.
  public func wholeDomain(inputRounding: Bool, refine: Bool) -> WholeDomainCertificate {
    Certifier.wholeDomain(self, inputRounding: inputRounding, refine: refine)
  }
}

extension GraphPair: CertifiedPair {
  /// Certificate A by error propagation, always refined.
  public func wholeDomain(inputRounding: Bool, refine: Bool) -> WholeDomainCertificate {
    Certifier.wholeDomain(self, inputRounding: inputRounding)
  }
}

extension Certifier {
  /// Checks that a network and a program are two forms of one model, whatever its layers.
  public static func pair(
    twin: Network, program: IntegerProgram
  ) throws(CertificationError) -> any CertifiedPair {
    twin.isDenseChain
      ? try ModelPair(twin: twin, program: program) : try GraphPair(twin: twin, program: program)
  }
}

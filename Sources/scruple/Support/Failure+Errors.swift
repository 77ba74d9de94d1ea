import ScrupleCertification
import ScrupleData
import ScrupleDevice
import ScrupleEvaluation
import ScrupleNetwork
import ScrupleQuantization
import ScrupleReport
import ScrupleTraining

extension Failure {
  /// The status and words for an error of any module; nil for errors of the command line's own parsing.
  init?(describing error: any Error) {
    switch error {
    case let failure as Failure: self = failure
    case let error as NetworkError: self.init(Self.status(of: error), error.description)
    case let error as DataError:
      if case .unwritable = error {
        self.init(.cannotWrite, error.description)
      } else {
        self.init(error.isMissingInput ? .missingInput : .badData, error.description)
      }
    case let error as RecipeError: self.init(Self.status(of: error), error.description)
    case let error as TrainingError: self.init(describing: error)
    case let error as ReportError: self.init(.cannotWrite, "\(error)")
    case let error as CertificationError: self.init(.badData, error.description)
    case let error as QuantizationError: self.init(.badData, error.description)
    case let error as ProgramFileError: self.init(.badData, error.description)
    case let error as EvaluationError: self.init(.badData, "\(error)")
    case let error as DeviceError: self.init(Self.status(of: error), error.description)
    default: return nil
    }
  }

  private init(describing error: TrainingError) {
    switch error {
    case .data(let cause, _):
      let status = Failure(describing: cause as any Error)?.status ?? .badData
      self.init(status, error.description)
    case .network(let error): self.init(Self.status(of: error), error.description)
    case .unwritable: self.init(.cannotWrite, error.description)
    case .setup, .diverged, .checkpoint: self.init(.badData, error.description)
    }
  }

  private static func status(of error: RecipeError) -> ExitStatus {
    if case .unreadable = error { .missingInput } else { .badData }
  }

  private static func status(of error: NetworkError) -> ExitStatus {
    switch error {
    case .unreadable: .missingInput
    case .unwritable: .cannotWrite
    default: .badData
    }
  }

  private static func status(of error: DeviceError) -> ExitStatus {
    switch error {
    case .emulatorMissing, .emulatorFailed, .imageMissing, .imageFailed: .unavailable
    case .unknownBoard: .usage
    case .arenaOverrun, .undefinedMemory, .died, .timedOut, .garbled: .checkDidNotHold
    default: .badData
    }
  }
}

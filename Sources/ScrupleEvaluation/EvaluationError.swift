/// Why something could not be measured.
public enum EvaluationError: Error, Equatable, CustomStringConvertible {
  /// A table needs at least one sample and two classes.
  case noSamples(set: String)
  case tooFewClasses(Int)
  /// A column of a table has another length than the table.
  case lengthMismatch(column: String, expected: Int, actual: Int)
  case notAProbability(sample: Int, class: Int, value: Double)
  case notANumber(column: String, sample: Int)
  case labelOutOfRange(sample: Int, label: Int, classCount: Int)
  /// Two classifiers did not answer for the same samples or the same classes.
  case differentSamples(set: String, float: Int, int8: Int)
  case differentClasses(set: String, expected: Int, actual: Int)
  case duplicateSet(String)
  case invalidBins(Int)
  case invalidInput(String)

  /// One sentence for the user.
  public var description: String {
    switch self {
    case .noSamples(let set):
      "\(set) has no samples: nothing can be measured on it"
    case .tooFewClasses(let count):
      "a classifier needs at least 2 classes, this one gives \(count)"
    case .lengthMismatch(let column, let expected, let actual):
      "\(column) has \(actual) values where the table needs \(expected)"
    case .notAProbability(let sample, let index, let value):
      "sample \(sample): the probability of class \(index) is \(value), not a number in [0, 1]; "
        + "does the model have finite weights?"
    case .notANumber(let column, let sample):
      "sample \(sample): \(column) is not a finite number"
    case .labelOutOfRange(let sample, let label, let count):
      "sample \(sample) has label \(label), but the model knows the classes 0 to \(count - 1); "
        + "evaluate it as an OOD set, or give data with the model's labels"
    case .differentSamples(let set, let float, let int8):
      "\(set): the float model answered for \(float) samples, the int8 program for \(int8)"
    case .differentClasses(let set, let expected, let actual):
      "\(set): \(actual) classes where the other side has \(expected)"
    case .duplicateSet(let name):
      "the OOD set \(name) is given twice: name each set once"
    case .invalidBins(let count):
      "\(count) bins: at least one is needed"
    case .invalidInput(let reason):
      reason
    }
  }
}

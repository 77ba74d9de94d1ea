import ScrupleQuantization

/// The affine forms of one layer's neurons during one propagation; reused from box to box.
///
/// A neuron's value is `center + Σ_s coefficient_s·ε_s ± error` with shared symbols `ε_s ∈ [−1, 1]`; `error` collects
/// the floating-point slack. Symbols come in two families. *Value symbols* appear in the reference's forms, and
/// therefore in differences too: the inputs, and one per neuron whose activation had to be relaxed. *Difference
/// symbols* appear in differences only: one per neuron, for its rounding and for what clipping does to the difference.
///
/// Each layer brings a block of fresh symbols of each family, one per neuron. In the layer itself a fresh block is a
/// diagonal and is held as a vector; the next layer's linear map spreads it into columns.
final class ZonotopeLayer {
  /// `outputs × value symbols`: the reference's coefficients.
  let reference: DoubleMatrix
  /// `outputs × value symbols` and `outputs × difference symbols`: the difference's coefficients.
  let differenceOnValues, differenceOnDifferences: DoubleMatrix
  let referenceCenter, differenceCenter: DoubleMatrix
  /// Floating-point slack, per neuron.
  var referenceError, differenceError: [Double]
  /// `Σ|coefficient|` of each neuron before its activation, rounded up.
  var referenceReach, differenceReach: [Double]
  /// What is known of each neuron before its activation.
  var ranges: [NeuronRange]

  // After the activation:

  /// The reference's coefficient on its fresh value symbol.
  let referenceFresh: DoubleMatrix
  /// The difference's coefficients on its fresh value symbol and its fresh difference symbol.
  let differenceFreshOnValue, differenceFresh: DoubleMatrix
  /// Middle and half width of the reference's activations.
  let activationCenter, activationRadius: DoubleMatrix
  /// Neurons whose reference, and whose difference, is not constantly zero.
  var activeReference: [Int] = []
  var activeDifference: [Int] = []
  /// The largest `|center| + Σ|coefficient| + error` over the neurons.
  var largestReference = 0.0
  var largestDifference = 0.0
  var largestReferenceError = 0.0
  var largestDifferenceError = 0.0

  init(neurons: Int, valueSymbols: Int, differenceSymbols: Int) {
    reference = DoubleMatrix(rows: neurons, columns: valueSymbols)
    differenceOnValues = DoubleMatrix(rows: neurons, columns: valueSymbols)
    differenceOnDifferences = DoubleMatrix(rows: neurons, columns: differenceSymbols)
    func vector() -> DoubleMatrix { DoubleMatrix(rows: 1, columns: neurons) }
    referenceCenter = vector()
    differenceCenter = vector()
    referenceFresh = vector()
    differenceFreshOnValue = vector()
    differenceFresh = vector()
    activationCenter = vector()
    activationRadius = vector()
    referenceError = Array(repeating: 0, count: neurons)
    differenceError = referenceError
    referenceReach = referenceError
    differenceReach = referenceError
    let empty = NeuronRange(reference: (0, 0), program: (0, 0), difference: (0, 0), byte: (0, 0))
    ranges = Array(repeating: empty, count: neurons)
  }

  var neurons: Int { referenceError.count }

  /// Columns of the value symbols of the layers before, with their padding.
  var valueColumns: Int { reference.paddedColumns }
  /// Columns of the difference symbols of the layers before, with their padding.
  var differenceColumns: Int { differenceOnDifferences.paddedColumns }
}

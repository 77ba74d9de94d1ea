import ScrupleData
import ScrupleNetwork

/// Everything that decides what a training gives: one recipe, one result.
///
/// Written as YAML; `docs/recipes.md` lists the keys. ``init(contentsOf:)`` reads one.
public struct Recipe: Equatable, Sendable, Codable {
  public var name: String
  /// Of the first weights, the order of the samples, and the noise.
  public var seed: UInt64
  /// A dataset's name or path; its training part is learned, its test part is measured. With a part
  /// (`iris:all`) that part is both.
  public var data: String
  /// Which columns of a table are read, and what raw values the device's bytes 0 and 255 stand for.
  /// Empty: all columns, over their range in the training data.
  public var features: [InputDescription.Feature]
  /// Widths of the hidden layers; empty for a logistic regression.
  public var hidden: [Int]
  public var activation: HiddenActivation
  public var loss: Loss
  /// Penalty on the certified gap; nil for none.
  public var gap: GapPenalty?
  public var optimizer: Optimizer
  public var schedule: Schedule
  public var epochs: Int
  public var batch: Int
  public var quantization: Quantization
  /// The softmax temperature of the finished network.
  public var temperature: Double
  /// The acceptance threshold that the device's file carries, in 0…1; nil for none.
  public var threshold: Double?

  public enum HiddenActivation: String, Sendable, CaseIterable, Codable { case relu, tanh, identity }

  /// What is minimized: cross-entropy on the data, plus `lambda` times a loss on noise.
  public struct Loss: Equatable, Sendable, Codable {
    public enum Kind: String, Sendable, CaseIterable, Codable {
      case crossEntropy = "cross-entropy"
      /// Mean over noise of the largest log-probability (Hein et al. 2019, equation 8).
      case ceda
      /// The same at the worst point of a ball around the noise (Hein et al. 2019, equation 9).
      case acet
    }
    public var kind: Kind
    public var lambda: Double
    /// The share of each batch that is noise.
    public var noiseShare: Double
    /// Kinds of noise, in equal parts.
    public var noise: [NoiseKind]
    public var attack: Attack
  }

  /// Projected gradient ascent in an l∞ ball around the noise, in normalized units.
  public struct Attack: Equatable, Sendable, Codable {
    public var epsilon: Double
    public var steps: Int
    /// Length of one step.
    public var stepSize: Double
  }

  /// λ · mean over pairs of classes of the certified gap's closed form.
  public struct GapPenalty: Equatable, Sendable, Codable {
    public var lambda: Double
    /// Epochs over which λ grows from 0.
    public var warmup: Int
  }

  public struct Optimizer: Equatable, Sendable, Codable {
    public enum Kind: String, Sendable, CaseIterable, Codable { case sgd, adam, lbfgs }
    public var kind: Kind
    public var rate: Double
    /// SGD's momentum, Adam's first decay.
    public var momentum: Double
    /// Adam's second decay.
    public var secondMomentum: Double
    /// Decoupled for Adam (Loshchilov & Hutter 2019), added to the gradient for SGD. For L-BFGS the l2
    /// penalty ½·weightDecay·‖W‖² on the sum of losses (scikit-learn's 1/C). Biases are left out.
    public var weightDecay: Double
  }

  public struct Schedule: Equatable, Sendable, Codable {
    public enum Kind: String, Sendable, CaseIterable, Codable { case constant, step, cosine }
    public var kind: Kind
    /// Epochs of linear growth at the start.
    public var warmup: Int
    /// `step`: multiply by `factor` after every `every` epochs.
    public var every: Int
    public var factor: Double
  }

  public struct Quantization: Equatable, Sendable, Codable {
    public enum Method: String, Sendable, CaseIterable, Codable {
      /// The last epochs are trained with weights on the int8 grid and clipped activations.
      case grid
      /// Training is plain; ranges are measured afterwards.
      case calibration
    }
    public var method: Method
    /// `grid`: how many of the epochs, the last ones, are trained on the grid.
    public var epochs: Int
    /// `grid`: the upper end of hidden activations.
    public var clip: Double
    /// `calibration`: how ranges are chosen: minmax, percentile, or mse.
    public var calibration: Calibration
    public var percentile: Double
    public var biasCorrection: Bool
  }

  public enum Calibration: String, Sendable, CaseIterable, Codable { case minmax, percentile, mse }
}

import Foundation
import ScrupleData
import ScrupleNetwork

/// Everything that decides how a network is trained. Read from YAML; `docs/recipes.md` lists the keys.
public struct Recipe: Equatable, Sendable {
  /// What is minimized.
  public enum LossKind: String, CaseIterable, Sendable {
    /// Cross-entropy on the data.
    case crossEntropy = "cross-entropy"
    /// And low confidence on noise (Hein, Andriushchenko and Bitterwolf, CVPR 2019, eq. 3).
    case ceda
    /// And low confidence on the worst point near noise (ibid., eq. 4).
    case acet
  }

  /// Where the noise of CEDA and ACET comes from.
  public struct Noise: Equatable, Sendable {
    /// Kinds in equal parts.
    public var kinds: [NoiseKind]
    /// The part of a batch that is noise, above 0 and below 1.
    public var share: Double
    /// The weight of the noise's mean loss beside the data's mean loss.
    public var lambda: Double
  }

  /// Projected gradient ascent on the confidence, in the l∞ ball around a noise sample (Madry et al. 2018).
  public struct Attack: Equatable, Sendable {
    /// The ball's radius, in normalized units.
    public var epsilon: Double
    /// The number of gradient steps.
    public var steps: Int
    /// The length of one, in normalized units.
    public var step: Double
    /// The part of the noise that is attacked; the rest stays as it is.
    public var share = 1.0
    /// Whether every second attack starts at the point of the ball nearest to a training sample.
    public var startsAtData = false
    /// Whether outliers are attacked, too.
    public var attacksOutliers = false
  }

  /// Outlier exposure (Hendrycks, Mazeika and Dietterich 2019): the noise's loss on real inputs of no class; or
  /// cross-entropy, where a class stands for everything else.
  public struct Outliers: Equatable, Sendable {
    /// Specifications of datasets; each gives as many rows.
    public var data: [String]
    /// The class that outliers belong to; nil if to none.
    public var label: String?
    /// The weight of their mean loss beside the data's mean loss.
    public var lambda: Double
    /// The part of a batch that is outliers.
    public var share: Double
  }

  /// Random changes of the images that are trained on.
  public struct Augmentation: Equatable, Sendable {
    /// The most pixels that an image is moved in each direction.
    public var shift: Int
    /// Whether half of the images are mirrored, left to right.
    public var flips: Bool
    /// The largest turn, in degrees.
    public var rotation: Double
    /// The most that the contrast is changed by: a factor in 1 ± this.
    public var contrast: Double
    /// The most that is added to or taken from all values.
    public var brightness: Double
    /// The largest standard deviation of the noise that is added to each value.
    public var noise: Double
  }

  /// When training ends before its last epoch.
  public struct Stop: Equatable, Sendable {
    /// Epochs without a lower loss on the validation data. Only the last phase counts: the epochs on the grid, if there
    /// are some.
    public var patience: Int
  }

  /// How parameters move.
  public enum OptimizerKind: String, CaseIterable, Sendable {
    /// Limited-memory BFGS on all data at once: for networks without hidden layers.
    case lbfgs = "l-bfgs"
    /// Stochastic gradient descent with momentum (Polyak 1964).
    case sgd
    /// Adam (Kingma and Ba 2015) with decoupled weight decay (Loshchilov and Hutter 2019).
    case adam
  }

  /// An optimizer and its constants.
  public struct Optimizer: Equatable, Sendable {
    /// Which one.
    public var kind: OptimizerKind
    /// The learning rate before the schedule.
    public var rate: Double
    /// SGD's momentum.
    public var momentum: Double
    /// Adam's decay of the mean gradient.
    public var beta1: Double
    /// Adam's decay of the mean squared gradient.
    public var beta2: Double
    /// Adam's addend in the denominator.
    public var epsilon: Double
    /// SGD: the weight of ½‖W‖² in the loss. Adam: times the rate, what weights lose in a step. Never biases.
    public var weightDecay: Double
    /// L-BFGS: scikit-learn's C; the loss is C·Σ cross-entropy + ½‖W‖², in raw units.
    public var inversePenalty: Double
    /// L-BFGS: it stops when no component of the gradient is larger.
    public var tolerance: Double
    /// L-BFGS: the most iterations.
    public var iterations: Int
  }

  /// How the learning rate changes.
  public enum ScheduleKind: String, CaseIterable, Sendable {
    /// Not at all.
    case constant
    /// Multiplied by `factor` after every `every` epochs.
    case step
    /// Half a cosine down to `floor` times the rate (Loshchilov and Hutter 2017).
    case cosine
  }

  /// A schedule and its constants.
  public struct Schedule: Equatable, Sendable {
    /// Which one.
    public var kind: ScheduleKind
    /// Epochs between steps.
    public var every: Int
    /// What a step multiplies the rate by.
    public var factor: Double
    /// The cosine's end, as a part of the rate.
    public var floor: Double
    /// Epochs in which the rate first rises from 0, linearly.
    public var warmup: Int
  }

  /// Training on the int8 grid: the exported network is a grid twin.
  public struct Grid: Equatable, Sendable {
    /// The last epochs, in which the weights that are used lie on the grid.
    public var epochs: Int
    /// Where hidden activations are clipped, in all epochs.
    public var limit: Double
  }

  /// A penalty on the certified gap between float and int8.
  public struct Gap: Equatable, Sendable {
    /// Its weight.
    public var lambda: Double
    /// Epochs in which the weight first rises from 0, linearly.
    public var warmup: Int
  }

  /// A certified loss on boxes away from the data: interval bounds keep the confidence low everywhere in them
  /// (GOOD; Bitterwolf, Meinke and Hein 2020).
  public struct Interval: Equatable, Sendable {
    /// The weight of the mean loss of the balls around noise, and of the mean loss of the named boxes.
    public var lambda: Double
    /// Epochs in which the weight first rises from 0, linearly.
    public var warmup: Int
    /// The radius of the balls, in normalized units.
    public var epsilon: Double
    /// Epochs in which all radii first grow from 0, linearly.
    public var ramp: Int
    /// The noise in the balls' centers, kinds in equal parts; none for no balls.
    public var kinds: [NoiseKind]
    /// Balls in each batch.
    public var rows: Int
    /// Boxes in which every input byte may be anything in the range.
    public var boxes: [ClosedRange<UInt8>]
  }

  /// The model's name.
  public var name: String
  /// Decides all random choices.
  public var seed: UInt64
  /// Specification of the training data; see ``Catalogue``.
  public var trainData: String
  /// Specification of the test data, if any.
  public var testData: String?
  /// The features of a table and their ranges on the device; `nil` for images.
  public var features: [InputDescription.Feature]?
  /// The part of the training data, or the number of rows, that is kept apart to validate on; `nil` for none.
  public var validation: Double?
  /// What changes images before they are trained on.
  public var augmentation: Augmentation?
  /// Widths of the hidden layers; none for a logistic regression. Without meaning where there are ``layers``.
  public var hidden: [Int]
  /// Layers of any kind, if the network is described so. The layer that gives the logits is not among them.
  public var layers: [LayerDescription]?
  /// The hidden layers' activation.
  public var activation: Activation
  /// The logits are divided by it after training.
  public var temperature: Double
  /// What is minimized.
  public var loss: LossKind
  /// CEDA's and ACET's noise.
  public var noise: Noise?
  /// ACET's attack.
  public var attack: Attack?
  /// The part of a label's probability that is spread over all classes.
  public var smoothing: Double
  /// Real inputs of no class, on which the confidence is to be low.
  public var outliers: Outliers?
  /// The optimizer.
  public var optimizer: Optimizer
  /// The learning rate's schedule.
  public var schedule: Schedule
  /// Passes over the training data.
  public var epochs: Int
  /// Rows of a batch, noise included.
  public var batch: Int
  /// Parts of each batch whose gradients are computed apart, then added: up to so many threads can work, and
  /// the result does not depend on how many do.
  public var shards: Int
  /// What the device has, if the recipe says so.
  public var budget: Budget?
  /// When training ends early; the best epoch's network is kept.
  public var stop: Stop?
  /// Training on the grid, or `nil` for floats that are calibrated later.
  public var grid: Grid?
  /// The gap penalty, if any.
  public var gap: Gap?
  /// The interval loss, if any.
  public var interval: Interval?
  /// The recipe's text; its checksum ties checkpoints to it.
  public var text: String
  /// Where its keys stand.
  let places: RecipePlaces

  /// Reads a recipe from a file.
  public init(contentsOf file: URL) throws(RecipeError) {
    let data: Data
    do {
      data = try fileContents(of: file)
    } catch {
      throw .unreadable(file: file.relativePath, reason: reason(of: error))
    }
    guard let text = String(bytes: data, encoding: .utf8) else {
      throw .syntax(file: file.relativePath, line: 1, reason: "it is not text in UTF-8")
    }
    try self.init(yaml: text, file: file.relativePath)
  }
}

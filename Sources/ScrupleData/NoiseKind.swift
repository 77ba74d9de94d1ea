/// Inputs that look like nothing a model has learned.
public enum NoiseKind: String, Sendable, CaseIterable, Codable {
  /// Every value independent and uniform over the input's range.
  case uniform
  /// Real samples with their pixels in a random order (a new one for each image); of tables, with each
  /// column's values drawn from another row.
  case permuted
  /// Half permuted images, half uniform noise; blurred by a Gaussian, σ from U[1, 2.5] pixels, and each
  /// image stretched to [0, 1] (Hein, Andriushchenko and Bitterwolf, CVPR 2019).
  case smoothed
  /// Uniform noise blurred by a Gaussian with σ from U[3, 6] pixels, each image stretched to [0, 1].
  case lowFrequency = "low-frequency"
  /// Straight stripes of two greys: random direction, period, phase and greys.
  case stripes
  /// All pixels the same random grey.
  case constant
  /// Points of tables outside the data: on rays from the middle of the input's range, between 1 and 100
  /// times as far as its border.
  case far

  /// One line for lists.
  public var summary: String {
    switch self {
    case .uniform: "independent uniform values"
    case .permuted: "real samples with their pixels in random order, or their columns mixed"
    case .smoothed: "half permuted, half uniform images, blurred and stretched"
    case .lowFrequency: "strongly blurred uniform noise, stretched"
    case .stripes: "straight stripes of two greys"
    case .constant: "one grey all over"
    case .far: "table rows far outside the input's range"
    }
  }

  /// True if it is made from in-distribution samples.
  public var needsBase: Bool { self == .permuted || self == .smoothed }

  /// True if only images have it.
  public var isForImagesOnly: Bool {
    switch self {
    case .smoothed, .lowFrequency, .stripes, .constant: true
    case .uniform, .permuted, .far: false
    }
  }
}

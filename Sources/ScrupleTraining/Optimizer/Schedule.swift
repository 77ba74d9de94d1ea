import Foundation

extension Recipe.Schedule {
  /// The factor on the learning rate at a step.
  ///
  /// - Parameters:
  ///   - progress: epochs done, with the fraction of the present one.
  ///   - epochs: of the whole training.
  func factor(progress: Double, epochs: Int) -> Double {
    let rise = warmup > 0 ? min(1, progress / Double(warmup)) : 1
    switch kind {
    case .constant: return rise
    case .step: return rise * pow(factor, (progress / Double(every)).rounded(.down))
    case .cosine:
      let part = min(1, progress / Double(epochs))
      return rise * (floor + (1 - floor) * (1 + cos(.pi * part)) / 2)
    }
  }
}

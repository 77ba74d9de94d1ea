/// The attacks of `scruple fool`.
public enum AttackKind: String, CaseIterable, Sendable, Codable {
  case rays, gradient, evolution, integers, inversion, fgsm, pgd
  case pgdEuclidean = "pgd-l2"
  case pixel, pixels, patch

  /// One line for help and reports.
  public var summary: String {
    switch self {
    case .rays: "far along αx: where it ends, and how sure float and int8 are on the whole way"
    case .gradient: "gradient ascent from noise, from a blank, and from data of another class"
    case .evolution: "evolution from noise, knowing nothing but probabilities"
    case .integers: "random local search over the device's integers, from noise"
    case .inversion: "backwards from the narrowest hidden layer, by pseudo-inverses, to a noisy image"
    case .fgsm: "data, one step of the gradient's sign (l∞ ball)"
    case .pgd: "data, projected gradient ascent in the l∞ ball"
    case .pgdEuclidean: "data, projected gradient ascent in the Euclidean ball"
    case .pixel: "data with one pixel (or feature) changed, by differential evolution"
    case .pixels: "data with a few pixels changed, by differential evolution"
    case .patch: "images with a small square changed, by differential evolution"
    }
  }

  /// Questions for each start that it needs at least.
  public var leastBudget: Int {
    switch self {
    case .rays, .fgsm: 2
    case .integers: 1
    case .gradient: Fooling.gradientSteps + 1
    case .pgd, .pgdEuclidean: Fooling.ballSteps + 1
    case .evolution: Evolution.population + Evolution.children
    case .inversion: 1 + Inversion.questions
    case .pixel, .pixels, .patch: 2 * PixelEvolution.population
    }
  }
}

/// Which form of a model is attacked.
public enum ModelSide: String, CaseIterable, Sendable, Codable {
  /// The float model, at the device's inputs.
  case float
  /// The int8 program.
  case int8
}

import Foundation
import ScrupleData
import Testing

@testable import ScrupleTraining

@Suite struct ReferenceTests {
  static func iris() throws -> (samples: [Double], labels: [Int]) {
    let iris = try Catalogue.load("iris").selecting(features: ["petal length", "petal width"])
    guard case .values(let values) = iris.samples else { return ([], []) }
    return (values.map(Double.init), iris.labels ?? [])
  }

  /// scikit-learn's RBF-SVM gives .37 to .39 there.
  @Test func `far from all flowers radial basis functions know nothing`() throws {
    let (samples, labels) = try Self.iris()
    let model = KernelLogisticRegression(samples: samples, labels: labels, classCount: 3)
    let answers = model.probabilities(samples)
    let right = labels.indices.count { i in
      answers[3 * i..<3 * i + 3].firstIndex(of: answers[3 * i..<3 * i + 3].max()!)! - 3 * i == labels[i]
    }
    #expect(right >= 143)
    for (x, y) in [(0.1, 5.0), (10, 10), (5, -5)] { #expect(model.probabilities([x, y]).max()! < 0.45) }
    let far = model.probabilities([1e6, 0]), other = model.probabilities([0, -1e6])
    #expect(far == other)
  }

  @Test func `the kernel regression stands where its loss is least`() throws {
    let (samples, labels) = try Self.iris()
    // The intercepts are free: at the minimum, probabilities sum to the classes' sizes.
    let answers = KernelLogisticRegression(samples: samples, labels: labels, classCount: 3).probabilities(
      samples)
    for k in 0..<3 {
      let sum = stride(from: k, to: answers.count, by: 3).reduce(0) { $0 + answers[$1] }
      #expect(abs(sum - 50) < 1e-3)
    }
  }

  @Test func `the share of a class that lies farther out falls from 1 to 0`() throws {
    let (samples, labels) = try Self.iris()
    let model = ClassGaussians(samples: samples, labels: labels, classCount: 3)
    for k in 0..<3 {
      let own = labels.indices.filter { labels[$0] == k }
      let x = own.reduce(0) { $0 + samples[2 * $1] } / 50
      let y = own.reduce(0) { $0 + samples[2 * $1 + 1] } / 50
      #expect(abs(model.typicality(x, y) - 1) < 1e-9)
      // A half of the flowers is within the half's contour, roughly.
      let inner = own.count { model.typicality(samples[2 * $0], samples[2 * $0 + 1]) > 0.5 }
      #expect((15...40).contains(inner))
    }
    for (x, y) in [(0.1, 5.0), (10, 10), (5, -5)] { #expect(model.typicality(x, y) < 1e-6) }
  }
}

import Dispatch

/// Work on all cores.
enum Parallel {
  /// `transform` of each element, in order of the elements, computed on all cores.
  static func map<Element: Sendable, Result: Sendable>(
    _ elements: [Element], _ transform: @Sendable (Element) -> Result
  ) -> [Result] {
    if elements.count == 1 { return [transform(elements[0])] }
    return [Result](unsafeUninitializedCapacity: elements.count) { buffer, initialized in
      // Every iteration writes its own element only.
      nonisolated(unsafe) let base = buffer.baseAddress
      DispatchQueue.concurrentPerform(iterations: elements.count) { index in
        base?.advanced(by: index).initialize(to: transform(elements[index]))
      }
      initialized = elements.count
    }
  }
}

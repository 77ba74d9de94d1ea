import CVectorLoops

/// A block of `Float`s on a 64-byte boundary, zero at first, that lives as long as the object.
///
/// Behind the last element there is room for what vector loops touch: see `CConvolutionLoops.h`.
///
/// Whoever holds one sees to it that no two threads write the same elements at the same time.
public final class FloatBuffer: @unchecked Sendable {
  /// The first element.
  public let pointer: UnsafeMutablePointer<Float>
  /// The number of elements.
  public let count: Int

  /// A block of zeros.
  public init(count: Int) {
    precondition(count >= 0, "a negative count")
    self.count = count
    let room = count + Int(LOOPS_SLACK)
    let bytes = room * MemoryLayout<Float>.stride
    let raw = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    pointer = raw.bindMemory(to: Float.self, capacity: room)
    pointer.initialize(repeating: 0, count: room)
  }

  /// A block with the elements of an array.
  public convenience init(_ elements: [Float]) {
    self.init(count: elements.count)
    for (index, element) in elements.enumerated() { pointer[index] = element }
  }

  deinit { UnsafeMutableRawPointer(pointer).deallocate() }

  /// All elements.
  public var elements: UnsafeMutableBufferPointer<Float> { .init(start: pointer, count: count) }
}

import CScruple
import ScrupleRuntime

// The functions of scruple.h; the header says what they do.

extension scruple_model {
  /// The bytes that `scruple_open` has validated; nil where it hasn't.
  @inline(__always)
  fileprivate var file: UnsafeRawBufferPointer? {
    guard let bytes = unsafe bytes else { return nil }
    return unsafe UnsafeRawBufferPointer(start: bytes, count: Int(truncatingIfNeeded: size))
  }
}

/// The bytes of an open model; nil for one that isn't.
@inline(__always)
private func file(of model: UnsafePointer<scruple_model>?) -> UnsafeRawBufferPointer? {
  unsafe model?.pointee.file
}

// SAFETY of `Model(trusting:)` in the following: only `scruple_open` makes models that aren't all zeros, and the
// header asks for bytes that don't change.

/// Bytes of RAM that a run takes.
@c @implementation
public func scruple_arena_size(_ model: UnsafePointer<scruple_model>!) -> UInt32 {
  guard let file = unsafe file(of: model) else { return 0 }
  return UInt32(truncatingIfNeeded: unsafe Model(trusting: file.bytes).arenaSize)
}

/// Bytes of one input.
@c @implementation
public func scruple_input_count(_ model: UnsafePointer<scruple_model>!) -> UInt32 {
  guard let file = unsafe file(of: model) else { return 0 }
  return UInt32(truncatingIfNeeded: unsafe Model(trusting: file.bytes).inputCount)
}

/// Number of classes.
@c @implementation
public func scruple_class_count(_ model: UnsafePointer<scruple_model>!) -> UInt32 {
  guard let file = unsafe file(of: model) else { return 0 }
  return UInt32(truncatingIfNeeded: unsafe Model(trusting: file.bytes).classCount)
}

/// The acceptance threshold, Q1.31.
@c @implementation
public func scruple_threshold(_ model: UnsafePointer<scruple_model>!) -> UInt32 {
  guard let file = unsafe file(of: model) else { return 0 }
  return unsafe Model(trusting: file.bytes).threshold
}

/// A class's label, with its zero byte.
@c @implementation
public func scruple_label(
  _ model: UnsafePointer<scruple_model>!, _ class_index: UInt32
) -> UnsafePointer<CChar>! {
  guard let file = unsafe file(of: model) else { return nil }
  let model = unsafe Model(trusting: file.bytes)
  guard class_index < UInt32(truncatingIfNeeded: model.classCount),
    !model.metadata(FileLayout.Tag.labels).isEmpty
  else { return nil }
  // A zero byte follows every label, so that an empty one has an address too.
  return unsafe model.label(Int(truncatingIfNeeded: class_index)).withUnsafeBytes {
    unsafe $0.baseAddress?.assumingMemoryBound(to: CChar.self)
  }
}

/// Where the next input goes.
@c @implementation
public func scruple_input(
  _ model: UnsafePointer<scruple_model>!, _ arena: UnsafeMutableRawPointer!
) -> UnsafeMutablePointer<UInt8>! {
  guard let file = unsafe file(of: model), let arena = unsafe arena else { return nil }
  return unsafe (arena + Model(trusting: file.bytes).inputOffset).assumingMemoryBound(to: UInt8.self)
}

/// Classifies the input in the arena.
@c @implementation
public func scruple_run(
  _ model: UnsafePointer<scruple_model>!, _ arena: UnsafeMutableRawPointer!, _ arena_size: UInt32,
  _ verdict: UnsafeMutablePointer<scruple_verdict>!
) -> scruple_status {
  guard let file = unsafe file(of: model) else {
    return unsafe model == nil ? Status.nullPointer : Status.notOpen
  }
  guard unsafe arena != nil, let verdict = unsafe verdict else { return Status.nullPointer }
  var memory = unsafe UnsafeMutableRawBufferPointer(
    start: arena, count: Int(truncatingIfNeeded: arena_size)
  ).mutableBytes
  do throws(RunError) {
    let answer = try unsafe Model(trusting: file.bytes).run(arena: &memory)
    unsafe verdict.pointee = scruple_verdict(
      class_index: UInt32(truncatingIfNeeded: answer.classIndex), confidence: answer.confidence,
      lower: answer.lower, upper: answer.upper, accepted: answer.accepted)
    return Status.ok
  } catch {
    return error.status
  }
}

/// The probabilities that the last run left in the arena, Q1.31.
@c @implementation
public func scruple_probabilities(
  _ model: UnsafePointer<scruple_model>!, _ arena: UnsafeRawPointer!
) -> UnsafePointer<UInt32>! {
  guard let file = unsafe file(of: model), let arena = unsafe arena else { return nil }
  return unsafe (arena + Model(trusting: file.bytes).logitsOffset).assumingMemoryBound(to: UInt32.self)
}

/// Why a model can't run in the memory it was given.
public enum RunError: Error, Equatable {
  /// The arena is smaller than the model needs.
  case arenaTooSmall(byteCount: Int, needed: Int)
  /// The arena's memory address isn't a multiple of 4; `remainder` is the address modulo 4.
  case misalignedArena(remainder: Int)
}

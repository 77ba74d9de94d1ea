/// One figure for the float model and for the int8 program.
public struct Sides<Value> {
  /// Of the float model.
  public var float: Value
  /// Of the int8 program.
  public var int8: Value

  /// Wraps both.
  public init(float: Value, int8: Value) {
    self.float = float
    self.int8 = int8
  }
}

extension Sides: Sendable where Value: Sendable {}
extension Sides: Equatable where Value: Equatable {}
extension Sides: Encodable where Value: Encodable {}
extension Sides: Decodable where Value: Decodable {}

extension Sides where Value == Double {
  /// |float − int8|.
  public var difference: Double { abs(float - int8) }
}

extension Sides {
  /// The same figure of both tables; `nil` when one of them lacks it.
  static func of<Source>(
    _ float: Source, _ int8: Source, _ figure: (Source) throws(EvaluationError) -> Value?
  ) throws(EvaluationError) -> Sides? {
    guard let a = try figure(float), let b = try figure(int8) else { return nil }
    return Sides(float: a, int8: b)
  }
}

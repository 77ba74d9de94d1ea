/// A grid of points in the plane of two features, far beyond the data or not.
public struct PlaneGrid: Sendable, Equatable {
  /// The ranges that the grid covers, in the features' own units.
  public var x: ClosedRange<Double>
  /// The second feature.
  public var y: ClosedRange<Double>
  /// Cells in each direction.
  public var width: Int
  /// Cells from bottom to top.
  public var height: Int

  /// Wraps its parts.
  public init(x: ClosedRange<Double>, y: ClosedRange<Double>, width: Int = 240, height: Int = 200) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }

  /// The middles of the cells: height × width × 2, row by row, the row with the largest y first.
  /// A model's probabilities for these, in this order, are what the maps draw.
  public var inputs: [Float] {
    var result: [Float] = []
    result.reserveCapacity(width * height * 2)
    for row in 0..<height {
      for column in 0..<width {
        let p = position(Point(Double(column), Double(row)))
        result += [Float(p.x), Float(p.y)]
      }
    }
    return result
  }

  /// From grid coordinates (column, row) to the features.
  func position(_ p: Point) -> Point {
    Point(
      x.lowerBound + (p.x + 0.5) / Double(width) * (x.upperBound - x.lowerBound),
      y.upperBound - (p.y + 0.5) / Double(height) * (y.upperBound - y.lowerBound))
  }

  var topLeft: Point { Point(x.lowerBound, y.upperBound) }
  var bottomRight: Point { Point(x.upperBound, y.lowerBound) }
}

/// What one model says about the points of a `PlaneGrid`.
public struct PlanePanel: Sendable, Equatable {
  /// The panel's title.
  public var title: String
  /// height × width × classes, in the order of `PlaneGrid.inputs`.
  public var probabilities: [Double]
  /// For each data point, whether this model gets it wrong; such points are ringed.
  public var isWrong: [Bool]
  /// Points with a text, such as a confidence far away from the data.
  public var notes: [PlaneNote]

  /// Wraps its parts.
  public init(title: String, probabilities: [Double], isWrong: [Bool] = [], notes: [PlaneNote] = []) {
    self.title = title
    self.probabilities = probabilities
    self.isWrong = isWrong
    self.notes = notes
  }
}

/// A point with a short text.
public struct PlaneNote: Sendable, Equatable {
  /// Where it is, in the features' own units.
  public var x: Double
  /// The second feature.
  public var y: Double
  /// What is written beside it.
  public var text: String

  /// Wraps its parts.
  public init(x: Double, y: Double, text: String) {
    self.x = x
    self.y = y
    self.text = text
  }
}

/// Labelled data in the plane.
public struct PlanePoints: Sendable, Equatable {
  /// Positions in the features' own units, equally many.
  public var x: [Double]
  /// The second feature.
  public var y: [Double]
  /// Classes, equally many.
  public var labels: [Int]

  /// Wraps its parts.
  public init(x: [Double], y: [Double], labels: [Int]) {
    self.x = x
    self.y = y
    self.labels = labels
  }
}

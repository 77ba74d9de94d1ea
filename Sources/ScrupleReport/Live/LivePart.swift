import ScrupleNetwork

/// A part of a page that one can play with: models that run there, and data to ask them about.
///
/// The page holds the models' files and the runtime as WebAssembly: the verdicts are the device's, to the last bit.
/// Models of two features get a plane to move over, models of images a canvas to draw on, others a slider for each
/// feature.
public struct LivePart: Sendable {
  /// An int8 program, and the float model to show beside it.
  public struct Model: Sendable {
    /// The heading.
    public var title: String
    /// The bytes of a valid `.scruple` file.
    public var program: [UInt8]
    /// The float twin of the program.
    public var twin: Network

    /// Wraps its parts.
    public init(title: String, program: [UInt8], twin: Network) {
      self.title = title
      self.program = program
      self.twin = twin
    }
  }

  /// A row of the data, drawn into planes.
  public struct Point: Sendable, Encodable {
    /// In the features' own units.
    public var values: [Float]
    /// The class.
    public var label: Int

    /// Wraps its parts.
    public init(values: [Float], label: Int) {
      self.values = values
      self.label = label
    }
  }

  /// An input with a button that goes there; the first one is where a reader begins.
  public struct Place: Sendable, Encodable {
    /// What the button says.
    public var name: String
    /// In the features' own units.
    public var values: [Float]

    /// Wraps its parts.
    public init(name: String, values: [Float]) {
      self.name = name
      self.values = values
    }
  }

  /// An image to begin with; the first one is where a reader begins.
  public struct Sample: Sendable {
    /// What it shows.
    public var name: String
    /// Height × width × channels.
    public var pixels: [UInt8]

    /// Wraps its parts.
    public init(name: String, pixels: [UInt8]) {
      self.name = name
      self.pixels = pixels
    }
  }

  /// In reading order; all read the same inputs and name the same classes.
  public let models: [Model]
  /// Data for planes.
  public var points: [Point]
  /// Rows to go to; for tables.
  public var places: [Place]
  /// Images to start from.
  public var samples: [Sample]

  /// - Throws: ``ReportError/invalidFigure(name:reason:)`` without models, and for models that don't read the same
  ///   inputs.
  public init(
    models: [Model], points: [Point] = [], places: [Place] = [], samples: [Sample] = []
  ) throws(ReportError) {
    try require(!models.isEmpty, "a live part", "it has no models")
    let first = models[0].twin
    for model in models {
      try require(
        model.twin.input == first.input && model.twin.labels == first.labels, "a live part",
        "\(model.title) and \(models[0].title) don't read the same inputs or name the same classes")
    }
    self.models = models
    self.points = points
    self.places = places
    self.samples = samples
  }
}

import ScrupleDevice
import ScrupleEvaluation

extension ProgramFile {
  /// What the program says, on the host or on a device.
  ///
  /// - Parameter speaksOfTwin: whether the file's bracket speaks of the float model on the other side.
  func classifier(
    on device: (any Device)? = nil, speaksOfTwin: Bool = true, progress: (@Sendable (Int) -> Void)? = nil
  ) -> DeviceClassifier {
    DeviceClassifier(
      engine: engine, input: program.metadata.input, device: device, speaksOfTwin: speaksOfTwin,
      progress: progress)
  }
}

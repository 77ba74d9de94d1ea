import Foundation
import ScrupleRuntime

/// Runs a range of a batch's inputs on one emulator after the other, as many as it takes.
struct FirmwareWorker {
  let device: QEMUDevice
  let engine: Engine
  let image: FirmwareImage
  let flash: URL
  let inputs: [UInt8]
  let range: Range<Int>

  /// What a session said at its start.
  private struct Start {
    let machine: Machine

    /// Ticks of measuring nothing.
    let idle: Int
    let validationStack: Int
    var validation = 0

    func instructions(_ ticks: UInt32) -> Int { machine.instructions(ticks: Int(ticks), idle: idle) }
  }

  func run(answered: () -> Void) throws(DeviceError) -> DeviceRun {
    var run = DeviceRun(predictions: Predictions(classCount: engine.classCount))
    var counts: [Int] = []
    var stumbled: Int?
    while true {
      let session = try FirmwareSession(device.board, image: image, flash: flash, timeout: device.timeout)
      device.onStart?(session.process.identifier)
      do throws(DeviceError) {
        let start = try begin(session)
        let first = range.lowerBound + counts.count
        session.send(range.upperBound - first + 1) { [inputs, range, engine] index in
          first + index < range.upperBound
            ? FirmwareSession.message(.infer, payload: engine.input(first + index, of: inputs))
            : FirmwareSession.message(.profile, payload: engine.input(range.lowerBound, of: inputs))
        }
        while counts.count < range.count {
          let answer = try session.receive(.infer, sample: range.lowerBound + counts.count)
          counts.append(start.instructions(try append(answer, to: &run)))
          answered()
        }
        let profile = try session.receive(.profile)
        session.end()
        guard device.board.core.countsInstructions else { return run }
        run.stack = max(start.validationStack, Int(profile[0]))
        if let count = counts.first {
          run.instructions = InstructionCount(
            perInference: count, perOperation: profile.dropFirst().map(start.instructions),
            validation: start.validation, dataIndependent: counts.allSatisfy { $0 == count })
        }
        return run
      } catch {
        // An emulator that is gone gets a second chance at the input that it didn't answer.
        guard error.isLoss, stumbled != counts.count else { throw error }
        stumbled = counts.count
        run.restarts += 1
      }
    }
  }

  /// Says hello and loads the model.
  private func begin(_ session: FirmwareSession) throws(DeviceError) -> Start {
    let hello = try session.ask(.hello)
    guard hello.count == 5, hello[0] == WireRequest.version else {
      throw .garbled(board: device.board.name, "hello \(hello)")
    }
    if hello[4] == 1 { _ = try session.ask(.fill, payload: engine.file) }
    let idle = try session.ask(.calibrate, argument: 1)
    var size: [UInt8] = []
    size.append(word: engine.fileSize)
    let model = try session.ask(.load, payload: size)
    guard idle.count == 2, model.count == 6,
      model[..<4].map(Int.init) == [
        engine.arenaSize, engine.inputCount, engine.classCount, engine.operations.count,
      ]
    else { throw .garbled(board: device.board.name, "model \(model)") }
    var start = Start(machine: device.board.machine, idle: Int(idle[1]), validationStack: Int(model[5]))
    start.validation = start.instructions(model[4])
    return start
  }

  /// Takes one answer apart; its ticks.
  private func append(_ answer: [UInt32], to run: inout DeviceRun) throws(DeviceError) -> UInt32 {
    guard answer.count == WireInference.count + engine.classCount else {
      throw .garbled(board: device.board.name, "\(answer.count) words for \(engine.classCount) classes")
    }
    func long(_ index: Int) -> UInt64 { UInt64(answer[index]) | UInt64(answer[index + 1]) << 32 }
    run.predictions.append(
      Predictions(
        classCount: engine.classCount,
        verdicts: [
          Verdict(
            classIndex: Int(answer[WireInference.classIndex]), confidence: answer[WireInference.confidence],
            lower: answer[WireInference.lower], upper: answer[WireInference.upper],
            accepted: answer[WireInference.accepted] != 0,
            largestLogit: Int64(bitPattern: long(WireInference.largestLogit)), sum: long(WireInference.sum))
        ], probabilities: Array(answer[WireInference.count...])))
    return answer[WireInference.ticks]
  }
}

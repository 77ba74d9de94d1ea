import ScrupleNetwork
import ScrupleQuantization
import Testing

@testable import ScrupleDevice

/// Real firmware running operations on images.
@Suite(.serialized) struct ImageFirmwareTests {
  /// Every operation, with channels that fill words and with channels that don't, zeros in the middle of the bytes,
  /// padding, steps, patches on the stack and in the arena, numbers of outputs that leave a patch alone.
  static let programs: [IntegerProgram] = [(4, 8, 12), (3, 5, 7), (8, 17, 4)].enumerated().map {
    index, channels in
    var network = RandomProgram(
      input: ImageShape(height: 7, width: 5, channels: channels.0), seed: UInt64(index))
    func same(_ kernel: (Int, Int), stride: Int = 1, _ value: RandomProgram.Value) -> Window {
      .same(
        kernelHeight: kernel.0, kernelWidth: kernel.1, strideHeight: stride, strideWidth: stride,
        of: value.shape)
    }
    let first = network.convolution(
      network.input, channels: channels.1, window: same((3, 3), network.input), output: .signed)
    let second = network.depthwise(first, window: same((3, 3), first))
    let third = network.depthwise(second, window: same((2, 4), second), output: .signed)
    let sum = network.addition(first, third, output: .activation(zeroPoint: 100, low: 9, high: 240))
    let small = network.pooling(
      sum, .maximum,
      window: Window(
        kernelHeight: 3, kernelWidth: 2, strideHeight: 2, strideWidth: 1,
        padding: Padding(top: 1, left: 1, bottom: 0, right: 1)))
    let wide = network.convolution(small, channels: channels.2, window: same((5, 5), stride: 2, small))
    let point = network.convolution(
      wide, channels: channels.2, window: Window(kernelHeight: 1, kernelWidth: 1))
    let mean = network.pooling(network.addition(wide, point), .average)
    return network.program("images \(index)", classes: 3, from: mean)
  }

  @Test(arguments: Board.all)
  func
    `every board gives the host's bits on images, in a number of instructions that the input doesn't change`(
      board: Board
    ) throws
  {
    for program in Self.programs {
      let engine = try Engine(program.encoded())
      let (run, report) = try QEMUDevice(board).simulate(engine, Fixture.inputs(24, for: engine))
      #expect(report.identicalToHost && run.restarts == 0, "\(program.metadata.name)")
      #expect(report.arena == program.arenaPlan.size)
      guard board.core.countsInstructions else { continue }
      #expect(try #require(report.instructions).dataIndependent, "\(program.metadata.name)")
      #expect(try #require(report.stack) <= 1024)
    }
  }
}

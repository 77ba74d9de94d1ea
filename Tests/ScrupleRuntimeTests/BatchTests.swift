import CScrupleIntrinsics
import Testing

@testable import ScrupleRuntime

@Suite(.enabled(if: Model.canRunBatches)) struct BatchTests {
  typealias Layer = SmallProgram.Layer

  static func program(_ sizes: [Int], gapFactor: UInt32, _ generator: inout SeededGenerator) -> SmallProgram {
    let layers = (1..<sizes.count).map {
      Layer.random(
        inputs: sizes[$0 - 1], outputs: sizes[$0], isLogits: $0 == sizes.count - 1, using: &generator)
    }
    return SmallProgram(layers: layers, threshold: 1 << 29, gapFactor: gapFactor)
  }

  /// Runs `count` inputs in batches, in memory of exactly the sizes that are asked for.
  static func runBatch(_ file: [UInt8], _ inputs: [UInt8], _ count: Int) throws -> ([Verdict], [UInt32])? {
    let model = try Model(validating: file.span.bytes)
    func memory(_ count: Int) -> UnsafeMutableRawBufferPointer {
      let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: Model.batchAlignment)
      memory.initializeMemory(as: UInt8.self, repeating: 0xA5)
      return memory
    }
    let weights = memory(model.batchWeightsSize)
    let scratch = memory(model.batchScratchSize)
    defer {
      weights.deallocate()
      scratch.deallocate()
    }
    guard model.prepareBatch(weights) else { return nil }
    var verdicts: [Verdict] = []
    var probabilities = [UInt32](repeating: 0xDEAD_BEEF, count: count * model.classCount)
    inputs.withUnsafeBytes { inputs in
      probabilities.withUnsafeMutableBufferPointer { probabilities in
        for start in stride(from: 0, to: count, by: Model.batchRows) {
          let rows = min(Model.batchRows, count - start)
          model.runBatch(
            UnsafeRawBufferPointer(
              rebasing: inputs[start * model.inputCount..<(start + rows) * model.inputCount]),
            count: rows, weights: UnsafeRawBufferPointer(weights), scratch: scratch,
            probabilities: UnsafeMutableBufferPointer(
              rebasing: probabilities[start * model.classCount..<(start + rows) * model.classCount])
          ) { row, verdict in
            #expect(row == verdicts.count - start)
            verdicts.append(verdict)
          }
        }
      }
    }
    return (verdicts, probabilities)
  }

  @Test(arguments: [
    [784, 100, 10], [784, 128, 10], [2, 16, 16, 3], [3, 2], [16, 2], [1, 4, 4, 2], [5, 17, 20, 257 - 128],
    [199, 36, 7],
    [200, 52, 256], [1030, 65, 33, 16], [900, 3], [64, 20, 17], [129, 47, 2],
  ])
  func `batches of all sizes give the bits of single runs`(sizes: [Int]) throws {
    var generator = SeededGenerator(UInt64(sizes.count * 1000 + sizes[0]))
    for gapFactor in [UInt32(0), 1 << 24, 20_000_000, .max] {
      let file = Self.program(sizes, gapFactor: gapFactor, &generator).encoded()
      for count in [1, 2, 3, 4, 5, 16, 17, 33, 63, 64, 65] where gapFactor != 0 || count < 6 {
        var inputs: [UInt8] = []
        for row in 0..<count {
          // Rows with many zeros, in other places each, a row of zeros, and full rows.
          for i in 0..<sizes[0] {
            let isZero = row % 4 == 3 || (row % 4 != 0 && (i / 4 * 7 + row) % 5 > row % 4)
            inputs.append(isZero ? 0 : .random(in: 0...255, using: &generator))
          }
        }
        let (verdicts, probabilities) = try #require(try Self.runBatch(file, inputs, count))
        for row in 0..<count {
          let expected = try run(file, Array(inputs[row * sizes[0]..<(row + 1) * sizes[0]]))
          #expect(verdicts[row] == expected.verdict)
          let classes = sizes.last!
          #expect(Array(probabilities[row * classes..<(row + 1) * classes]) == expected.probabilities)
        }
      }
    }
  }

  @Test func `a weight of 128, which a forger can write, is refused`() throws {
    var file = SmallProgram(layers: [
      Layer(
        inputs: 4, outputs: 2, weights: [[1, 2, 3, 4], [5, 6, 7, 8]], bias: [0, 0], multiplier: [1, 1],
        fractionBits: 30, isLogits: true)
    ]).encoded()
    // 256·127 + 128: the low byte is −128, and 128 is left for A.
    let weights = Int(word(file, 96 + 20))
    file[weights] = 0x80
    file[weights + 1] = 0x7F
    seal(&file)
    #expect(try Self.runBatch(file, [1, 2, 3, 4], 1) == nil)
    #expect(try accumulators(file, [1, 0, 0, 0]) == [128, -128])
  }

  /// The same extreme heads as the row-wise head is tested with.
  @Test func `sixteen heads at a time give the bits of one at a time`() {
    for count in [2, 3, 10, 16, 17, 255, 256] {
      var generator = SeededGenerator(UInt64(count))
      for spread in [Int32.max, 1 << 24, 1000, 1] {
        let multipliers = (0..<count).map { _ in Int32.random(in: 1 << 28 ... .max, using: &generator) }
        let words = (0..<16 * count).map { _ in
          UInt32(bitPattern: .random(in: -spread...spread, using: &generator))
        }
        for (rows, factor) in [(16, UInt32(1 << 24)), (11, 30_000_000), (4, .max), (1, 0)] {
          let layer = Layer(
            inputs: 1, outputs: count, weights: .init(repeating: [0], count: count),
            bias: .init(repeating: 0, count: count), multiplier: multipliers,
            fractionBits: .random(in: 26...57, using: &generator), isLogits: true)
          let file = SmallProgram(layers: [layer], threshold: 1 << 29, gapFactor: factor).encoded()
          var batch = words
          var verdicts: [Verdict] = []
          do {
            let model = try Model(validating: file.span.bytes)
            var columns = [UInt32](repeating: 7, count: 16 * ((count + 15) / 16 * 16))
            file.withUnsafeBytes { bytes in
              batch.withUnsafeMutableBufferPointer { batch in
                columns.withUnsafeMutableBufferPointer { columns in
                  model.judge(bytes.baseAddress!, batch.baseAddress!, rows, columns: columns.baseAddress!) {
                    verdicts.append($1)
                  }
                }
              }
            }
            for row in 0..<rows {
              var single = Array(words[row * count..<(row + 1) * count])
              let verdict = single.withUnsafeMutableBytes { model.verdict(words: $0.baseAddress!) }
              #expect(verdicts[row] == verdict)
              #expect(Array(batch[row * count..<(row + 1) * count]) == single)
            }
            #expect(batch[(rows * count)...] == words[(rows * count)...])
          } catch { Issue.record(error) }
        }
      }
    }
  }
}

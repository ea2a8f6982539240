import Foundation
import Synchronization
import Tensors
import Testing

@Suite struct ConvolutionTests {
    /// oneDNN 2.6 describes convolutions of two precisions wrongly if two threads ask at the same time, and only the
    /// first time in a process: so each trial has a process of its own.
    @Test func `kernels of bytes that find edges find none in what is even`() {
        var random = RandomNumbers(seed: 4)
        let (channels, side) = (32, 5)
        var shape = ConvolutionShape(inputs: channels, outputs: channels)
        (shape.kernel, shape.isDepthwise) = (side, true)
        let weights = (0..<channels).flatMap { _ in
            let kernel = (0..<(side * side)).map { _ in random.nextNormal() }
            let mean = kernel.reduce(0, +) / Float(kernel.count)
            return kernel.map { $0 - mean }
        }
        let convolution = Convolution(
            shape, columns: 9, weights: weights, bias: [Float](repeating: 0, count: channels),
            from: ChannelSteps(.signed, [Float](repeating: 1, count: channels)),
            into: ChannelSteps(.signed, [Float](repeating: 0.1, count: channels)))
        let source = FeatureMap(rows: side, columns: 9, channels: channels, .signed)
        source.setPixels([UInt8](repeating: 227, count: side * 9 * channels).span, fromRow: 0)
        let output = FeatureMap(rows: 1, columns: 9, channels: channels, .signed)
        convolution.prepare(rows: side)
        convolution.apply(to: source, row: 0, rows: side, into: output, at: 0)
        // The outer two columns see zeros.
        let inner = output.elements[(2 * channels)..<(7 * channels)]
        #expect(inner.allSatisfy { $0 == 0 }, "\(Set(inner))")
    }

    @Test(.enabled(if: Precision.bf16.isSupported))
    func `threads that make convolutions at the same time make the same`() async {
        for _ in 0..<40 {
            await #expect(processExitsWith: .success) {
                let arrived = Atomic(0)
                let (gate, done) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
                let sums = Mutex<[Float]>([])
                let work = { @Sendable (element: FeatureElement) in
                    prepareThreadForComputing()
                    var shape = ConvolutionShape(inputs: 3, outputs: 32)
                    (shape.kernel, shape.stride, shape.isClipped) = (3, 2, true)
                    let weights = (0..<shape.weightCount).map { Float($0 % 23) - 11 }
                    let convolution = Convolution(
                        shape, columns: 101, weights: weights,
                        bias: Array(repeating: 0, count: 32), as: element, into: element)
                    let source = FeatureMap(rows: 77, columns: 101, channels: 3, element)
                    let pixels = (0..<(77 * 101 * 3)).map { UInt8($0 % 251) }
                    source.setPixels(pixels.span, fromRow: 0)
                    let output = FeatureMap(rows: 38, columns: 51, channels: 32, element)
                    if arrived.wrappingAdd(1, ordering: .relaxed).newValue < 4 {
                        gate.wait()
                    } else {
                        for _ in 0..<4 { gate.signal() }
                    }
                    convolution.prepare(rows: 77)
                    convolution.apply(to: source, row: 0, rows: 77, into: output, at: 0)
                    let sum = output.elements.reduce(0, +)
                    if element == .float { sums.withLock { $0.append(sum) } }
                    done.signal()
                }
                let threads = [FeatureElement.float, .float, .float, .bfloat16].map { element in
                    Thread { work(element) }
                }
                for thread in threads { thread.start() }
                for _ in threads { done.wait() }
                work(.float)
                let found = sums.withLock { $0 }
                guard found.count == 4, Set(found).count == 1 else { exit(1) }
            }
        }
    }
}

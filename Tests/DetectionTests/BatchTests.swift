import Frames
import Images
import Networks
import Platform
import Tensors
import TestSupport
import Testing
import VAE

@Suite struct BatchTests {
    /// Frames of 2×2 random pixels, waiting.
    private func intake(_ frames: Int, capacity: Int? = nil) throws -> Intake {
        var intake = Intake(capacity: capacity ?? max(1, frames))
        for number in 0..<frames {
            try intake.take(header(), payload: (0..<4).map { UInt8(number * 36 + $0 * 9) })
        }
        return intake
    }

    @Test(arguments: Precision.allCases.filter(\.isSupported))
    func `images are scored in a batch as they are alone, to the bit`(precision: Precision) throws {
        let parameters = Parameters(Architecture(inputs: 4, hidden: [3], latent: 2))
        parameters.initialize(seed: 1)
        var ranges = ActivationRanges(parameters.architecture)
        (ranges.encoder, ranges.latent, ranges.decoder) = ([2], 2, [2])
        let computation = Computation(
            precision: precision, ranges: precision == .int8 ? ranges : nil)
        let scorer = ScoringEngine(Weights(parameters), by: computation, capacity: 8)
        let together = try intake(7, capacity: 8).batch
        scorer.score(together.images, count: together.count)
        let expected = Array(scorer.scores[..<7])
        for row in 0..<7 {
            var alone = Batch(capacity: 8, pixels: 4)
            var decoder = FrameDecoder(ImageShape(rows: 2, columns: 2))
            let (text, pixels) = (Array(header().utf8), (0..<4).map { UInt8(row * 36 + $0 * 9) })
            let message = try decoder.open(
                topic: Span(), header: text.span, payload: pixels.span, endpoint: Span())
            try alone.append(
                0, of: message, header: text.span, payload: pixels.span,
                received: UnixTime(nanoseconds: 0))
            scorer.score(alone.images, count: alone.count)
            #expect(scorer.scores[0] == expected[row], "row \(row)")
        }
    }

    @Test func `an emptied batch starts anew`() throws {
        var batch = try intake(3).batch
        #expect(batch.count == 3 && batch.isFull)
        batch.removeAll()
        #expect(batch.count == 0 && !batch.isFull && batch.capacity == 3)
    }

    @Test func `a batch for no frames is a bug`() async {
        await #expect(processExitsWith: .failure) { _ = Batch(capacity: 0, pixels: 4) }
    }
}

import Tensors
import VAE

/// Golden vectors: a small network and images, drawn by formulas, whose scores are known.
///
/// A wrong way through oneDNN or our own loops, or a damaged library or processor, shows before anything is
/// served. The sizes leave remainders in every vector loop, and a white image meets the largest weights, which
/// would overflow sums of 16 bits.
enum SelfTest {
    /// The sizes of the network.
    static let architecture = Architecture(inputs: 77, hidden: [35, 19], latent: 5)
    /// Its weights.
    static var weights: Weights {
        let parameters = Parameters(architecture)
        parameters.initialize(seed: 72)
        // Larger than at the start of training, so that scores say something of every sum.
        for index in 0..<parameters.buffer.columns { parameters.buffer[0, index] *= 2 }
        return Weights(parameters)
    }
    /// A white image, a ramp and stripes.
    static let images: [UInt8] =
        (0..<77).map { _ in 255 } + (0..<77).map { UInt8($0 * 3) }
        + (0..<77).map { $0 % 3 == 0 ? 240 : 7 }
    /// Ranges of its activations for 8-bit arithmetic, a little larger than these images need.
    static var ranges: ActivationRanges {
        var ranges = ActivationRanges(architecture)
        (ranges.encoder, ranges.latent, ranges.decoder) = ([3, 2], 1.25, [2.25, 1.5])
        return ranges
    }

    /// The negative evidence lower bounds of the images.
    static func known(_ precision: Precision) -> [Float] {
        switch precision {
        case .fp32: [62.650972, 55.427891, 53.621627]
        case .bf16: [62.67183, 55.43687, 53.635536]
        case .int8: [62.710087, 55.43833, 53.630497]
        }
    }

    /// How far a score may be off, relatively: processors round sums in another order, and a number at the
    /// edge between two of 8 bits falls to the other.
    static func tolerance(_ precision: Precision) -> Float { precision == .fp32 ? 1e-5 : 2e-3 }

    /// What this machine makes of the images, again and again, in batches of so many.
    static func scores(_ precision: Precision, batch: Int) -> [Float] {
        let computation = Computation(
            precision: precision, ranges: precision == .int8 ? ranges : nil)
        let engine = ScoringEngine(weights, by: computation, capacity: batch)
        let times = (batch + 2) / 3
        let all = (0..<times).flatMap { _ in images }
        return engine.scores(ofImages: all, count: 3 * times).map { $0[.elbo] }
    }

    /// Throws if this machine does not compute what it should.
    ///
    /// Lone images of floats go through loops of our own, and batches through oneDNN's products.
    static func run(_ precision: Precision) throws(DaemonError) {
        for batch in [1, 4] {
            for (index, score) in scores(precision, batch: batch).enumerated() {
                let known = known(precision)[index % 3]
                guard abs(score / known - 1) <= tolerance(precision) else {
                    throw .miscomputes(precision, value: score, known: known)
                }
            }
        }
    }
}

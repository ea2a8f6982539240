public import Tensors

/// How scores are computed: with which precision, and what that needs to know of the model.
public struct Computation: Sendable, Equatable {
    /// What scores are computed with.
    public let precision: Precision
    /// Needed for `int8` alone.
    public let ranges: ActivationRanges?
    /// Needed for scores that compare with normal images.
    public let profile: NormalProfile?

    /// With 32-bit floats.
    public static let fp32 = Computation(precision: .fp32)

    /// With `precision`, `ranges` where that needs them, and a profile for the scores that do.
    public init(
        precision: Precision, ranges: ActivationRanges? = nil, profile: NormalProfile? = nil
    ) {
        (self.precision, self.ranges, self.profile) = (precision, ranges, profile)
    }

    /// The same with another profile.
    public func with(_ profile: NormalProfile?) -> Computation {
        Computation(precision: precision, ranges: ranges, profile: profile)
    }

    /// The scores that can be computed so.
    public var possible: ScoreSet { profile?.possible ?? .plain }

    /// Whether a model of these sizes can be computed so.
    public func suits(_ architecture: Architecture) -> Bool {
        let suitsRanges = precision == .int8 ? ranges?.suits(architecture) == true : ranges == nil
        return suitsRanges && profile?.suits(architecture) ?? true
    }
}

/// Per-layer activation ranges, measured on normal images; the int8 quantisation steps derive from
/// them.
public struct ActivationRanges: Sendable, Codable, Equatable {
    /// The largest output of each of the encoder's hidden layers.
    public var encoder: [Float]
    /// The largest magnitude of a posterior mean.
    public var latent: Float
    /// The largest output of each of the decoder's hidden layers.
    public var decoder: [Float]

    /// Nothing seen yet of a model of these sizes.
    public init(_ architecture: Architecture) {
        encoder = Array(repeating: 0, count: architecture.hidden.count)
        decoder = encoder
        latent = 0
    }

    /// Widens the ranges to what the first `count` rows of `activations` hold.
    public mutating func add(_ activations: Activations, count: Int) {
        func largest(_ matrix: Matrix, _ old: Float) -> Float {
            var largest = old
            for row in 0..<count {
                matrix.withRow(row) { elements in
                    for index in elements.indices { largest = max(largest, abs(elements[index])) }
                }
            }
            return largest
        }
        for layer in encoder.indices {
            encoder[layer] = largest(activations.encoder[layer], encoder[layer])
            decoder[layer] = largest(activations.decoder[layer], decoder[layer])
        }
        latent = largest(activations.mu, latent)
    }

    /// Whether 8-bit steps can be made of them for a model of these sizes.
    public func suits(_ architecture: Architecture) -> Bool {
        encoder.count == architecture.hidden.count && decoder.count == encoder.count
            && (encoder + decoder + [latent]).allSatisfy { $0.isFinite && $0 > 0 }
    }
}

import Tensors

/// What scores that compare with normal images know of these, for one model in one precision.
///
/// Fitted to normal images that did not train the model; part of how scores are computed, so that a calibration
/// keeps it.
public struct NormalProfile: Sendable, Equatable, Codable {
    /// Where the posterior means of normal images lie.
    let codes: PrincipalDistance
    /// How what hidden layers make of normal images differs from what they make of reconstructions.
    let hidden: PrincipalDistance
    /// How scores are made one.
    public let fusion: Fusion

    /// Of the largest variance: what normal images vary less counts as if they varied so much.
    private static let floors: (codes: Float, hidden: Float) = (1e-3, 1e-2)

    /// Of `count` normal 8-bit images, one after the other in `pixels`; `computation` says how the model is
    /// computed.
    public init(
        ofImages pixels: [UInt8], count: Int, _ model: Model, by computation: Computation
    ) {
        let plain = computation.with(nil)
        let tracing = ScoringEngine(
            model, by: plain, computing: ScoreSet([.sap, .code]), capacity: 256)
        let (differences, posteriors) = tracing.traces(ofImages: pixels, count: count)
        codes = PrincipalDistance(
            of: posteriors.columns(0..<model.architecture.latent), floor: Self.floors.codes)
        hidden = PrincipalDistance(of: differences, floor: Self.floors.hidden)
        let partial = NormalProfile(codes: codes, hidden: hidden, fusion: Fusion(parts: []))
        let engine = ScoringEngine(
            model, by: plain.with(partial), computing: partial.possible, capacity: 256)
        fusion = Fusion(
            FusionPart.plan, to: engine.scores(ofImages: pixels, count: count))
    }

    init(codes: PrincipalDistance, hidden: PrincipalDistance, fusion: Fusion) {
        (self.codes, self.hidden, self.fusion) = (codes, hidden, fusion)
    }

    /// The scores that can be computed with it.
    public var possible: ScoreSet {
        let parts = ScoreSet(fusion.parts.map(\.function))
        let fused: ScoreSet = fusion.parts.isEmpty ? [] : ScoreSet(.fused)
        return ScoreSet.plain.union(ScoreSet([.latent, .nap])).union(parts).union(fused)
    }

    /// Whether it belongs to a model of these sizes.
    public func suits(_ architecture: Architecture) -> Bool {
        codes.dimensions == architecture.latent
            && hidden.dimensions == architecture.hidden.reduce(0, +)
    }
}

import VAE

extension Calibration {
    /// Above which error, as a multiple of what is usual there, a place of a picture is odd: what the deciding rule would
    /// draw for the worst place of a picture, or a bound by hand itself.
    public var placeBound: Float {
        let upper = bounds(of: .worstPlace)?.upper ?? bounds.upper
        return Float(upper.isFinite && upper > 0 ? upper : samples[.worstPlace]?.mu ?? 1)
    }
}

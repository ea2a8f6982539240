public import VAE

/// How long a source's frames have been the same.
///
/// Frames are the same if all that is computed from their pixels in whole numbers is: two frames of a camera, whose noise
/// differs, never are.
public struct Stillness: Sendable {
    private var last = SIMD8<Float>(repeating: .nan)
    private var run = 0

    /// Nothing seen yet.
    public init() {}

    /// How many frames before this one are equal to it, without another in between; 0 where the pixels were not looked
    /// at.
    public mutating func note(_ scores: Scores) -> Int {
        let now = SIMD8(
            scores[.brightness], scores[.contrast], scores[.peak], scores[.white],
            scores[.acuity], scores[.smoothness], scores[.extent],
            scores.computed.contains(.mse) ? scores[.mse] : scores[.worstPlaces])
        run = now == last ? run + 1 : 0
        last = now
        return run
    }
}

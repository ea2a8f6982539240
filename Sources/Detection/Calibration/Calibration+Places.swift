public import Images
public import Inspection
import VAE

extension Calibration {
    /// Above which error, as a multiple of what is usual there, a place of a picture is odd: what the deciding rule would
    /// draw for the worst place of a picture, or a bound by hand itself.
    public var placeBound: Float {
        let upper = bounds(of: .worstPlace)?.upper ?? bounds.upper
        return Float(upper.isFinite && upper > 0 ? upper : samples[.worstPlace]?.mu ?? 1)
    }
}

extension InspectionMap {
    /// Boxes around what is odder than `bound` in a picture about which was decided so: none if it is normal, and at least
    /// one if its score is why it is not.
    public func boxes(
        for decision: Decision?, above bound: Float, in placement: PicturePlacement, most: Int = 5
    ) -> [Box] {
        guard let decision, decision.isAnomaly else { return [] }
        return boxes(
            above: bound, in: placement, most: most, atLeastOne: decision.side != .inside)
    }
}

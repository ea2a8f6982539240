public import Tensors

extension Scores {
    /// Adds what the pixels of an image of so many rows and columns tell alone.
    mutating func add(_ found: PixelStatistics, rows: Int, columns: Int) {
        let count = Float(rows * columns)
        self[.black] = found.black / count
        self[.grey] = max(0, count - found.white - found.black) / count
        let across = found.across / Float(max(1, rows * (columns - 1)))
        let down = found.down / Float(max(1, (rows - 1) * columns))
        (self[.across], self[.down]) = (across, down)
        self[.sharpness] = (across + down) / (found.sum / count + 1e-3)
        let inner = Float(max(1, (rows - 2) * (columns - 2)))
        self[.ripple] = found.ripple / inner
        self[.spike] = found.spike
        // Immerkær, "Fast noise variance estimation", 1996: √(π/2) · Σ |N∗x| / 6(w − 2)(h − 2).
        self[.noise] = found.roughness / inner * (Float.pi / 2).squareRoot() / 6
        self[.border] = found.border / Float(2 * (rows + columns))
        self[.gap] = found.gap
    }

    /// Adds what tells whether a camera sees, see `ScoreSet.health`.
    public mutating func add(_ found: HealthSums, rows: Int, columns: Int) {
        let count = Double(rows * columns)
        let mean = Double(found.sum) / count
        let variance = max(0, Double(found.squares) / count - mean * mean)
        self[.brightness] = Float(mean / 255)
        self[.contrast] = Float(variance.squareRoot() / 255)
        self[.peak] = Float(found.peak) / 255
        self[.white] = Float(Double(found.white) / count)
        let inner = max(1, (rows - 2) * (columns - 2))
        // Nothing that does not change is sharp, and nothing divides by zero.
        self[.acuity] = Float(Double(found.bends) / Double(found.steps + 1))
        self[.smoothness] = Float(Double(found.smooth) / Double(inner))
        let area = Double(found.box.height * found.box.width)
        self[.extent] = Float((area / count).squareRoot())
    }
}

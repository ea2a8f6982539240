import Tensors

extension Scores {
    /// Adds what the pixels of an image of so many rows and columns tell alone.
    mutating func add(_ found: PixelStatistics, rows: Int, columns: Int) {
        let count = Float(rows * columns)
        let mean = found.sum / count
        self[.brightness] = mean
        self[.contrast] = max(0, found.squares / count - mean * mean).squareRoot()
        self[.peak] = found.peak
        self[.black] = found.black / count
        self[.grey] = max(0, count - found.white - found.black) / count
        self[.white] = found.white / count
        let across = found.across / Float(max(1, rows * (columns - 1)))
        let down = found.down / Float(max(1, (rows - 1) * columns))
        (self[.across], self[.down]) = (across, down)
        self[.sharpness] = (across + down) / (mean + 1e-3)
        let inner = Float(max(1, (rows - 2) * (columns - 2)))
        self[.ripple] = found.ripple / inner
        self[.spike] = found.spike
        // Immerkær, "Fast noise variance estimation", 1996: √(π/2) · Σ |N∗x| / 6(w − 2)(h − 2).
        self[.noise] = found.roughness / inner * (Float.pi / 2).squareRoot() / 6
        self[.border] = found.border / Float(2 * (rows + columns))
        self[.gap] = found.gap
    }
}

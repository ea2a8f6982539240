import Glibc

/// How well maps of scores show where anomalous pictures are anomalous, by masks.
///
/// Pixels are counted by their scores in 4,096 bins that grow by 0.5 %, so that no map is kept.
public struct RegionOverlap: Sendable {
    /// Pixels of normal pictures and those outside the masks of anomalous ones.
    private var outside = [Double](repeating: 0, count: bins)
    /// Pixels of normal pictures.
    private var normal = [Double](repeating: 0, count: bins)
    /// Shares of regions: each region is one in all.
    private var regions = [Double](repeating: 0, count: bins)
    /// Masked pixels, picture by picture.
    private var pictures: [[Int32]] = []
    /// Regions that masks are made of.
    public private(set) var regionCount = 0

    private static let bins = 4096

    /// Nothing seen yet.
    public init() {}

    /// How many pictures have masks.
    public var pictureCount: Int { pictures.count }

    private static func bin(_ score: Float) -> Int {
        guard score > 0 else { return 0 }
        return min(max(Int(log(score) * 200) + bins / 2, 0), bins - 1)
    }

    /// Counts the scores of a normal picture's pixels.
    public mutating func addNormal(_ scores: [Float]) {
        for score in scores {
            let bin = Self.bin(score)
            outside[bin] += 1
            normal[bin] += 1
        }
    }

    /// Counts the scores of an anomalous picture's pixels, of which those are anomalous that `mask` says.
    public mutating func addAnomalous(_ scores: [Float], mask: [Bool], columns: Int) {
        precondition(scores.count == mask.count && columns > 0, "a mask for each pixel")
        let labels = Self.labels(of: mask, columns: columns)
        var sizes = [Double](repeating: 0, count: (labels.max() ?? 0) + 1)
        for label in labels { sizes[label] += 1 }
        var masked = [Int32](repeating: 0, count: Self.bins)
        for (score, label) in zip(scores, labels) {
            let bin = Self.bin(score)
            if label == 0 {
                outside[bin] += 1
            } else {
                regions[bin] += 1 / sizes[label]
                masked[bin] += 1
            }
        }
        regionCount += sizes.count - 1
        if sizes.count > 1 { pictures.append(masked) }
    }

    /// The area under the curve of the regions' mean overlap over the share of pixels outside that are called
    /// anomalous, up to `limit` of these and divided by it (AU-PRO; Bergmann et al., 2021).
    public func area(upTo limit: Double) -> Double {
        let (all, count) = (outside.reduce(0, +), Double(regionCount))
        guard all > 0, count > 0 else { return .nan }
        var (rate, overlap, area) = (0.0, 0.0, 0.0)
        for bin in (0..<Self.bins).reversed() {
            let nextRate = rate + outside[bin] / all
            let nextOverlap = overlap + regions[bin] / count
            if nextRate >= limit {
                let part = nextRate > rate ? (limit - rate) / (nextRate - rate) : 0
                let last = overlap + (nextOverlap - overlap) * part
                return (area + (limit - rate) * (overlap + last) / 2) / limit
            }
            area += (nextRate - rate) * (overlap + nextOverlap) / 2
            (rate, overlap) = (nextRate, nextOverlap)
        }
        return (area + (limit - rate) * overlap) / limit
    }

    /// The share of masked pixels found in each picture, in the mean over pictures, where `rate` of the pixels of
    /// normal pictures are called anomalous (after AUPIMO; Bertoldo et al., 2024).
    public func recall(atNormalRate rate: Double) -> Double {
        let all = normal.reduce(0, +)
        guard all > 0, !pictures.isEmpty else { return .nan }
        var (called, first) = (0.0, Self.bins)
        while first > 0, called + normal[first - 1] <= rate * all {
            first -= 1
            called += normal[first]
        }
        let shares = pictures.map { counts in
            Double(counts[first...].reduce(0) { $0 + Int($1) })
                / Double(counts.reduce(0) { $0 + Int($1) })
        }
        return shares.reduce(0, +) / Double(shares.count)
    }

    /// The number of the region that each pixel is in, from 1; 0 outside.
    ///
    /// Pixels touch at corners too.
    private static func labels(of mask: [Bool], columns: Int) -> [Int] {
        var labels = [Int](repeating: 0, count: mask.count)
        let rows = mask.count / columns
        var last = 0
        for start in mask.indices where mask[start] && labels[start] == 0 {
            last += 1
            labels[start] = last
            var waiting = [start]
            while let pixel = waiting.popLast() {
                let (row, column) = (pixel / columns, pixel % columns)
                for nextRow in max(0, row - 1)...min(rows - 1, row + 1) {
                    for nextColumn in max(0, column - 1)...min(columns - 1, column + 1) {
                        let next = nextRow * columns + nextColumn
                        guard mask[next], labels[next] == 0 else { continue }
                        labels[next] = last
                        waiting.append(next)
                    }
                }
            }
        }
        return labels
    }
}

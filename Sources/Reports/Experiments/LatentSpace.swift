import Datasets
public import Drawing
import Formatting
import Glibc
import Tensors
import VAE

/// Where a model puts images in its latent space, and which of its units it uses.
public struct LatentSpace: Sendable {
    /// What there is to say in numbers.
    public let numbers: Numbers
    private let subject: Subject
    private let points: [(x: Double, y: Double)]

    /// Use of the latent units.
    public struct Numbers: Sendable, Encodable {
        /// The model's directory.
        public let model: String
        /// Which images were encoded.
        public let data: String
        /// Latent units.
        public let latent: Int
        /// Units whose mean varies with the image, see `UnitActivity`.
        public let active_units: Int
        /// Mean KL divergence of each unit's posterior from the prior, in nats, in the units' order.
        public let kl_by_unit: [Double]
        /// Shares of the variance of μ along the two leading principal components.
        public let principal_shares: [Double]?
    }

    /// Encodes all images.
    public init(_ subject: Subject) throws(ReportError) {
        let (images, latent) = (subject.images, subject.architecture.latent)
        guard latent >= 2 else { throw .oneLatentUnit }
        let scorer = Scorer(subject.model.weights, capacity: 256)
        let activity = UnitActivity(latent)
        let means = Matrix(rows: images.count, columns: latent)
        var (kl, done) = ([Double](repeating: 0, count: latent), 0)
        _ = scorer.scores(ofImages: images.pixels, count: images.count, labels: subject.labels) {
            let batch = scorer.activations
            activity.add(batch.mu, rows: $0)
            means.rows(done..<(done + $0)).copy(from: batch.mu.rows(0..<$0))
            done += $0
            for row in 0..<$0 { batch.addDivergences(of: row, to: &kl) }
        }
        var shares: [Double]?
        if latent == 2 {
            points = (0..<means.rows).map { (Double(means[$0, 0]), Double(means[$0, 1])) }
        } else {
            let components = PrincipalComponents(of: means)
            points = components.coordinates
            shares = [components.shares.0, components.shares.1]
        }
        self.subject = subject
        numbers = Numbers(
            model: subject.name, data: images.name, latent: latent,
            active_units: activity.activeUnits(images: images.count),
            kl_by_unit: kl.map { $0 / Double(images.count) }, principal_shares: shares)
    }

    /// Every image at its posterior mean, or at the two leading principal components of that.
    public var scatter: Figure {
        let labels = subject.images.labels
        let classes = Set(labels ?? [0]).sorted()
        let shares = numbers.principal_shares
        let name = { (index: Int) in
            guard let shares else { return "latent unit \(index + 1), μ" }
            return "principal component \(index + 1) of μ "
                + "(\(fixed(100 * shares[index], 1)) % of variance)"
        }
        var chart = Chart(
            x: Axis(name(0), .linear(extent(points.map(\.x)))),
            y: Axis(name(1), .linear(extent(points.map(\.y)))), width: 640,
            legend: labels == nil
                ? []
                : classes.enumerated().map {
                    Chart.Key(
                        series: $0.offset % Theme.seriesCount, sample: .dot,
                        text: "\($0.element)")
                }, isSquare: true)
        let groups = classes.map { label in
            points.indices.filter { (labels?[$0] ?? label) == label }
                .map { points[$0] }
        }
        for (series, group) in groups.enumerated() {
            chart.dots(group, radius: 1.5, series: series % Theme.seriesCount)
        }
        // The digit in the middle of its cloud tells what the colour alone might not.
        var taken: [(x: Double, y: Double)] = []
        for (series, group) in groups.enumerated() where labels != nil && !group.isEmpty {
            var place = chart.point(median(group.map(\.x)), median(group.map(\.y)))
            while taken.contains(where: { abs($0.x - place.x) < 13 && abs($0.y - place.y) < 16 }) {
                place.y += 4
            }
            taken.append(place)
            chart.label("\(classes[series])", x: place.x, y: place.y + 5, "big", anchor: .middle)
        }
        return Figure(
            "\(grouped(subject.images.count)) images of \(subject.images.name) in the latent space of "
                + "\(subject.name)\(labels == nil ? "" : ", coloured by class")", chart.drawing)
    }

    /// What the decoder draws over the unit square, through the inverse Gaussian distribution
    /// function, so that equal areas hold equal probability.
    public func manifold(side: Int = 20) throws(ReportError) -> Figure {
        guard numbers.latent == 2 else { throw .notAPlane(latent: numbers.latent) }
        guard !subject.architecture.isConditional else {
            throw .quantity("the manifold of a conditional model is another for every class")
        }
        guard (2...64).contains(side) else {
            throw .quantity("a manifold of \(side) × \(side) images; between 2 and 64 are possible")
        }
        let quantiles = (0..<side).map { Float(normalQuantile((Double($0) + 0.5) / Double(side))) }
        // Rows run downwards, the second unit upwards, as in the scatter.
        let codes = quantiles.reversed().flatMap { y in quantiles.flatMap { [$0, y] } }
        let images = tiles(
            Codec(subject.model.weights).images(
                of: Matrix(rows: side * side, columns: 2, codes)))
        let rows = (0..<side).map {
            ImageGrid.Row(label: "", tiles: Array(images[($0 * side)..<(($0 + 1) * side)]))
        }
        let grid = subject.grid(rows, zoom: 600 / Double(side * (subject.images.columns + 1)))
        return Figure(
            "The decoder of \(subject.name) over the plane of its two latent units, from "
                + "\(fixed(Double(quantiles[0]), 2)) to "
                + "\(fixed(Double(quantiles[side - 1]), 2)), equally probable steps",
            framed(grid.drawing(), labels: quantiles.map { fixed(Double($0), 2) }))
    }

    /// The manifold with the codes of its first, middle and last columns and rows.
    private func framed(_ manifold: Drawing, labels: [String]) -> Drawing {
        let (left, side) = (64.0, Double(labels.count))
        var drawing = Drawing(width: left + manifold.width + 16, height: manifold.height + 48)
        drawing.place(manifold, x: left, y: 0)
        for index in [0, labels.count / 2, labels.count - 1] {
            let share = (Double(index) + 0.5) / side
            drawing.text(
                labels[index], x: left + share * manifold.width, y: manifold.height + 18, "t quiet",
                anchor: .middle)
            drawing.text(
                labels[index], x: left - 8, y: (1 - share) * manifold.height + 4.5, "t quiet",
                anchor: .end)
        }
        drawing.text(
            "latent unit 1", x: left + manifold.width / 2, y: manifold.height + 38,
            anchor: .middle)
        drawing.text(
            "latent unit 2", x: 16, y: manifold.height / 2, anchor: .middle, rotated: true)
        return drawing
    }

    /// The mean KL of every unit, largest first.
    public var units: Figure {
        let sorted = numbers.kl_by_unit.sorted(by: >)
        var chart = Chart(
            x: Axis("latent units, by KL", .linear(0...Double(sorted.count))),
            y: Axis("mean KL, nats", .linear(0...max(1e-6, sorted[0] * 1.05))), height: 300)
        for (index, value) in sorted.enumerated() {
            let gap = sorted.count > 100 ? 0 : 0.1
            chart.bar(
                from: Double(index) + gap, to: Double(index + 1) - gap, y: value, style: "f0")
        }
        chart.verticalMark(
            at: Double(numbers.active_units), "\(numbers.active_units) of \(sorted.count) active")
        return Figure(
            "Mean KL of each latent unit of \(subject.name), largest first", chart.drawing)
    }
}

extension Activations {
    /// Adds `½(μ² + σ² − 1 − log σ²)` of every latent unit of one image.
    fileprivate func addDivergences(of row: Int, to sums: inout [Double]) {
        for unit in sums.indices {
            let (m, l) = (Double(mu[row, unit]), Double(logVariance[row, unit]))
            sums[unit] += (m * m + exp(l) - 1 - l) / 2
        }
    }
}

/// The range of finite values, a little widened.
func extent(_ values: [Double]) -> ClosedRange<Double> {
    let finite = values.filter(\.isFinite)
    guard let low = finite.min(), let high = finite.max(), low < high else { return -1...1 }
    let margin = (high - low) * 0.02
    return (low - margin)...(high + margin)
}

func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
}

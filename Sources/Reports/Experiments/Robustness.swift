import Datasets
public import Drawing
import Tensors
import VAE

/// How well a model finds the clean image behind Gaussian noise.
public struct Robustness: Sendable {
    /// One model's errors.
    public let numbers: Numbers
    private let subject: Subject

    /// Mean squared errors against the clean images, pixels in [0, 1].
    public struct Numbers: Sendable, Encodable {
        /// The model's directory.
        public let model: String
        /// Which images.
        public let data: String
        /// Where the noise came from.
        public let seed: UInt64
        /// The paper's error, for an amount of noise it does not give.
        public let paper_mse: Double
        /// One entry per amount of noise, starting with none.
        public let noise: [Entry]
    }

    /// What one amount of noise does.
    public struct Entry: Sendable, Encodable {
        /// Standard deviation of the noise, before pixels are clipped to [0, 1].
        public let sigma: Double
        /// Error of the reconstruction.
        public let mse: Double
        /// Error of the noisy image itself: what doing nothing gives.
        public let mse_noisy: Double
    }

    /// 0 and then from 0.05 to 0.5.
    public static let deviations: [Double] = (0...10).map { Double($0) * 0.05 }

    /// Adds noise to all images, clips it, reconstructs at z = μ and compares with the clean image.
    public init(_ subject: Subject, deviations: [Double] = deviations, seed: UInt64 = 1)
        throws(ReportError)
    {
        guard !deviations.isEmpty, deviations.allSatisfy({ $0 >= 0 && $0 <= 10 }) else {
            throw .quantity("noise has a standard deviation between 0 and 10")
        }
        self.subject = subject
        let count = subject.images.count
        let clean = matrix(ofImages: subject.images.pixels[...], count: count)
        let noisy = Matrix(rows: count, columns: clean.columns)
        let codec = Codec(subject.model.weights)
        numbers = Numbers(
            model: subject.name, data: subject.images.name, seed: seed,
            paper_mse: Paper.noisyError,
            noise: deviations.map { deviation in
                // The same noise for every amount, so that the curve is that of the amount alone.
                var random = RandomNumbers(seed: seed, 4)
                addNoise(to: clean, deviation: Float(deviation), from: &random, into: noisy)
                let found = codec.reconstructions(of: noisy, labels: subject.labels)
                return Entry(
                    sigma: deviation, mse: meanSquaredError(found, clean),
                    mse_noisy: meanSquaredError(noisy, clean))
            })
    }

    /// The errors of several models over the amount of noise.
    public static func curve(_ results: [Robustness]) -> Figure {
        let all = results.map(\.numbers)
        let largest = all.flatMap(\.noise).map { $0.mse }.max() ?? 1
        let top = max(largest, Paper.noisyError) * 1.1
        let end = all.flatMap(\.noise).map(\.sigma).max() ?? 1
        var chart = Chart(
            x: Axis("standard deviation σ of the noise, pixels in [0, 1]", .linear(0...end)),
            y: Axis("mean squared error", .linear(0...top)),
            legend: all.enumerated().map {
                Chart.Key(series: $0.offset, sample: .line, text: $0.element.model)
            } + [Chart.Key(series: 3, sample: .line, text: "the noisy image itself")])
        chart.horizontalMark(at: Paper.noisyError, "paper: 0.0212")
        if let noise = all.first?.noise {
            chart.curve(
                noise.filter { $0.mse_noisy <= top }.map { ($0.sigma, $0.mse_noisy) }, series: 3)
        }
        for (series, numbers) in all.enumerated() {
            chart.curve(numbers.noise.map { ($0.sigma, $0.mse) }, series: series)
        }
        return Figure(
            "Error of the reconstruction of noisy images against the clean ones, over the amount of "
                + "noise", chart.drawing)
    }

    /// Noisy images above what the model makes of them.
    public func pictures(deviations: [Double] = [0.1, 0.2, 0.3, 0.5], count: Int = 10) -> Figure {
        let indices = Array(0..<min(count, subject.images.count))
        let (images, labels) = subject.chosen(indices)
        let codec = Codec(subject.model.weights)
        var rows = [ImageGrid.Row(label: "original", tiles: tiles(images))]
        for deviation in deviations {
            var random = RandomNumbers(seed: numbers.seed, 4)
            let noisy = Matrix(rows: images.rows, columns: images.columns)
            addNoise(to: images, deviation: Float(deviation), from: &random, into: noisy)
            rows.append(
                ImageGrid.Row(label: "σ = \(number(deviation))", tiles: tiles(noisy)))
            rows.append(
                ImageGrid.Row(
                    label: "reconstruction",
                    tiles: tiles(codec.reconstructions(of: noisy, labels: labels))))
        }
        return Figure(
            "Noisy images and what \(subject.name) reconstructs", subject.grid(rows).drawing())
    }
}

/// The mean of the squared differences of all elements.
private func meanSquaredError(_ a: Matrix, _ b: Matrix) -> Double {
    var sum = 0.0
    for row in 0..<a.rows {
        a.withRow(row) { a in
            b.withRow(row) { b in
                var squares: Float = 0
                for index in a.indices { squares += (a[index] - b[index]) * (a[index] - b[index]) }
                sum += Double(squares)
            }
        }
    }
    return sum / Double(a.count)
}

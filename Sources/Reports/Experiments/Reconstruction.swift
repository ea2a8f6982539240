import Datasets
public import Drawing
import Formatting
import Tensors
import VAE

/// How well a model reconstructs images, all of them and some to look at.
public struct Reconstruction: Sendable {
    /// Means over all images.
    public let numbers: Numbers
    private let subject: Subject
    private let scores: [Scores]

    /// Scores of reconstruction at z = μ; errors are of pixels in [0, 1], the rest is in nats.
    public struct Numbers: Sendable, Encodable {
        /// The model's directory.
        public let model: String
        /// What was reconstructed.
        public let data: String
        /// How many.
        public let images: Int
        /// Mean squared error.
        public let mse: Double
        /// The paper's mean squared error on MNIST.
        public let paper_mse: Double
        /// Cross-entropy.
        public let nll: Double
        /// Divergence of the posterior from the prior.
        public let kl: Double
        /// −ELBO with one z drawn from each posterior.
        public let neg_elbo: Double
        /// Latent units in use.
        public let active_units: Int
        /// Mean squared error of each class, where classes are known.
        public let mse_by_class: [Double]?
    }

    /// Scores all images.
    public init(_ subject: Subject) {
        let (images, model) = (subject.images, subject.model)
        let scorer = Scorer(model.weights, capacity: 256)
        let activity = UnitActivity(model.architecture.latent)
        scores = scorer.scores(
            ofImages: images.pixels, count: images.count, labels: subject.labels
        ) { activity.add(scorer.activations.mu, rows: $0) }
        self.subject = subject
        let scores = scores
        let mean = { (function: ScoreFunction) in
            scores.reduce(0) { $0 + Double($1[function]) } / Double(scores.count)
        }
        numbers = Numbers(
            model: subject.name, data: images.name, images: images.count, mse: mean(.mse),
            paper_mse: Paper.reconstructionError, nll: mean(.nll), kl: mean(.kl),
            neg_elbo: ELBOEstimator(model.weights).negativeELBO(
                ofImages: images.pixels, count: images.count, labels: subject.labels, seed: 1),
            active_units: activity.activeUnits(images: images.count),
            mse_by_class: images.labels.map { Self.byClass(scores, $0) })
    }

    private static func byClass(_ scores: [Scores], _ labels: [UInt8]) -> [Double] {
        var sums = [(sum: Double, count: Double)](
            repeating: (0, 0), count: Int(labels.max() ?? 0) + 1)
        for (score, label) in zip(scores, labels) {
            sums[Int(label)].sum += Double(score.mse)
            sums[Int(label)].count += 1
        }
        return sums.map { $0.count > 0 ? $0.sum / $0.count : 0 }
    }

    /// Some consecutive images above their reconstructions.
    public func strip(from first: Int = 0, count: Int = 12) throws(ReportError) -> Figure {
        let last = first + count - 1
        guard count > 0, count <= 64 else {
            throw .quantity("\(count) images do not fit into a strip; between 1 and 64 do")
        }
        guard first >= 0, last < subject.images.count else {
            throw .noSuchImage(max(first, last), count: subject.images.count)
        }
        return Figure(
            "Images \(first) to \(last) of \(subject.images.name) above their reconstructions",
            drawing(Array(first...last), captions: false, errors: false))
    }

    /// The images with the smallest or the largest errors, their reconstructions and error maps.
    public func extremes(best: Bool, count: Int = 8) -> Figure {
        let order = scores.indices.sorted { scores[$0].mse < scores[$1].mse }
        let count = min(count, order.count)
        let chosen = best ? Array(order.prefix(count)) : Array(order.suffix(count).reversed())
        return Figure(
            "The \(count) images with the \(best ? "smallest" : "largest") errors, with their mean "
                + "squared error; in the maps, orange is brighter than the original and blue darker",
            drawing(chosen, captions: true, errors: true))
    }

    private func drawing(_ indices: [Int], captions: Bool, errors: Bool) -> Drawing {
        let (images, labels) = subject.chosen(indices)
        let reconstructions = Codec(subject.model.weights).reconstructions(
            of: images, labels: labels)
        var rows = [
            ImageGrid.Row(label: "original", tiles: tiles(images)),
            ImageGrid.Row(label: "reconstruction", tiles: tiles(reconstructions)),
        ]
        if errors {
            forEachElement(reconstructions, images) { $0 -= $1 }
            rows.append(
                ImageGrid.Row(
                    label: "error",
                    tiles: indices.indices.map {
                        .difference(reconstructions.rows($0..<($0 + 1)).elements)
                    }))
        }
        if captions {
            rows[rows.count - 1].captions = indices.map { fixed(Double(scores[$0].mse), 4) }
        }
        return subject.grid(rows).drawing()
    }
}

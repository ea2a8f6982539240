import Datasets
public import Drawing
import Glibc
import Tensors
import VAE

/// Ways from one image to another through the latent space.
public struct Interpolation: Sendable {
    /// How codes between two others are made.
    public enum Path: String, Sendable, CaseIterable {
        /// `(1 − t)·a + t·b`.
        case linear
        /// Along the arc between a and b, keeping to the lengths that codes have (Shoemake, 1985).
        case spherical
    }

    /// The strips.
    public let figure: Figure

    /// Draws a strip for each pair of positions in the subject's images: the image, `steps` pictures
    /// from its posterior mean to the other's, and the other image.
    ///
    /// A conditional model is told the first image's class up to the middle, then the second's.
    public init(
        _ subject: Subject, pairs: [(from: Int, to: Int)], steps: Int = 9, path: Path = .linear
    ) throws(ReportError) {
        guard (2...64).contains(steps) else {
            throw .quantity("\(steps) steps; between 2 and 64 are possible")
        }
        let count = subject.images.count
        for index in pairs.flatMap({ [$0.from, $0.to] }) where index < 0 || index >= count {
            throw .noSuchImage(index, count: count)
        }
        let codec = Codec(subject.model.weights)
        let latent = subject.architecture.latent
        var rows: [ImageGrid.Row] = []
        for pair in pairs {
            let (images, labels) = subject.chosen([pair.from, pair.to])
            let means = codec.means(of: images, labels: labels)
            let (a, b) = (means.rows(0..<1).elements, means.rows(1..<2).elements)
            let codes = Matrix(rows: steps, columns: latent)
            for step in 0..<steps {
                let t = Float(step) / Float(steps - 1)
                codes.rows(step..<(step + 1)).copy(
                    from: Matrix(rows: 1, columns: latent, path.code(a, b, t)))
            }
            let told = labels.map { labels in
                (0..<steps).map { labels[2 * $0 < steps ? 0 : 1] }
            }
            let between = tiles(codec.images(of: codes, labels: told))
            let ends = tiles(images)
            rows.append(
                ImageGrid.Row(
                    label: subject.title(of: pair),
                    tiles: [ends[0]] + between + [ends[1]]))
        }
        if !rows.isEmpty {
            rows[rows.count - 1].captions =
                ["original"] + (0..<steps).map { number(Double($0) / Double(steps - 1)) }
                + ["original"]
        }
        figure = Figure(
            "From one image to another, \(path.rawValue) between their posterior means, between the "
                + "two originals", subject.grid(rows).drawing())
    }

    /// Pairs of images of different classes that come first in the set; neighbours where there are
    /// no classes.
    public static func pairs(_ count: Int, in subject: Subject) -> [(from: Int, to: Int)] {
        let total = subject.images.count
        guard let labels = subject.images.labels, Set(labels).count > 1 else {
            return (0..<count).map { (from: 2 * $0 % total, to: (2 * $0 + 1) % total) }
        }
        let classes = Set(labels).sorted()
        let first = classes.map { label in labels.firstIndex(of: label) ?? 0 }
        return (0..<count).map { index in
            let from = 2 * index % classes.count
            let to = (from + min(3, classes.count - 1)) % classes.count
            return (from: first[from], to: first[to])
        }
    }
}

extension Interpolation.Path {
    /// The code at `t` in [0, 1] between `a` and `b`.
    public func code(_ a: [Float], _ b: [Float], _ t: Float) -> [Float] {
        var (wa, wb) = (1 - t, t)
        if self == .spherical {
            let product = { (x: [Float], y: [Float]) in zip(x, y).reduce(0) { $0 + $1.0 * $1.1 } }
            let lengths = (product(a, a) * product(b, b)).squareRoot()
            let angle = lengths > 0 ? acosf(min(1, max(-1, product(a, b) / lengths))) : 0
            // Nearly parallel codes have no arc to speak of.
            if angle > 1e-3 {
                (wa, wb) = (sinf((1 - t) * angle) / sinf(angle), sinf(t * angle) / sinf(angle))
            }
        }
        return zip(a, b).map { wa * $0 + wb * $1 }
    }
}

extension Subject {
    fileprivate func title(of pair: (from: Int, to: Int)) -> String {
        guard let labels = images.labels else { return "\(pair.from) → \(pair.to)" }
        return "\(labels[pair.from]) → \(labels[pair.to])"
    }
}

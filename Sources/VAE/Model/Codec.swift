public import Tensors

/// Turns images into latent codes and codes into images, in batches, for those who want to look at
/// a model rather than to score with it; belongs to one thread.
public final class Codec {
    private let weights: Weights
    private let activations: Activations

    /// A codec for one model.
    public init(_ weights: Weights) {
        prepareThreadForComputing()
        self.weights = weights
        activations = Activations(weights.architecture, capacity: 256)
    }

    /// The posterior means μ, `(count, latent)`, of `images`, `(count, inputs)` with pixels in
    /// [0, 1].
    ///
    /// Here and below, conditional models need `labels`, the class of each row.
    public func means(of images: Matrix, labels: [UInt8]? = nil) -> Matrix {
        let means = Matrix(rows: images.rows, columns: weights.architecture.latent)
        forEachBatch(images.rows, labels) { range in
            weights.encode(images.rows(range), into: activations)
            means.rows(range).copy(from: activations.mu.rows(0..<range.count))
        }
        return means
    }

    /// The images x̂ in [0, 1], `(count, inputs)`, that `codes`, `(count, latent)`, stand for.
    public func images(of codes: Matrix, labels: [UInt8]? = nil) -> Matrix {
        let images = Matrix(rows: codes.rows, columns: weights.architecture.inputs)
        forEachBatch(codes.rows, labels) { range in
            weights.decode(codes.rows(range), into: activations)
            images.rows(range).copy(from: activations.reconstruction.rows(0..<range.count))
        }
        return images
    }

    /// The reconstructions of `images` at z = μ, same shape.
    public func reconstructions(of images: Matrix, labels: [UInt8]? = nil) -> Matrix {
        self.images(of: means(of: images, labels: labels), labels: labels)
    }

    private func forEachBatch(_ count: Int, _ labels: [UInt8]?, _ body: (Range<Int>) -> Void) {
        for first in stride(from: 0, to: count, by: activations.capacity) {
            let range = first..<min(count, first + activations.capacity)
            activations.setClasses(of: range, in: labels)
            body(range)
        }
    }
}

/// `count` 8-bit images, one after the other, as rows of pixels in [0, 1].
public func matrix(ofImages pixels: ArraySlice<UInt8>, count: Int) -> Matrix {
    precondition(count > 0 && pixels.count % count == 0, "the pixels are not \(count) images")
    let columns = pixels.count / count
    let images = Matrix(rows: count, columns: columns)
    for row in 0..<count {
        let start = row * columns
        images.setRow(row, pixels: pixels.span.extracting(start..<(start + columns)))
    }
    return images
}

extension Matrix {
    /// Values in [0, 1] as 8-bit pixels, row by row; what is beyond becomes black or white, and what
    /// is no number black.
    public var pixels: [UInt8] {
        elements.map { $0 > 0 ? UInt8((min($0, 1) * 255).rounded()) : 0 }
    }
}

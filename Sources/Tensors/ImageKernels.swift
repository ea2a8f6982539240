internal import CKernels
import Glibc

/// Where one image and its reconstruction differ.
public struct ReconstructionDifferences: Sendable {
    /// `Σ (x − x̂)²` over pixels that are brighter than reconstructed.
    public var brighter: Float
    /// The same over those that are darker.
    public var darker: Float
    /// `Σ (x − x̂)² / (x̂(1 − x̂) + 0.02)`, Pearson's residual of Bernoulli variables with a floor.
    public var residual: Float
    /// The largest `Σ (x − x̂)²` over a square of neighbouring pixels.
    public var patch: Float
}

/// What the pixels of one image tell without a model.
public struct PixelStatistics: Sendable {
    /// `Σ x`.
    public var sum: Float
    /// `Σ x²`.
    public var squares: Float
    /// `Σ |x − neighbour|`, across.
    public var across: Float
    /// The same down.
    public var down: Float
    /// `Σ |4x − neighbours|`, the Laplacian.
    public var ripple: Float
    /// The largest of these.
    public var spike: Float
    /// `Σ |N∗x|` with Immerkær's operator N (1996), which constant, sloping and evenly bent areas leave
    /// at zero.
    public var roughness: Float
    /// How many pixels are within five steps of a byte from black.
    public var black: Float
    /// How many are within five steps of a byte from white.
    public var white: Float
    /// The largest pixel.
    public var peak: Float
    /// `Σ x` along the border, corners twice.
    public var border: Float
    /// What the darkest row or column between brighter ones lacks: `(m − s)² / (m + 1)` of its sum s and the
    /// smaller m of its neighbours'.
    public var gap: Float
}

/// Looks closely at single images; owns the memory it needs, and belongs to one thread.
public final class ImageExaminer {
    private let rows: Int
    private let columns: Int
    private let stride: Int
    private let image: Matrix
    /// The image, and room to work, in rows that are padded to whole vectors.
    private let padded: Matrix
    private let room: Matrix

    /// For images of `rows` × `columns` pixels.
    public init(rows: Int, columns: Int) {
        (self.rows, self.columns) = (rows, columns)
        stride = (columns + 15) / 16 * 16
        image = Matrix(rows: 1, columns: rows * columns)
        padded = Matrix(rows: rows + 2, columns: stride)
        room = Matrix(rows: rows + 4, columns: max(stride, rows))
    }

    /// Reads one image of `batch`; what follows is about it.
    ///
    /// Returns its entropy `Σ −x·log x − (1 − x)·log(1 − x)` in nats, pixels being Bernoulli probabilities, and the
    /// largest such sum over `side` × `side` pixels.
    public func open(
        _ row: Int, of batch: borrowing ImageBatch, side: Int
    ) -> (sum: Float, patch: Float) {
        precondition(batch.columns == image.columns && side > 0, "shapes differ")
        let (bytes, floats) = unsafe batch.addresses(ofRow: row)
        unsafe elbod_widen(level, bytes, floats, image.columns, image.base, nil, nil)
        unsafe elbod_padded(image.base, rows, columns, stride, padded.base)
        let found = unsafe elbod_entropy(
            level, bytes, floats, rows, columns, stride, side, room.base)
        return (found.sum, found.patch)
    }

    /// Where the image and row `row` of `reconstructions`, floats, differ; in squares of `side` × `side`
    /// pixels.
    public func differences(
        from row: Int, of reconstructions: borrowing ImageBatch, side: Int
    ) -> ReconstructionDifferences {
        precondition(reconstructions.columns == image.columns && side > 0, "shapes differ")
        guard let floats = unsafe reconstructions.addresses(ofRow: row).1 else {
            preconditionFailure("a reconstruction is made of floats")
        }
        let found = unsafe elbod_difference(
            level, padded.base, floats, rows, columns, stride, side, room.base)
        return ReconstructionDifferences(
            brighter: found.brighter, darker: found.darker, residual: found.residual,
            patch: found.patch)
    }

    /// What its pixels tell.
    public var statistics: PixelStatistics {
        let found = unsafe elbod_examine(level, padded.base, rows, columns, stride, room.base)
        return PixelStatistics(
            sum: found.sum, squares: found.squares, across: found.across, down: found.down,
            ripple: found.ripple, spike: found.spike, roughness: found.rough, black: found.black,
            white: found.white, peak: found.peak, border: found.border, gap: found.gap)
    }
}

extension ImageBatch {
    /// Makes the reconstruction that one row of `logits` stands for, their logistic function, the image in
    /// the same row.
    public func setRow(_ row: Int, reconstructedFrom logits: Matrix) {
        precondition(logits.columns == columns, "shapes differ")
        unsafe elbod_reconstruct(
            level, logits.address(ofRow: row), nil, nil, nil, columns, floatsToWrite(row))
    }

    /// The same of sums of products of bytes.
    public func setRow(_ row: Int, reconstructedFrom logits: ScaledSums) {
        precondition(logits.sums.columns == columns, "shapes differ")
        unsafe elbod_reconstruct(
            level, nil, logits.sums.address(ofRow: row), logits.scale.address, logits.bias.address,
            columns, floatsToWrite(row))
    }
}

/// Writes one row of sums of products of bytes as the numbers they stand for into the same row of
/// `output`.
public func write(row: Int, of outputs: ScaledSums, into output: Matrix) {
    precondition(outputs.sums.columns == output.columns, "shapes differ")
    unsafe elbod_numbers(
        level, nil, outputs.sums.address(ofRow: row), outputs.scale.address, outputs.bias.address,
        output.columns, output.address(ofRow: row))
}

/// Writes `a − b` of one row into the columns of `output` from `column` on.
public func subtract(row: Int, _ a: Matrix, _ b: Matrix, into output: Matrix, from column: Int) {
    precondition(a.columns == b.columns && column + a.columns <= output.columns, "shapes differ")
    unsafe elbod_subtract(
        level, a.address(ofRow: row), b.address(ofRow: row), a.columns,
        output.address(ofRow: row) + column)
}

/// The same of bfloat16.
public func subtract(
    row: Int, _ a: Buffer2D<UInt16>, _ b: Buffer2D<UInt16>, into output: Matrix, from column: Int
) {
    precondition(a.columns == b.columns && column + a.columns <= output.columns, "shapes differ")
    unsafe elbod_subtract_bfloat16(
        level, a.address(ofRow: row), b.address(ofRow: row), a.columns,
        output.address(ofRow: row) + column)
}

/// The same of bytes, each of which stands for `step`.
public func subtract(
    row: Int, _ a: Buffer2D<UInt8>, _ b: Buffer2D<UInt8>, step: Float, into output: Matrix,
    from column: Int
) {
    precondition(a.columns == b.columns && column + a.columns <= output.columns, "shapes differ")
    unsafe elbod_subtract_bytes(
        level, a.address(ofRow: row), b.address(ofRow: row), a.columns, step,
        output.address(ofRow: row) + column)
}

/// `‖μ‖` and `‖σ‖` of one row of `posterior`, means followed by log-variances.
public func posteriorLengths(row: Int, of posterior: Matrix) -> (code: Float, spread: Float) {
    precondition(posterior.columns % 2 == 0, "means are followed by as many log-variances")
    let latent = posterior.columns / 2
    return posterior.withRow(row) { values in
        var (code, spread): (Float, Float) = (0, 0)
        for index in 0..<latent {
            code += values[index] * values[index]
            spread += exp(values[latent + index])
        }
        return (code.squareRoot(), spread.squareRoot())
    }
}

/// `Σ x²` of one row.
public func sumOfSquares(row: Int, of matrix: Matrix) -> Float {
    unsafe elbod_sum_of_squares(level, matrix.address(ofRow: row), matrix.columns)
}

/// Writes the first columns of one row of `rows` less the one row of `other` into the same row of `output`.
public func center(row: Int, _ rows: Matrix, around other: Matrix, into output: Matrix) {
    precondition(
        other.rows == 1 && other.columns == output.columns && other.columns <= rows.columns,
        "shapes differ")
    unsafe elbod_subtract(
        level, rows.address(ofRow: row), other.base, other.columns, output.address(ofRow: row))
}

extension Buffer2D where Element == Float {
    /// A copy of the columns in `range`.
    public func columns(_ range: Range<Int>) -> Matrix {
        precondition(range.lowerBound >= 0 && range.upperBound <= columns, "no such columns")
        let part = Matrix(rows: rows, columns: range.count)
        for row in 0..<rows {
            unsafe part.address(ofRow: row).update(
                from: address(ofRow: row) + range.lowerBound, count: range.count)
        }
        return part
    }
}

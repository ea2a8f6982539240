internal import CSIMD

/// Which copy of the loops in CSIMD this processor runs.
private let level = elbod_level()

extension PixelRows {
    /// Writes pixels times 255 of the first `count` images as floats.
    public func widen(_ count: Int, into output: Matrix) {
        precondition(output.rows >= count && output.columns == columns, "shapes differ")
        forEachRow(count) { row, bytes, floats in
            elbod_widen(level, bytes, floats, columns, output.base + row * columns, nil, nil)
        }
    }

    /// Writes pixels times 255 of the first `count` images as bfloat16, which bytes are exactly.
    public func widen(_ count: Int, into output: NumberRows<UInt16>) {
        precondition(output.rows >= count && output.columns == columns, "shapes differ")
        forEachRow(count) { row, bytes, floats in
            elbod_widen(level, bytes, floats, columns, nil, output.address(ofRow: row), nil)
        }
    }

    /// Writes pixels times 255 of the first `count` images as bytes, rounded.
    public func round(_ count: Int, into output: NumberRows<UInt8>) {
        precondition(output.rows >= count && output.columns == columns, "shapes differ")
        forEachRow(count) { row, bytes, floats in
            elbod_widen(level, bytes, floats, columns, nil, nil, output.address(ofRow: row))
        }
    }

    private func forEachRow(
        _ count: Int, _ body: (Int, UnsafePointer<UInt8>?, UnsafePointer<Float>?) -> Void
    ) {
        precondition(count >= 0 && count <= rows, "no such rows")
        for row in 0..<count {
            let (bytes, floats) = addresses(ofRow: row)
            body(row, bytes, floats)
        }
    }
}

/// Sums of products of bytes with what makes numbers of them: `sum · scale + bias`, per column.
public struct ScaledSums: Sendable {
    /// `(capacity, columns)`.
    public let sums: NumberRows<Int32>
    /// `(1, columns)`.
    public let scale: Matrix
    /// `(1, columns)`.
    public let bias: Matrix

    /// Room for `capacity` rows.
    public init(capacity: Int, scale: [Float], bias: [Float]) {
        precondition(scale.count == bias.count, "shapes differ")
        sums = NumberRows(rows: capacity, columns: scale.count)
        self.scale = Matrix(rows: 1, columns: scale.count, scale)
        self.bias = Matrix(rows: 1, columns: bias.count, bias)
    }

    /// Writes the first `count` rows as bytes, rounded and kept in 0…255: ReLU, in steps of the layer
    /// that is next.
    public func quantize(_ count: Int, into output: NumberRows<UInt8>) {
        precondition(
            count >= 0 && count <= sums.rows && output.rows >= count
                && output.columns == sums.columns, "shapes differ")
        for row in 0..<count {
            elbod_quantize(
                level, sums.address(ofRow: row), scale.base, bias.base, sums.columns,
                output.address(ofRow: row))
        }
    }
}

/// Compares an image with its reconstruction, given by logits; see `compare(row:of:logits:…)`, of which
/// this is the faster form that keeps no reconstruction.
public func compare(row: Int, of pixels: PixelRows, logits: Matrix) -> ReconstructionSums {
    precondition(
        row >= 0 && row < pixels.rows && row < logits.rows && logits.columns == pixels.columns,
        "shapes differ")
    let (bytes, floats) = pixels.addresses(ofRow: row)
    return ReconstructionSums(
        elbod_compare(
            level, bytes, floats, logits.base + row * logits.columns, nil, nil, nil,
            logits.columns))
}

/// The same, with logits as sums of products of bytes.
public func compare(row: Int, of pixels: PixelRows, logits: ScaledSums) -> ReconstructionSums {
    precondition(
        row >= 0 && row < pixels.rows && row < logits.sums.rows
            && logits.sums.columns == pixels.columns, "shapes differ")
    let (bytes, floats) = pixels.addresses(ofRow: row)
    return ReconstructionSums(
        elbod_compare(
            level, bytes, floats, nil, logits.sums.address(ofRow: row), logits.scale.base,
            logits.bias.base, logits.sums.columns))
}

/// `Σ (x − x̂)²` of an image and its reconstruction, given by logits.
public func squaredError(row: Int, of pixels: PixelRows, logits: Matrix) -> Float {
    precondition(
        row >= 0 && row < pixels.rows && row < logits.rows && logits.columns == pixels.columns,
        "shapes differ")
    let (bytes, floats) = pixels.addresses(ofRow: row)
    return elbod_squares(
        level, bytes, floats, logits.base + row * logits.columns, nil, nil, nil, logits.columns)
}

/// The same, with logits as sums of products of bytes.
public func squaredError(row: Int, of pixels: PixelRows, logits: ScaledSums) -> Float {
    precondition(
        row >= 0 && row < pixels.rows && row < logits.sums.rows
            && logits.sums.columns == pixels.columns, "shapes differ")
    let (bytes, floats) = pixels.addresses(ofRow: row)
    return elbod_squares(
        level, bytes, floats, nil, logits.sums.address(ofRow: row), logits.scale.base,
        logits.bias.base, logits.sums.columns)
}

extension ReconstructionSums {
    fileprivate init(_ comparison: elbod_comparison) {
        self.init(squaredError: comparison.squared, crossEntropy: comparison.cross)
    }
}

/// `KL(N(μ, σ²) ‖ N(0, 1))` in nats of one row of `outputs`, means and behind them log-variances;
/// writes the means into the same row of `means`.
public func klDivergence(row: Int, of outputs: Matrix, means: Matrix) -> Float {
    precondition(
        row >= 0 && row < outputs.rows && row < means.rows && outputs.columns == 2 * means.columns,
        "shapes differ")
    return elbod_posterior(
        level, outputs.base + row * outputs.columns, nil, nil, nil, means.columns, 0, nil, nil,
        means.base + row * means.columns) / 2
}

/// The same, with the means written as bfloat16.
public func klDivergence(row: Int, of outputs: Matrix, means: NumberRows<UInt16>) -> Float {
    precondition(
        row >= 0 && row < outputs.rows && row < means.rows && outputs.columns == 2 * means.columns,
        "shapes differ")
    return elbod_posterior(
        level, outputs.base + row * outputs.columns, nil, nil, nil, means.columns, 0, nil,
        means.address(ofRow: row), nil) / 2
}

/// The same of sums of products of bytes, with the means written as bytes in steps of `step`, 128 for
/// zero.
public func klDivergence(
    row: Int, of outputs: ScaledSums, means: NumberRows<UInt8>, step: Float
) -> Float {
    precondition(
        row >= 0 && row < outputs.sums.rows && row < means.rows
            && outputs.sums.columns == 2 * means.columns, "shapes differ")
    return elbod_posterior(
        level, nil, outputs.sums.address(ofRow: row), outputs.scale.base, outputs.bias.base,
        means.columns, 1 / step, means.address(ofRow: row), nil, nil) / 2
}

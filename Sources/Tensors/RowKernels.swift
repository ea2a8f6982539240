internal import CKernels

/// Writes ReLU of the first `rows` rows of `x` into `y`.
public func rectify(_ x: Matrix, rows: Int, into y: Matrix) {
    let count = rows * x.columns
    precondition(x.columns == y.columns && count <= min(x.count, y.count), "shapes differ")
    unsafe elbod_rectify(level, x.base, count, y.base, nil)
}

/// Writes ReLU of the first `rows` rows of `x` into `y`, as bfloat16.
public func rectify(_ x: Matrix, rows: Int, into y: Buffer2D<UInt16>) {
    let count = rows * x.columns
    precondition(x.columns == y.columns && count <= min(x.count, y.count), "shapes differ")
    unsafe elbod_rectify(level, x.base, count, nil, y.base)
}

extension ImageBatch {
    /// Writes pixels in [0, 1] of the first `count` images as floats.
    public func widen(_ count: Int, into output: Matrix) {
        precondition(output.rows >= count && output.columns == columns, "shapes differ")
        let columns = columns
        unsafe forEachRow(count) { row, bytes, floats in
            unsafe elbod_widen(level, bytes, floats, columns, output.base + row * columns, nil, nil)
        }
    }

    /// Writes pixels times 255 of the first `count` images as bfloat16, which bytes are exactly.
    public func widen(_ count: Int, into output: Buffer2D<UInt16>) {
        precondition(output.rows >= count && output.columns == columns, "shapes differ")
        let columns = columns
        unsafe forEachRow(count) { row, bytes, floats in
            unsafe elbod_widen(level, bytes, floats, columns, nil, output.address(ofRow: row), nil)
        }
    }

    /// Writes pixels times 255 of the first `count` images as bytes, rounded.
    public func round(_ count: Int, into output: Buffer2D<UInt8>) {
        precondition(output.rows >= count && output.columns == columns, "shapes differ")
        let columns = columns
        unsafe forEachRow(count) { row, bytes, floats in
            unsafe elbod_widen(level, bytes, floats, columns, nil, nil, output.address(ofRow: row))
        }
    }

    private func forEachRow(
        _ count: Int, _ body: (Int, UnsafePointer<UInt8>?, UnsafePointer<Float>?) -> Void
    ) {
        precondition(count >= 0 && count <= rows, "no such rows")
        for row in 0..<count {
            let (bytes, floats) = unsafe addresses(ofRow: row)
            unsafe body(row, bytes, floats)
        }
    }
}

/// Sums of products of bytes with what makes numbers of them: `sum · scale + bias`, per column.
public struct ScaledSums {
    /// `(capacity, columns)`.
    public let sums: Buffer2D<Int32>
    /// `(1, columns)`.
    public let scale: ConstantMatrix
    /// `(1, columns)`.
    public let bias: ConstantMatrix

    /// Room for `capacity` rows.
    public init(capacity: Int, scale: [Float], bias: [Float]) {
        precondition(scale.count == bias.count, "shapes differ")
        sums = Buffer2D(rows: capacity, columns: scale.count)
        self.scale = ConstantMatrix(rows: 1, columns: scale.count, scale)
        self.bias = ConstantMatrix(rows: 1, columns: bias.count, bias)
    }

    /// Writes the first `count` rows as bytes, rounded and kept in 0…255: ReLU, in steps of the layer
    /// that is next.
    public func quantize(_ count: Int, into output: Buffer2D<UInt8>) {
        precondition(
            count >= 0 && count <= sums.rows && output.rows >= count
                && output.columns == sums.columns, "shapes differ")
        for row in 0..<count {
            unsafe elbod_quantize(
                level, sums.address(ofRow: row), scale.address, bias.address, sums.columns,
                output.address(ofRow: row))
        }
    }
}

/// Compares an image with its reconstruction, given by logits, as `compare` does for matrices.
public func compare(row: Int, of pixels: borrowing ImageBatch, logits: Matrix) -> ReconstructionSums
{
    unsafe Outputs(of: logits, row: row).compared(with: pixels, row: row)
}

/// The same, with logits as sums of products of bytes.
public func compare(row: Int, of pixels: borrowing ImageBatch, logits: ScaledSums)
    -> ReconstructionSums
{
    unsafe Outputs(of: logits, row: row).compared(with: pixels, row: row)
}

/// `Σ (x − x̂)²` over the first `count` pixels of an image and its reconstruction, given by logits.
public func squaredError(
    row: Int, of pixels: borrowing ImageBatch, logits: Matrix, first count: Int
) -> Float {
    unsafe Outputs(of: logits, row: row).squaredError(against: pixels, row: row, first: count)
}

/// The same, with logits as sums of products of bytes.
public func squaredError(
    row: Int, of pixels: borrowing ImageBatch, logits: ScaledSums, first count: Int
) -> Float {
    unsafe Outputs(of: logits, row: row).squaredError(against: pixels, row: row, first: count)
}

/// One row of what a product put out, as the loops take it: floats, or sums with scale and bias.
@unsafe private struct Outputs {
    let columns: Int
    var floats: UnsafePointer<Float>?
    var sums: UnsafePointer<Int32>?
    var scale: UnsafePointer<Float>?
    var bias: UnsafePointer<Float>?

    init(of matrix: Matrix, row: Int) {
        precondition(row >= 0 && row < matrix.rows, "no such row")
        unsafe columns = matrix.columns
        unsafe floats = UnsafePointer(matrix.base + row * columns)
    }

    init(of scaled: ScaledSums, row: Int) {
        precondition(row >= 0 && row < scaled.sums.rows, "no such row")
        unsafe columns = scaled.sums.columns
        unsafe sums = UnsafePointer(scaled.sums.address(ofRow: row))
        unsafe (scale, bias) = (scaled.scale.address, scaled.bias.address)
    }

    func compared(with pixels: borrowing ImageBatch, row: Int) -> ReconstructionSums {
        unsafe precondition(row < pixels.rows && columns == pixels.columns, "shapes differ")
        let (bytes, x) = unsafe pixels.addresses(ofRow: row)
        return unsafe ReconstructionSums(
            elbod_compare(level, bytes, x, floats, sums, scale, bias, columns, nil, 0, 0))
    }

    func squaredError(
        against pixels: borrowing ImageBatch, row: Int, first count: Int
    ) -> Float {
        unsafe precondition(row < pixels.rows && columns == pixels.columns, "shapes differ")
        unsafe precondition(0...columns ~= count, "more pixels than there are")
        let (bytes, x) = unsafe pixels.addresses(ofRow: row)
        return unsafe elbod_squares(level, bytes, x, floats, sums, scale, bias, count)
    }

    /// The divergence of means followed by log-variances; writes `count` means where it is asked to.
    func divergence(
        count: Int, rows: Int, row: Int, step: Float = 1, codes: UnsafeMutablePointer<UInt8>? = nil,
        bfloat16: UnsafeMutablePointer<UInt16>? = nil, means: UnsafeMutablePointer<Float>? = nil
    ) -> Float {
        unsafe precondition(row < rows && columns == 2 * count, "shapes differ")
        return unsafe elbod_posterior(
            level, floats, sums, scale, bias, count, 1 / step, codes, bfloat16, means) / 2
    }
}

/// `KL(N(μ, σ²) ‖ N(0, 1))` in nats of one row of `outputs`, means followed by log-variances;
/// writes the means into the same row of `means`.
public func klDivergence(row: Int, of outputs: Matrix, means: Matrix) -> Float {
    unsafe Outputs(of: outputs, row: row).divergence(
        count: means.columns, rows: means.rows, row: row, means: means.base + row * means.columns)
}

/// The same, with the means written as bfloat16.
public func klDivergence(row: Int, of outputs: Matrix, means: Buffer2D<UInt16>) -> Float {
    unsafe Outputs(of: outputs, row: row).divergence(
        count: means.columns, rows: means.rows, row: row, bfloat16: means.address(ofRow: row))
}

/// The same of sums of products of bytes, with the means written as bytes in steps of `step`, 128 for
/// zero.
public func klDivergence(
    row: Int, of outputs: ScaledSums, means: Buffer2D<UInt8>, step: Float
) -> Float {
    unsafe Outputs(of: outputs, row: row).divergence(
        count: means.columns, rows: means.rows, row: row, step: step,
        codes: means.address(ofRow: row))
}

internal import CKernels

/// A fully connected layer for one row at a time, that reads no weights of inputs that are zero: pixels
/// that are black, units that ReLU has switched off.
///
/// For a single row the weights of a layer are more to fetch than to multiply, so this takes a third
/// of the time of a product that reads them all; to the bit it computes the same with AVX-512, for
/// which it is made. Nothing is allocated
/// after initialisation. Belongs to one thread.
final class SparseRowLinear {
    /// How many rows are faster one by one than together.
    let most: Int
    private let weights: Weights
    private let (inputs, outputs): (Int, Int)
    private let bias: ConstantMatrix
    private let rectifying: Int32
    /// The inputs that are not zero, or pairs of such, and which they are.
    private let values: Buffer2D<UInt32>
    private let active: Buffer2D<Int32>

    private enum Weights {
        case single(ConstantMatrix)
        /// Those of two inputs side by side, `(inputs / 2, outputs, 2)`.
        case pairs(Buffer2D<UInt16>)
    }

    /// `x·W + b`, or ReLU of it; keeps `weights`, `(inputs, outputs)`, or them rounded to bfloat16.
    init(
        _ weights: ConstantMatrix, bias: ConstantMatrix, rectifying: Bool, asBFloat16: Bool
    ) {
        (inputs, outputs) = (weights.rows, weights.columns)
        most = asBFloat16 ? 1 : 2
        self.weights = asBFloat16 ? .pairs(Self.pairs(of: weights)) : .single(weights)
        self.bias = bias
        self.rectifying = rectifying ? 1 : 0
        // Pairs are written a block of eight at a time, whatever of it counts.
        values = Buffer2D(rows: 1, columns: inputs + 16)
        active = Buffer2D(rows: 1, columns: inputs + 16)
    }

    private static func pairs(of weights: ConstantMatrix) -> Buffer2D<UInt16> {
        let rounded = Buffer2D<UInt16>(rows: weights.rows, columns: weights.columns)
        unsafe elbod_to_bfloat16(level, weights.address, weights.count, rounded.base)
        let pairs = Buffer2D<UInt16>(rows: (weights.rows + 1) / 2, columns: 2 * weights.columns)
        for row in 0..<weights.rows {
            let (from, to) = unsafe (
                rounded.address(ofRow: row), pairs.address(ofRow: row / 2) + row % 2
            )
            for column in 0..<weights.columns { unsafe to[2 * column] = from[column] }
        }
        return pairs
    }

    /// Computes one row of floats.
    func apply(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>) {
        guard case .single(let matrix) = weights else { preconditionFailure("made for bfloat16") }
        unsafe values.base.withMemoryRebound(to: Float.self, capacity: inputs) { values in
            unsafe elbod_row(
                level, x, inputs, matrix.address, outputs, bias.address, rectifying, y, values,
                active.base)
        }
    }

    /// Computes one row of bfloat16, into floats or into bfloat16.
    func apply(
        _ x: UnsafePointer<UInt16>, into y: UnsafeMutablePointer<Float>?,
        or bfloat16: UnsafeMutablePointer<UInt16>?
    ) {
        guard case .pairs(let pairs) = weights else { preconditionFailure("made for floats") }
        unsafe elbod_row_pairs(
            x, inputs, pairs.base, outputs, bias.address, rectifying, y, bfloat16, values.base,
            active.base)
    }
}

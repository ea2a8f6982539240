public import Tensors

/// One kind of float that activations are kept in.
public protocol ActivationElement: BitwiseCopyable {
    /// What layers between such activations compute with, and put out.
    static var precision: Precision { get }

    /// What a pixel that is 1 here is in [0, 1]: bfloat16 holds the bytes 0…255 exactly, and no 255th of
    /// them, so the first layer's weights are that much smaller.
    static var unit: Float { get }
    /// Writes the pixels of the first `count` images.
    static func widen(_ images: borrowing ImageBatch, _ count: Int, into pixels: Buffer2D<Self>)
    /// Writes ReLU of the first `rows` rows of `x`.
    static func rectify(_ x: Matrix, rows: Int, into y: Buffer2D<Self>)
    /// Writes the means of one row of `posterior`, means before log-variances; returns the KL
    /// divergence.
    static func klDivergence(_ row: Int, of posterior: Matrix, means: Buffer2D<Self>) -> Float
    /// Puts the first `rows` rows through a layer.
    static func apply(
        _ layer: PackedLinear, to x: Buffer2D<Self>, into y: Buffer2D<Self>, rows: Int)
    /// Puts the first `rows` rows through a layer whose outputs are 32-bit floats.
    static func apply(_ layer: PackedLinear, to x: Buffer2D<Self>, into y: Matrix, rows: Int)
    /// Writes `a − b` of one row into the columns of `output` from `column` on.
    static func subtract(
        _ row: Int, _ a: Buffer2D<Self>, _ b: Buffer2D<Self>, into output: Matrix, from column: Int)
}

extension Float: ActivationElement {
    /// See `ActivationElement`.
    public static var precision: Precision { .fp32 }
    /// See `ActivationElement`.
    public static var unit: Float { 1 }

    /// See `ActivationElement`.
    public static func widen(_ images: borrowing ImageBatch, _ count: Int, into pixels: Matrix) {
        images.widen(count, into: pixels)
    }

    /// See `ActivationElement`.
    public static func rectify(_ x: Matrix, rows: Int, into y: Matrix) {
        Tensors.rectify(x, rows: rows, into: y)
    }

    /// See `ActivationElement`.
    public static func klDivergence(_ row: Int, of posterior: Matrix, means: Matrix) -> Float {
        Tensors.klDivergence(row: row, of: posterior, means: means)
    }

    /// See `ActivationElement`.
    public static func apply(_ layer: PackedLinear, to x: Matrix, into y: Matrix, rows: Int) {
        layer.apply(to: x, into: y, rows: rows)
    }

    /// See `ActivationElement`.
    public static func subtract(
        _ row: Int, _ a: Matrix, _ b: Matrix, into output: Matrix, from column: Int
    ) {
        Tensors.subtract(row: row, a, b, into: output, from: column)
    }
}

/// bfloat16.
extension UInt16: ActivationElement {
    /// See `ActivationElement`.
    public static var precision: Precision { .bf16 }
    /// See `ActivationElement`.
    public static var unit: Float { 1 / 255 }

    /// See `ActivationElement`.
    public static func widen(
        _ images: borrowing ImageBatch, _ count: Int, into pixels: Buffer2D<UInt16>
    ) {
        images.widen(count, into: pixels)
    }

    /// See `ActivationElement`.
    public static func rectify(_ x: Matrix, rows: Int, into y: Buffer2D<UInt16>) {
        Tensors.rectify(x, rows: rows, into: y)
    }

    /// See `ActivationElement`.
    public static func klDivergence(_ row: Int, of posterior: Matrix, means: Buffer2D<UInt16>)
        -> Float
    {
        Tensors.klDivergence(row: row, of: posterior, means: means)
    }

    /// See `ActivationElement`.
    public static func apply(
        _ layer: PackedLinear, to x: Buffer2D<UInt16>, into y: Buffer2D<UInt16>, rows: Int
    ) {
        layer.apply(to: x, into: y, rows: rows)
    }

    /// See `ActivationElement`.
    public static func apply(
        _ layer: PackedLinear, to x: Buffer2D<UInt16>, into y: Matrix, rows: Int
    ) {
        layer.apply(to: x, into: y, rows: rows)
    }

    /// See `ActivationElement`.
    public static func subtract(
        _ row: Int, _ a: Buffer2D<UInt16>, _ b: Buffer2D<UInt16>, into output: Matrix,
        from column: Int
    ) {
        Tensors.subtract(row: row, a, b, into: output, from: column)
    }
}

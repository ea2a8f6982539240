internal import CKernels

/// Whether the right factor of a product is read with rows and columns exchanged, without moving
/// any element.
public enum Transposing: Sendable {
    /// It is read as stored.
    case neither
    /// It is read transposed.
    case second
}

/// Prepares the calling thread for arithmetic; call it first on every thread that uses Tensors.
///
/// oneDNN then computes on this thread alone, since the program parallelises over its own threads
/// (libgomp reads `OMP_NUM_THREADS` before `main` and gives each new thread that default again, so
/// the setting cannot be made once). And subnormal numbers, below 1e-38, become zero: decaying
/// moments and saturated pixels are full of them, and each costs a hundred times an ordinary one.
public func prepareThreadForComputing() {
    omp_set_num_threads(1)
    elbod_flush_subnormals()
}

/// General matrix multiplication in one precision; belongs to one thread.
public final class GEMM {
    private let bfloat16: BFloat16GEMM?

    /// Products in 32-bit floats, or with factors rounded to bfloat16 and sums in 32-bit floats.
    public init(_ precision: Precision = .fp32) {
        precondition(precision != .int8, "parameters in training need fractions")
        bfloat16 = precision == .bf16 ? BFloat16GEMM() : nil
    }

    /// Lets go of what was prepared, on the thread that multiplied: oneDNN counts its scratch memory by
    /// threads.
    public func releaseKernels() { bfloat16?.releaseKernels() }

    /// Matrix product `c = a·b`, or `c += a·b` when `accumulating`.
    ///
    /// Shapes after transposition: `a` is `(m, k)`, `b` is `(k, n)`, `c` is `(m, n)`.
    public func multiply(
        _ a: Matrix, _ b: some ReadableMatrix, transposing: Transposing = .neither,
        into c: Matrix, accumulating: Bool = false
    ) {
        let (m, k) = (a.rows, a.columns)
        let (innerOfB, n) = transposing == .second ? (b.columns, b.rows) : (b.rows, b.columns)
        precondition(
            k == innerOfB && c.rows == m && c.columns == n,
            "cannot multiply (\(m), \(k)) by (\(innerOfB), \(n)) into (\(c.rows), \(c.columns))")
        guard m > 0, n > 0 else { return }
        guard k > 0 || accumulating else {
            return unsafe c.base.update(repeating: 0, count: c.count)
        }
        if let bfloat16 {
            let shape = BFloat16GEMM.Shape(
                m: m, k: k, n: n, isSecondTransposed: transposing == .second,
                isAccumulating: accumulating)
            return unsafe bfloat16.run(shape, a, 0..<k, b.address, count: b.count, into: c)
        }
        let status = unsafe dnnl_sgemm(
            letter(false), letter(transposing == .second), dnnl_dim_t(m), dnnl_dim_t(n),
            dnnl_dim_t(k), 1,
            a.base, dnnl_dim_t(a.columns), b.address, dnnl_dim_t(b.columns), accumulating ? 1 : 0,
            c.base, dnnl_dim_t(c.columns))
        precondition(status == dnnl_success, "oneDNN refused a product, status \(status.rawValue)")
    }

    /// Product `c = a[:, columns]ᵀ·b` of some columns of `a`, shape `(k, …)`, with `b`, `(k, n)`.
    ///
    /// `c` is `(columns.count, n)`: a band of the gradient of a weight, so that threads can share it.
    public func multiply(
        transposing columns: Range<Int>, of a: Matrix, by b: Matrix, into c: Matrix
    ) {
        precondition(
            columns.lowerBound >= 0 && columns.upperBound <= a.columns && a.rows == b.rows
                && c.rows == columns.count && c.columns == b.columns, "shapes differ")
        guard c.count > 0 else { return }
        // A sum over nothing is zero; oneDNN would leave what was there.
        guard a.rows > 0 else { return unsafe c.base.update(repeating: 0, count: c.count) }
        if let bfloat16 {
            let shape = BFloat16GEMM.Shape(
                m: c.rows, k: a.rows, n: c.columns, isFirstTransposed: true)
            return unsafe bfloat16.run(shape, a, columns, b.address, count: b.count, into: c)
        }
        let status = unsafe dnnl_sgemm(
            letter(true), letter(false), dnnl_dim_t(c.rows), dnnl_dim_t(c.columns),
            dnnl_dim_t(a.rows), 1, a.base + columns.lowerBound, dnnl_dim_t(a.columns), b.base,
            dnnl_dim_t(b.columns), 0, c.base, dnnl_dim_t(c.columns))
        precondition(status == dnnl_success, "oneDNN refused a product, status \(status.rawValue)")
    }
}

/// 'T' or 'N', as BLAS spells it.
private func letter(_ transposed: Bool) -> CChar { transposed ? 84 : 78 }

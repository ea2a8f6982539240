internal import CKernels

/// Multiplies matrices of 32-bit floats whose elements it rounds to bfloat16 first; sums are 32-bit
/// floats.
///
/// A primitive of oneDNN is for one shape: each is made when it is first asked for and kept.
final class BFloat16GEMM {
    /// What a primitive is made for: `(m, k)` by `(k, n)`.
    struct Shape: Hashable {
        var (m, k, n) = (0, 0, 0)
        var isFirstTransposed = false
        var isSecondTransposed = false
        var isAccumulating = false
    }

    @safe private struct Kernel {
        let primitive: dnnl_primitive_t
        let (a, b, c): (dnnl_memory_t, dnnl_memory_t, dnnl_memory_t)
    }

    private let engine = Engine()
    private var kernels: [Shape: Kernel] = [:]
    private var first = Buffer2D<UInt16>(rows: 1, columns: 0)
    private var second = Buffer2D<UInt16>(rows: 1, columns: 0)

    deinit { releaseKernels() }

    /// Destroys all primitives; they are made again when they are asked for.
    func releaseKernels() {
        for kernel in kernels.values {
            unsafe dnnl_primitive_destroy(kernel.primitive)
            unsafe dnnl_memory_destroy(kernel.a)
            unsafe dnnl_memory_destroy(kernel.b)
            unsafe dnnl_memory_destroy(kernel.c)
        }
        kernels.removeAll()
    }

    /// The product of some columns of `a`, transposed or not, and the `count` elements at `b`.
    func run(
        _ shape: Shape, _ a: Matrix, _ columns: Range<Int>, _ b: UnsafePointer<Float>, count: Int,
        into c: Matrix
    ) {
        let kernel = kernel(for: shape)
        if first.columns < a.rows * columns.count {
            first = Buffer2D(rows: 1, columns: a.rows * columns.count)
        }
        if second.columns < count { second = Buffer2D(rows: 1, columns: count) }
        if columns.count == a.columns {
            unsafe elbod_to_bfloat16(level, a.base, a.count, first.base)
        } else {
            for row in 0..<a.rows {
                unsafe elbod_to_bfloat16(
                    level, a.address(ofRow: row) + columns.lowerBound, columns.count,
                    first.base + row * columns.count)
            }
        }
        unsafe elbod_to_bfloat16(level, b, count, second.base)
        let status = unsafe elbod_matmul_execute(
            kernel.primitive, engine.stream, kernel.a, kernel.b, kernel.c, first.base, second.base,
            c.base)
        precondition(status == dnnl_success, "oneDNN refused a product: \(status.rawValue)")
    }

    private func kernel(for shape: Shape) -> Kernel {
        if let kernel = kernels[shape] { return kernel }
        var primitive: dnnl_primitive_t?
        var (a, b, c): (dnnl_memory_t?, dnnl_memory_t?, dnnl_memory_t?)
        let status = Engine.make {
            unsafe elbod_matmul_create(
                &primitive, &a, &b, &c, engine.engine, dnnl_dim_t(shape.m), dnnl_dim_t(shape.k),
                dnnl_dim_t(shape.n), dnnl_bf16, shape.isFirstTransposed ? 1 : 0,
                shape.isSecondTransposed ? 1 : 0, shape.isAccumulating ? 1 : 0)
        }
        guard status == dnnl_success, let primitive = unsafe primitive,
            let a = unsafe a, let b = unsafe b, let c = unsafe c
        else {
            fatalError("oneDNN cannot prepare a product of bfloat16: status \(status.rawValue)")
        }
        let kernel = unsafe Kernel(primitive: primitive, a: a, b: b, c: c)
        kernels[shape] = kernel
        return kernel
    }
}

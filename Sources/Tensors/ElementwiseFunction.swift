internal import COneDNN

/// A transcendental function applied to every element of a matrix by oneDNN's vector code.
///
/// A oneDNN primitive has a fixed length, so one is prepared per power of two of rows, and a number
/// of rows is composed of them: nothing is allocated after initialisation. Not thread-safe: each
/// thread makes its own.
public final class ElementwiseFunction {
    /// Which function of the element.
    public enum Kind: Sendable {
        /// The logistic function `1 / (1 + exp(-x))`.
        case logistic
        /// The exponential `exp(x)`.
        case exponential
    }

    private let columns: Int
    private let engine: dnnl_engine_t
    private let stream: dnnl_stream_t
    private var kernels: [Kernel] = []

    private struct Kernel {
        let rows: Int
        let primitive: dnnl_primitive_t
        let source: dnnl_memory_t
        let destination: dnnl_memory_t
    }

    /// Prepares `kind` for matrices of `columns` columns and at most `capacity` rows.
    public init(_ kind: Kind, columns: Int, capacity: Int) {
        self.columns = columns
        var engine: dnnl_engine_t?
        var stream: dnnl_stream_t?
        dnnl_engine_create(&engine, dnnl_cpu, 0)
        dnnl_stream_create(&stream, engine, dnnl_stream_default_flags.rawValue)
        guard let engine, let stream else { fatalError("oneDNN has no engine for this processor") }
        self.engine = engine
        self.stream = stream
        var rows = 1
        while rows <= capacity {
            kernels.append(Self.makeKernel(kind, rows: rows, columns: columns, engine: engine))
            rows *= 2
        }
    }

    deinit {
        for kernel in kernels {
            dnnl_primitive_destroy(kernel.primitive)
            dnnl_memory_destroy(kernel.source)
            dnnl_memory_destroy(kernel.destination)
        }
        dnnl_stream_destroy(stream)
        dnnl_engine_destroy(engine)
    }

    /// Writes the function of `input` into `output`, which may be `input`; same shape, and no more
    /// rows than prepared for.
    public func apply(to input: Matrix, into output: Matrix) {
        precondition(
            input.columns == columns && output.columns == columns && input.rows == output.rows
                && input.rows < 1 << kernels.count, "not the shape that was prepared for")
        var row = 0
        for kernel in kernels.reversed() where input.rows & kernel.rows != 0 {
            let status = elbod_eltwise_execute(
                kernel.primitive, stream, kernel.source, kernel.destination,
                input.base + row * columns, output.base + row * columns)
            precondition(status == dnnl_success, "oneDNN refused a function: \(status.rawValue)")
            row += kernel.rows
        }
    }

    private static func makeKernel(
        _ kind: Kind, rows: Int, columns: Int, engine: dnnl_engine_t
    ) -> Kernel {
        let algorithm = kind == .logistic ? dnnl_eltwise_logistic : dnnl_eltwise_exp
        var primitive: dnnl_primitive_t?
        var source: dnnl_memory_t?
        var destination: dnnl_memory_t?
        let status = elbod_eltwise_create(
            &primitive, &source, &destination, engine, algorithm, 0, dnnl_dim_t(rows * columns))
        guard status == dnnl_success, let primitive, let source, let destination else {
            fatalError("oneDNN cannot prepare \(kind) of \(rows * columns) elements")
        }
        return Kernel(rows: rows, primitive: primitive, source: source, destination: destination)
    }
}

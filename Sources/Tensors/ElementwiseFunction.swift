internal import COneDNN

/// A transcendental function applied to every element of a matrix by oneDNN's vector code.
///
/// A oneDNN primitive has a fixed length, so one is prepared per power of two of rows and the
/// smallest that covers the rows asked for is run: nothing is allocated after initialisation, and
/// the rows beyond (up to the next power of two) are overwritten with values nobody reads. Not
/// thread-safe: each owner thread makes its own.
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
        while rows < 2 * capacity {
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

    /// The number of rows a destination must have so that `rows` rows can be computed in it.
    public static func paddedRows(_ rows: Int) -> Int {
        var padded = 1
        while padded < rows { padded *= 2 }
        return padded
    }

    /// Writes the function of the first `rows` rows of `input` into those of `output`, which may be
    /// `input`; both must have `paddedRows(rows)` rows.
    public func apply(to input: Matrix, into output: Matrix, rows: Int) {
        guard rows > 0 else { return }
        let padded = Self.paddedRows(rows)
        precondition(
            input.columns == columns && output.columns == columns && input.rows >= padded
                && output.rows >= padded, "no room for the padded rows")
        guard let kernel = kernels.first(where: { $0.rows == padded }) else {
            preconditionFailure("more rows than were prepared for")
        }
        let status = elbod_eltwise_execute(
            kernel.primitive, stream, kernel.source, kernel.destination, input.base, output.base)
        precondition(status == dnnl_success, "oneDNN refused a function, status \(status.rawValue)")
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

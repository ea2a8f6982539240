internal import CKernels

/// A fully connected layer whose weights oneDNN has packed the way it multiplies fastest, and its
/// primitives for batches of several sizes.
///
/// A number of rows is composed of prepared sizes, the last of which may exceed what is left; results
/// for the padding rows are ignored. With AVX-512 the last one or two rows of floats, or the last one of
/// bfloat16, go through a `SparseRowLinear`. Nothing is allocated after initialisation. Belongs to one
/// thread.
@safe public final class PackedLinear {
    private let bias: ConstantMatrix?
    private let engine = Engine()
    private var weights: dnnl_memory_t?
    private var kernels: [Kernel] = []
    private let inputs: Int
    private let outputs: Int
    private let capacity: Int
    private let single: SparseRowLinear?

    @safe private struct Kernel {
        let rows: Int
        let primitive: dnnl_primitive_t
        let source: dnnl_memory_t
        let bias: dnnl_memory_t?
        let destination: dnnl_memory_t
    }

    /// `x·W + b`, or ReLU of it, with `weights` of shape `(inputs, outputs)` and `bias`, `(1, outputs)`.
    ///
    /// Weights of 32-bit floats are kept as they are, beside being packed.
    public convenience init(
        _ weights: ConstantMatrix, bias: ConstantMatrix, as precision: Precision,
        rectifying: Bool, output: Precision = .fp32, capacity: Int
    ) {
        precondition(
            precision != .int8 && output != .int8, "8-bit layers have an initialiser of their own")
        let type = precision == .fp32 ? dnnl_f32 : dnnl_bf16
        unsafe self.init(
            (weights.rows, weights.columns), bias: bias, types: (type, type),
            output == .fp32 ? dnnl_f32 : dnnl_bf16, rectifying, capacity,
            plain: (dnnl_f32, UnsafeRawPointer(weights.address)),
            single: level == 2
                ? SparseRowLinear(
                    weights, bias: bias, rectifying: rectifying,
                    asBFloat16: precision == .bf16)
                : nil)
        withExtendedLifetime(weights) {}
    }

    /// `x·W` in 8-bit integers, with `weights`, row by row, shape `(inputs, outputs)`.
    public convenience init(_ weights: [Int8], inputs: Int, outputs: Int, capacity: Int) {
        precondition(weights.count == inputs * outputs, "the weights do not fill the layer")
        let plain = Buffer2D<Int8>(rows: inputs, columns: outputs, weights)
        unsafe self.init(
            (inputs, outputs), bias: nil, types: (dnnl_u8, dnnl_s8), dnnl_s32, false, capacity,
            plain: (dnnl_s8, UnsafeRawPointer(plain.base)))
        withExtendedLifetime(plain) {}
    }

    private init(
        _ shape: (inputs: Int, outputs: Int), bias: ConstantMatrix?,
        types: (source: dnnl_data_type_t, weights: dnnl_data_type_t),
        _ destination: dnnl_data_type_t, _ rectifying: Bool, _ capacity: Int,
        plain: (type: dnnl_data_type_t, base: UnsafeRawPointer), single: SparseRowLinear? = nil
    ) {
        (inputs, outputs) = shape
        self.capacity = capacity
        self.bias = bias
        self.single = single
        let (engine, stream) = unsafe (engine.engine, engine.stream)
        // The largest first: its way of packing is used by all.
        let smallest = min(single.map { 2 * $0.most } ?? 1, capacity)
        for rows in Self.sizes(from: smallest, upTo: capacity).reversed() {
            var (primitive, source, destinationMemory):
                (dnnl_primitive_t?, dnnl_memory_t?, dnnl_memory_t?)
            var biasMemory: dnnl_memory_t?
            let isFirst = unsafe weights == nil
            let create = { (biasPointer: UnsafeMutablePointer<dnnl_memory_t?>?) in
                unsafe elbod_product_create(
                    &primitive, &source, &self.weights, biasPointer, &destinationMemory, engine,
                    dnnl_dim_t(rows), dnnl_dim_t(shape.inputs), dnnl_dim_t(shape.outputs),
                    types.source, types.weights, destination, rectifying ? 1 : 0)
            }
            let status = Engine.make {
                unsafe bias == nil ? create(nil) : create(&biasMemory)
            }
            guard status == dnnl_success, let primitive = unsafe primitive,
                let source = unsafe source, let destinationMemory = unsafe destinationMemory
            else {
                fatalError("oneDNN cannot prepare a layer: status \(status.rawValue)")
            }
            if isFirst {
                let status = Engine.make {
                    unsafe elbod_product_pack(
                        engine, stream, dnnl_dim_t(shape.inputs), dnnl_dim_t(shape.outputs),
                        plain.type, plain.base, weights)
                }
                precondition(
                    status == dnnl_success, "oneDNN cannot pack weights: \(status.rawValue)")
            }
            unsafe kernels.append(
                Kernel(
                    rows: rows, primitive: primitive, source: source, bias: biasMemory,
                    destination: destinationMemory))
        }
        kernels.reverse()
    }

    deinit {
        for kernel in kernels {
            unsafe dnnl_primitive_destroy(kernel.primitive)
            unsafe dnnl_memory_destroy(kernel.source)
            if let bias = unsafe kernel.bias { unsafe dnnl_memory_destroy(bias) }
            unsafe dnnl_memory_destroy(kernel.destination)
        }
        if let weights = unsafe weights { unsafe dnnl_memory_destroy(weights) }
    }

    /// `smallest` times the powers of two up to `capacity`, and `capacity`.
    private static func sizes(from smallest: Int, upTo capacity: Int) -> [Int] {
        var sizes: [Int] = []
        var size = smallest
        while size < capacity {
            sizes.append(size)
            size *= 2
        }
        return sizes + [capacity]
    }

    /// The layer of floats, of the first `rows` rows.
    public func apply(to input: Matrix, into output: Matrix, rows: Int) {
        check(input.rows, input.columns, output.rows, output.columns)
        unsafe run(rows, UnsafeRawPointer(input.base), 4, UnsafeMutableRawPointer(output.base), 4) {
            unsafe $0.apply(input.address(ofRow: $1), into: output.address(ofRow: $1))
        }
    }

    /// The layer of bfloat16, into floats.
    public func apply(to input: Buffer2D<UInt16>, into output: Matrix, rows: Int) {
        check(input.rows, input.columns, output.rows, output.columns)
        unsafe run(rows, UnsafeRawPointer(input.base), 2, UnsafeMutableRawPointer(output.base), 4) {
            unsafe $0.apply(input.address(ofRow: $1), into: output.address(ofRow: $1), or: nil)
        }
    }

    /// The layer of bfloat16, into bfloat16.
    public func apply(to input: Buffer2D<UInt16>, into output: Buffer2D<UInt16>, rows: Int) {
        check(input.rows, input.columns, output.rows, output.columns)
        unsafe run(rows, UnsafeRawPointer(input.base), 2, UnsafeMutableRawPointer(output.base), 2) {
            unsafe $0.apply(input.address(ofRow: $1), into: nil, or: output.address(ofRow: $1))
        }
    }

    /// The layer of bytes, into their sums.
    public func apply(to input: Buffer2D<UInt8>, into output: Buffer2D<Int32>, rows: Int) {
        check(input.rows, input.columns, output.rows, output.columns)
        unsafe run(rows, UnsafeRawPointer(input.base), 1, UnsafeMutableRawPointer(output.base), 4)
    }

    /// The layer of bytes for the pixels of `images`, into their sums; `rounded` is room for images
    /// that did not come as bytes.
    public func apply(
        to images: borrowing ImageBatch, rounding rounded: Buffer2D<UInt8>,
        into output: Buffer2D<Int32>, rows: Int
    ) {
        if let bytes = images.bytesOnly(rows) {
            apply(to: bytes, into: output, rows: rows)
        } else {
            images.round(rows, into: rounded)
            apply(to: rounded, into: output, rows: rows)
        }
    }

    private func check(_ rows: Int, _ inputs: Int, _ outputRows: Int, _ outputs: Int) {
        precondition(
            inputs == self.inputs && outputs == self.outputs && min(rows, outputRows) >= capacity,
            "not the shape that was prepared for")
    }

    private func run(
        _ rows: Int, _ input: UnsafeRawPointer, _ inputSize: Int, _ output: UnsafeMutableRawPointer,
        _ outputSize: Int, alone: (SparseRowLinear, Int) -> Void = { _, _ in }
    ) {
        precondition(rows >= 0 && rows <= capacity, "more rows than prepared for")
        var row = 0
        while row < rows {
            if let single, rows - row <= single.most {
                alone(single, row)
                row += 1
                continue
            }
            let kernel = kernels[
                Self.choice(of: kernels.count, rows - row, capacity - row) { kernels[$0].rows }]
            let status = unsafe elbod_product_execute(
                kernel.primitive, engine.stream, kernel.source, weights, kernel.bias,
                kernel.destination,
                input + row * inputs * inputSize, bias?.address, output + row * outputs * outputSize
            )
            precondition(status == dnnl_success, "oneDNN refused a layer: \(status.rawValue)")
            row += kernel.rows
        }
    }

    /// Which of ascending sizes is next for `rows` rows: the largest that is full, or a larger one of
    /// which more than five eighths are, if there is `room`.
    ///
    /// Five eighths is where padding becomes cheaper than another pass over the weights. Measured with
    /// 8-bit products of the MNIST model: 5 rows take 25 µs as 4 + 1 and 28 as 8, whereas 6 rows take
    /// 29 µs as 4 + 2 and still 28 as 8.
    private static func choice(of count: Int, _ rows: Int, _ room: Int, _ size: (Int) -> Int) -> Int
    {
        var index = count - 1
        while index > 0, size(index) > rows {
            if size(index) <= room, 8 * rows > 5 * size(index) { return index }
            index -= 1
        }
        return index
    }
}

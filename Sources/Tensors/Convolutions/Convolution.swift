internal import CKernels

/// What a convolution does to a map, whatever its number of rows.
public struct ConvolutionShape: Hashable, Sendable {
    /// Channels in.
    public var inputs: Int
    /// Channels out; as many as go in if it is depthwise.
    public var outputs: Int
    /// The side of the kernel.
    public var kernel = 1
    /// The step of the kernel.
    public var stride = 1
    /// Whether each channel has a kernel of its own.
    public var isDepthwise = false
    /// Whether ReLU6 follows.
    public var isClipped = false
    /// Whether results are added to what is in the map that they go to.
    public var isAdding = false

    /// One by one, linear, unless changed.
    public init(inputs: Int, outputs: Int) {
        (self.inputs, self.outputs) = (inputs, outputs)
    }

    /// The number of weights.
    public var weightCount: Int {
        kernel * kernel * outputs * (isDepthwise ? 1 : inputs)
    }
}

/// What the bytes of a map stand for.
public struct ChannelSteps: Sendable {
    /// Signed or not.
    public let element: FeatureElement
    /// What one step is, channel by channel.
    public let steps: [Float]

    /// Bytes of one kind with these steps.
    public init(_ element: FeatureElement, _ steps: [Float]) {
        (self.element, self.steps) = (element, steps)
    }
}

/// The zeros that TensorFlow's "same" padding puts around `extent` places: less before than behind.
public func samePadding(_ extent: Int, kernel: Int, stride: Int) -> (before: Int, behind: Int) {
    let outputs = (extent + stride - 1) / stride
    let all = max(0, (outputs - 1) * stride + kernel - extent)
    return (all / 2, all - all / 2)
}

/// Rounds numbers of −127…127 so that their sum changes by at most a half: as many as it takes of those that are farthest
/// from an integer go to the other one.
///
/// Activations behind ReLU are all positive, and neighbours much alike, so what the weights of a kernel are off in sum
/// does not average out. Kernels that find edges sum to nearly nothing, and lose most: with each weight rounded to the
/// nearest, maps of EfficientNet-Lite0 are off by 5 % of their variance, so by 1.4 %.
func roundedKeepingSum(_ numbers: [Float]) -> [Int8] {
    var rounded = numbers.map { $0.rounded(.toNearestOrEven) }
    let rests = zip(numbers, rounded).map { $0 - $1 }
    let missing = Int(rests.reduce(0, +).rounded())
    let sign: Float = missing < 0 ? -1 : 1
    let order = rests.indices.sorted { sign * rests[$0] > sign * rests[$1] }
    for index in order.prefix(abs(missing)) { rounded[index] += sign }
    return rounded.map { Int8($0) }
}

/// A convolution whose weights oneDNN has packed, for maps of one width and bands of as many rows as were prepared.
///
/// Columns are padded as TensorFlow's "same"; rows are not: whoever wants zeros above or below has them in the map.
/// Nothing is allocated after preparing. Belongs to one thread.
@safe public final class Convolution {
    /// What it does.
    public let shape: ConvolutionShape
    /// The width of maps that it takes.
    public let columns: Int
    private let source: FeatureElement
    private let destination: FeatureElement
    private let bias: ConstantMatrix
    private let scales: ConstantMatrix?
    private let engine = Engine()
    private var weights: dnnl_memory_t?
    private var kernels: [Kernel] = []
    /// Until they are packed; floats are not copied.
    private var plain: PlainWeights?

    /// Weights as they are given to oneDNN.
    private enum PlainWeights {
        case floats([Float])
        case bytes(Buffer2D<Int8>)
    }

    @safe private struct Kernel {
        let rows: Int
        let primitive: dnnl_primitive_t
        let source: dnnl_memory_t
        let bias: dnnl_memory_t
        let destination: dnnl_memory_t
        let scratch: dnnl_memory_t
        let factors: dnnl_memory_t?
    }

    /// Floats or bfloat16: `weights` are `(outputs, inputs, kernel, kernel)` in C order, or `(outputs, kernel,
    /// kernel)` if depthwise; `bias` is one number an output.
    public init(
        _ shape: ConvolutionShape, columns: Int, weights: [Float], bias: [Float],
        as element: FeatureElement, into destination: FeatureElement
    ) {
        precondition(weights.count == shape.weightCount && bias.count == shape.outputs)
        precondition(element == .float || element == .bfloat16, "bytes need steps")
        (self.shape, self.columns) = (shape, columns)
        (source, self.destination) = (element, destination)
        scales = nil
        plain = .floats(weights)
        self.bias = ConstantMatrix(rows: 1, columns: bias.count, bias)
    }

    /// Bytes: a number of each channel in and out stands for so many `steps` of its own.
    ///
    /// Weights, times the steps of what they are multiplied with, are rounded to −127…127 in steps of their own for each
    /// output, see `roundedKeepingSum`. What results are added to has the steps of the results.
    public init(
        _ shape: ConvolutionShape, columns: Int, weights: [Float], bias: [Float],
        from source: ChannelSteps, into destination: ChannelSteps
    ) {
        precondition(weights.count == shape.weightCount && bias.count == shape.outputs)
        precondition(
            source.steps.count == shape.inputs && destination.steps.count == shape.outputs)
        (self.shape, self.columns) = (shape, columns)
        (self.source, self.destination) = (source.element, destination.element)
        let (count, area) = (weights.count / shape.outputs, shape.kernel * shape.kernel)
        let bytes = Buffer2D<Int8>(rows: shape.outputs, columns: count)
        var (scales, offsets): ([Float], [Float]) = ([], [])
        for output in 0..<shape.outputs {
            let row = (0..<count).map { index in
                weights[output * count + index]
                    * source.steps[shape.isDepthwise ? output : index / area]
            }
            let most = row.reduce(0) { max($0, abs($1)) }
            let step = most > 0 ? most / 127 : 1
            for (column, weight) in roundedKeepingSum(row.map { $0 / step }).enumerated() {
                bytes[output, column] = weight
            }
            scales.append(step / destination.steps[output])
            offsets.append(
                bias[output]
                    / (elbod_bias_is_of_results == 0 ? step : destination.steps[output]))
        }
        self.scales = ConstantMatrix(rows: 1, columns: scales.count, scales)
        plain = .bytes(bytes)
        self.bias = ConstantMatrix(rows: 1, columns: offsets.count, offsets)
    }

    deinit {
        for kernel in kernels {
            unsafe dnnl_primitive_destroy(kernel.primitive)
            unsafe dnnl_memory_destroy(kernel.source)
            unsafe dnnl_memory_destroy(kernel.bias)
            unsafe dnnl_memory_destroy(kernel.destination)
            unsafe dnnl_memory_destroy(kernel.scratch)
            if let factors = unsafe kernel.factors { unsafe dnnl_memory_destroy(factors) }
        }
        if let weights = unsafe weights { unsafe dnnl_memory_destroy(weights) }
    }

    /// The rows that so many rows become.
    public func outputRows(of rows: Int) -> Int { (rows - shape.kernel) / shape.stride + 1 }

    /// Makes ready for bands of `rows` rows, if it is not.
    public func prepare(rows: Int) {
        guard !kernels.contains(where: { $0.rows == rows }) else { return }
        var description = elbod_convolution()
        let (left, right) = samePadding(columns, kernel: shape.kernel, stride: shape.stride)
        (description.inputs, description.outputs) = (shape.inputs, shape.outputs)
        (description.rows, description.columns) = (rows, columns)
        (description.kernel, description.stride) = (shape.kernel, shape.stride)
        (description.left, description.right) = (left, right)
        description.is_depthwise = shape.isDepthwise ? 1 : 0
        description.is_clipped = shape.isClipped && scales == nil ? 1 : 0
        description.is_adding = shape.isAdding ? 1 : 0
        (description.source, description.destination) = (source.type, destination.type)
        description.weights = scales == nil ? source.type : dnnl_s8
        var primitive: dnnl_primitive_t?
        var (from, plus, to): (dnnl_memory_t?, dnnl_memory_t?, dnnl_memory_t?)
        var (scratch, factors): (dnnl_memory_t?, dnnl_memory_t?)
        let isFirst = unsafe weights == nil
        let status = Engine.make {
            unsafe elbod_convolution_create(
                &primitive, &from, &weights, &plus, &to, &scratch, &factors, engine.engine,
                &description, scales?.address)
        }
        guard status == dnnl_success, let primitive = unsafe primitive, let from = unsafe from,
            let plus = unsafe plus, let to = unsafe to, let scratch = unsafe scratch
        else { fatalError("oneDNN cannot prepare a convolution: status \(status.rawValue)") }
        if isFirst { pack(&description) }
        unsafe kernels.append(
            Kernel(
                rows: rows, primitive: primitive, source: from, bias: plus, destination: to,
                scratch: scratch, factors: factors))
    }

    private func pack(_ description: inout elbod_convolution) {
        let status = Engine.make {
            switch plain {
            case .floats(let floats):
                unsafe floats.withUnsafeBufferPointer {
                    unsafe elbod_convolution_pack(
                        engine.engine, engine.stream, &description, dnnl_f32, $0.baseAddress,
                        weights)
                }
            case .bytes(let bytes):
                unsafe elbod_convolution_pack(
                    engine.engine, engine.stream, &description, dnnl_s8, bytes.base, weights)
            case nil: preconditionFailure("weights are packed once")
            }
        }
        plain = nil
        precondition(status == dnnl_success, "oneDNN cannot pack weights: \(status.rawValue)")
    }

    /// Puts `rows` rows of one map, from `row` on, into another from `target` on; no other rows are touched.
    public func apply(
        to map: FeatureMap, row: Int, rows: Int, into output: FeatureMap, at target: Int
    ) {
        guard let kernel = kernels.first(where: { $0.rows == rows }) else {
            preconditionFailure("a convolution is not prepared for \(rows) rows")
        }
        precondition(
            map.columns == columns && map.channels == shape.inputs && map.element == source
                && output.channels == shape.outputs && output.element == destination
                && output.columns == (columns + shape.stride - 1) / shape.stride,
            "not the maps that were prepared for")
        precondition(
            row + rows <= map.rows && target + outputRows(of: rows) <= output.rows,
            "more rows than there are")
        let status = unsafe elbod_convolution_execute(
            kernel.primitive, engine.stream, kernel.source, weights, kernel.bias,
            kernel.destination, kernel.scratch, kernel.factors, map.address(ofRow: row),
            bias.address, output.address(ofRow: target))
        precondition(status == dnnl_success, "oneDNN refused a convolution: \(status.rawValue)")
    }
}

extension FeatureElement {
    fileprivate var type: dnnl_data_type_t {
        switch self {
        case .float: dnnl_f32
        case .bfloat16: dnnl_bf16
        case .unsigned: dnnl_u8
        case .signed: dnnl_s8
        }
    }
}

import Backbone
import Images
import Networks
import Tensors
import VAE

extension InspectionModel {
    /// The whole model as an ONNX file for other runtimes: `picture` in, `(N, rows, columns, channels)`, prepared
    /// pictures of bytes; `map` out, `(N, grid rows, grid columns)`, with the scores `worst_places` and
    /// `worst_place`, `(N)`.
    ///
    /// `metadata` joins what the model's own file says of itself.
    public func onnx(version: String, metadata: [String: String] = [:]) -> [UInt8] {
        var graph = ONNXGraph()
        let picture = graph.input(
            "picture", .uint8, imageShape.rows, imageShape.columns, imageShape.channels)
        let numbers = graph.node(
            "Cast", picture, to: "numbers", [("to", .int(ONNXGraph.ElementType.float.rawValue))])
        let centered = graph.node(
            "Sub", numbers, graph.floats("middle", [127]), to: "centered")
        let scaled = graph.node(
            "Mul", centered, graph.floats("unit", [1.0 / 128]), to: "scaled")
        let pixels = graph.node("Transpose", scaled, to: "pixels", [("perm", .ints([0, 3, 1, 2]))])
        let features = graph.features(of: pixels, self)
        let errors = graph.errors(of: features, self)
        graph.scores(of: errors.all, local: errors.local, grid)
        var facts = safetensors.metadata
        facts["backbone.format"] = nil
        facts["places.format"] = nil
        return graph.file(
            producer: "elbod", version: version, metadata: facts.merging(metadata) { $1 })
    }
}

extension ONNXGraph {
    /// The joined and standardised features of all places, `(N, places, features)`.
    fileprivate mutating func features(of pixels: String, _ model: InspectionModel) -> String {
        let grid = model.grid
        var (x, rows, columns) = (pixels, model.imageShape.rows, model.imageShape.columns)
        var size: (rows: Int, columns: Int) { (rows, columns) }
        func halve(_ stride: Int) {
            rows = (rows + stride - 1) / stride
            columns = (columns + stride - 1) / stride
        }
        _ = floats("zero", [0])
        _ = floats("six", [6])
        var joined: [String] = []
        for (index, block) in model.backbone.blocks.enumerated()
        where index <= model.taps.max() ?? 0 {
            let (shape, name) = (block.shape, "block\(index)")
            let input = x
            if index == 0 {
                let stem = model.backbone.stem(channels: model.imageShape.channels)
                x = convolution(
                    stem, x, "stem", EfficientNetLite.stemChannels, model.imageShape.channels, 3, 2,
                    size, clipped: true)
                halve(2)
            } else if let expand = block.expand {
                x = convolution(
                    expand, x, name + ".expand", shape.middle, shape.inputs, 1, 1, size,
                    clipped: true)
            }
            x = convolution(
                block.depthwise, x, name + ".depthwise", shape.middle, 1, shape.kernel,
                shape.stride, size, clipped: true)
            halve(shape.stride)
            x = convolution(
                block.project, x, name + ".project", shape.outputs, shape.middle, 1, 1, size,
                clipped: false)
            if shape.isResidual { x = node("Add", x, input, to: name) }
            guard model.taps.contains(index) else { continue }
            joined.append(sampled(x, name, size, grid))
        }
        let features = nodes("Concat", joined, to: ["features"], [("axis", .int(1))])
        let scaling = (0..<model.statistics.count).map { model.statistics.scale($0) }
        let shape = [1, model.statistics.count, 1]
        let scaled = node(
            "Mul", node("Reshape", features, integers("flat", [0, 0, -1]), to: "flattened"),
            floats("features.scale", scaling.map(\.scale), shape: shape), to: "features.scaled")
        let standardized = node(
            "Add", scaled, floats("features.shift", scaling.map(\.shift), shape: shape),
            to: "features.standardized")
        return node("Transpose", standardized, to: "places", [("perm", .ints([0, 2, 1]))])
    }

    /// A map brought to the grid, along one axis after the other.
    private mutating func sampled(
        _ x: String, _ name: String, _ size: (rows: Int, columns: Int), _ grid: Grid
    ) -> String {
        let (down, across) = (
            AxisSampling(from: size.rows, to: grid.rows),
            AxisSampling(from: size.columns, to: grid.columns)
        )
        var rows = [Float](repeating: 0, count: grid.rows * size.rows)
        for (place, parts) in down.places.enumerated() {
            for part in parts { rows[place * size.rows + part.source] = part.weight }
        }
        var columns = [Float](repeating: 0, count: size.columns * grid.columns)
        for (place, parts) in across.places.enumerated() {
            for part in parts { columns[part.source * grid.columns + place] = part.weight }
        }
        let narrowed = node(
            "MatMul", x,
            floats(name + ".across", columns, shape: [size.columns, grid.columns]),
            to: name + ".sampled_across")
        return node(
            "MatMul", floats(name + ".down", rows, shape: [grid.rows, size.rows]), narrowed,
            to: name + ".sampled")
    }

    private mutating func convolution(
        _ layer: EfficientNetLite.Layer, _ x: String, _ name: String, _ outputs: Int,
        _ inputs: Int, _ kernel: Int, _ stride: Int, _ size: (rows: Int, columns: Int),
        clipped: Bool
    ) -> String {
        let isDepthwise = name.hasSuffix(".depthwise")
        let down = samePadding(size.rows, kernel: kernel, stride: stride)
        let across = samePadding(size.columns, kernel: kernel, stride: stride)
        let sums = nodes(
            "Conv",
            [
                x,
                floats(name + ".weight", layer.weight, shape: [outputs, inputs, kernel, kernel]),
                floats(name + ".bias", layer.bias, shape: [outputs]),
            ], to: [name],
            [
                ("kernel_shape", .ints([kernel, kernel])), ("strides", .ints([stride, stride])),
                ("pads", .ints([down.before, across.before, down.behind, across.behind])),
                ("group", .int(isDepthwise ? outputs : 1)),
            ])
        return clipped ? node("Clip", sums, "zero", "six", to: name + ".clipped") : sums
    }

    /// The errors of each place, as multiples of what is usual there, `(N, places)`: of all features, and of local ones.
    fileprivate mutating func errors(
        of places: String, _ model: InspectionModel
    ) -> (all: String, local: String) {
        let weights = model.places.weights
        var x = places
        for layer in weights.encoder {
            x = dense(layer.shape.name, layer.weight, layer.bias, x, rectified: true)
        }
        x = dense("fc21", weights.mu.weight, weights.mu.bias, x, rectified: false)
        for layer in weights.decoder {
            x = dense(layer.shape.name, layer.weight, layer.bias, x, rectified: true)
        }
        let logits = dense(
            "fc4", weights.output.weight, weights.output.bias, x, rectified: false)
        let reconstruction = node("Sigmoid", logits, to: "reconstruction")
        let difference = node("Sub", places, reconstruction, to: "difference")
        let squares = node("Mul", difference, difference, to: "squares")
        let local = node(
            "Slice", squares, integers("first", [0]), integers("end", [model.localFeatures]),
            integers("axis", [2]), to: "local_squares")
        let count = model.grid.count
        return (
            errors(
                of: squares, floats("grid.scale", model.errorScales, shape: [1, count]), "errors"),
            errors(
                of: local, floats("grid.local_scale", model.localErrorScales, shape: [1, count]),
                "local_errors")
        )
    }

    private mutating func errors(of squares: String, _ scales: String, _ name: String) -> String {
        let mse = node(
            "ReduceMean", squares, to: name + ".mse",
            [("axes", .ints([2])), ("keepdims", .int(0))])
        return node("Mul", mse, scales, to: name)
    }

    private mutating func dense(
        _ name: String, _ weight: ConstantMatrix, _ bias: ConstantMatrix, _ x: String,
        rectified: Bool
    ) -> String {
        let product = node(
            "MatMul", x,
            floats(name + ".weight", weight.elements, shape: [weight.rows, weight.columns]),
            to: name + ".product")
        let sum = node(
            "Add", product, floats(name + ".bias", bias.elements, shape: [bias.columns]), to: name)
        return rectified ? node("Relu", sum, to: name + ".relu") : sum
    }

    fileprivate mutating func scores(of errors: String, local: String, _ grid: Grid) {
        let map = node(
            "Reshape", local, integers("grid.shape", [-1, grid.rows, grid.columns]), to: "map")
        output(map, grid.rows, grid.columns)
        let worst = nodes(
            "TopK", [errors, integers("worst", [grid.worst])],
            to: ["worst_errors", "worst_indices"],
            [("axis", .int(1))])
        let axes: [(name: String, value: Attribute)] = [
            ("axes", .ints([1])), ("keepdims", .int(0)),
        ]
        output(node("ReduceMean", worst, to: ScoreFunction.worstPlaces.rawValue, axes))
        output(node("ReduceMax", local, to: ScoreFunction.worstPlace.rawValue, axes))
    }
}

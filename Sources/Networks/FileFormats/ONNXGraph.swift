import Tensors

/// An ONNX graph under construction: a sequence of nodes from inputs and constants to outputs.
///
/// Operator set 13 with intermediate representation 7, which every runtime since 2020 loads. Field
/// numbers are those of `onnx.proto`.
public struct ONNXGraph {
    private var allNodes: [ProtobufMessage] = []
    private var constants: [ProtobufMessage] = []
    private var inputs: [ProtobufMessage] = []
    private var outputs: [ProtobufMessage] = []

    /// An empty graph.
    public init() {}

    /// `TensorProto.DataType`.
    public enum ElementType: Int {
        case float = 1
        case uint8 = 2
        case int64 = 7
    }

    /// An attribute of a node.
    public enum Attribute {
        /// A number.
        case int(Int)
        /// A list of numbers.
        case ints([Int])
    }

    /// Adds a node; its output has the name `output`, which is also returned.
    public mutating func node(
        _ operation: String, _ operands: String..., to output: String,
        _ attributes: [(name: String, value: Attribute)] = []
    ) -> String {
        nodes(operation, operands, to: [output], attributes)
    }

    /// Adds a node of any number of operands and outputs, the first of which is returned.
    public mutating func nodes(
        _ operation: String, _ operands: [String], to outputs: [String],
        _ attributes: [(name: String, value: Attribute)] = []
    ) -> String {
        var node = ProtobufMessage()
        for operand in operands { node.append(1, operand) }
        for output in outputs { node.append(2, output) }
        node.append(3, outputs[0])
        node.append(4, operation)
        for (name, value) in attributes {
            node.append(5) { attribute in
                attribute.append(1, name)
                switch value {
                case .int(let number):
                    attribute.append(3, number)
                    attribute.append(20, 2)
                case .ints(let numbers):
                    for number in numbers { attribute.append(8, number) }
                    attribute.append(20, 7)
                }
            }
        }
        allNodes.append(node)
        return outputs[0]
    }

    /// Adds a constant of 32-bit floats; without a shape it is one number.
    public mutating func floats(_ name: String, _ elements: [Float], shape: [Int] = []) -> String {
        append(name, .float, shape, littleEndianBytes(of: elements))
        return name
    }

    /// Adds a constant vector of 64-bit integers.
    public mutating func integers(_ name: String, _ elements: [Int]) -> String {
        append(
            name, .int64, [elements.count],
            elements.flatMap { element in
                (0..<8).map { UInt8(truncatingIfNeeded: element >> (8 * $0)) }
            })
        return name
    }

    private mutating func append(
        _ name: String, _ type: ElementType, _ shape: [Int], _ data: [UInt8]
    ) {
        var tensor = ProtobufMessage()
        for extent in shape { tensor.append(1, extent) }
        tensor.append(2, type.rawValue)
        tensor.append(8, name)
        tensor.append(9, data)
        constants.append(tensor)
    }

    /// Declares an input of shape `(N, extents…)`, any N.
    public mutating func input(_ name: String, _ type: ElementType, _ extents: Int...) -> String {
        inputs.append(Self.value(name, type, extents))
        return name
    }

    /// Declares that the value `name`, of shape `(N, extents…)`, is an output.
    public mutating func output(_ name: String, _ extents: Int...) {
        outputs.append(Self.value(name, .float, extents))
    }

    private static func value(
        _ name: String, _ type: ElementType, _ extents: [Int]
    ) -> ProtobufMessage {
        var value = ProtobufMessage()
        value.append(1, name)
        value.append(2) {
            $0.append(1) { tensor in
                tensor.append(1, type.rawValue)
                tensor.append(2) { shape in
                    shape.append(1) { $0.append(2, "N") }
                    for extent in extents { shape.append(1) { $0.append(1, extent) } }
                }
            }
        }
        return value
    }

    /// The bytes of a file that holds this graph.
    public func file(producer: String, version: String, metadata: [String: String]) -> [UInt8] {
        var model = ProtobufMessage()
        model.append(1, 7)
        model.append(2, producer)
        model.append(3, version)
        model.append(7) { graph in
            for node in allNodes { graph.append(1, node) }
            graph.append(2, "vae")
            for constant in constants { graph.append(5, constant) }
            for input in inputs { graph.append(11, input) }
            for output in outputs { graph.append(12, output) }
        }
        model.append(8) {
            $0.append(1, "")
            $0.append(2, 13)
        }
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            model.append(14) {
                $0.append(1, key)
                $0.append(2, value)
            }
        }
        return model.bytes
    }
}

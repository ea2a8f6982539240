import Networks
import Testing
import VAE

@Suite struct ONNXTests {
    /// The examples of the protocol buffers documentation, and a negative number's ten bytes.
    @Test func `fields are encoded as the documentation shows`() {
        var message = ProtobufMessage()
        message.append(1, 150)
        #expect(message.bytes == [0x08, 0x96, 0x01])
        var text = ProtobufMessage()
        text.append(2, "testing")
        #expect(text.bytes == [0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67])
        var outer = ProtobufMessage()
        outer.append(3) { $0.append(1, 150) }
        #expect(outer.bytes == [0x1a, 0x03, 0x08, 0x96, 0x01])
        var negative = ProtobufMessage()
        negative.append(1, -2)
        #expect(negative.bytes == [0x08, 0xfe] + Array(repeating: 0xff, count: 8) + [0x01])
        var large = ProtobufMessage()
        large.append(16, [UInt8](repeating: 7, count: 300))
        #expect(large.bytes.prefix(4) == [0x82, 0x01, 0xac, 0x02] && large.bytes.count == 304)
    }

    private func fields(_ model: Model, _ input: ONNXInput = .uint8) throws -> Fields {
        try Fields(model.onnx(input: input, version: "1.2", metadata: ["elbod.model": "m"])[...])
    }

    @Test func `the file says which standard it keeps to and what it holds`() throws {
        let file = try fields(smallModel())
        #expect(file.number(1) == 7 && file.text(2) == "elbod" && file.text(3) == "1.2")
        #expect(try file.message(8).number(2) == 13)
        let metadata = try file.messages(14).map { ($0.text(1), $0.text(2)) }
        #expect(metadata.contains { $0 == ("elbod.model", "m") })
        #expect(metadata.contains { $0 == ("elbod.input_shape", "2,2") })
        #expect(!metadata.contains { $0.0 == "format" })
    }

    @Test func `images go in and a reconstruction and every score come out`() throws {
        let graph = try fields(smallModel()).message(7)
        #expect(try graph.messages(11).map { $0.text(1) } == ["image"])
        #expect(
            try graph.messages(12).map { $0.text(1) }
                == ["reconstruction"] + ScoreSet.standard.functions.map(\.rawValue))
        let type = try graph.message(11).message(2).message(1)
        #expect(type.number(1) == 2)
        let extents = try type.message(2).messages(1)
        #expect(extents.map { $0.text(2) } == ["N", nil] && extents[1].number(1) == 4)
        let floats = try fields(smallModel(), .float32).message(7)
        #expect(try floats.message(11).message(2).message(1).number(1) == 1)
        let told = try fields(smallModel(classes: 3)).message(7)
        #expect(try told.messages(11).map { $0.text(1) } == ["image", "label"])
    }

    @Test func `every layer has PyTorch's weights, and every value one origin`() throws {
        let model = smallModel(hidden: [5, 3], likelihood: .gaussian(variance: 0.1))
        let graph = try fields(model).message(7)
        let constants = try graph.messages(5)
        for (name, tensor) in model.safetensors.tensors {
            let constant = try #require(constants.first { $0.text(8) == name })
            #expect(constant.numbers(1) == tensor.shape, "\(name)")
            #expect(constant.bytes(9)?.count == 4 * tensor.elements.count, "\(name)")
        }
        var known = Set(constants.compactMap { $0.text(8) } + ["image"])
        for node in try graph.messages(1) {
            #expect(node.texts(1).allSatisfy { known.contains($0) }, "\(node.texts(1))")
            #expect(known.insert(node.texts(2)[0]).inserted, "\(node.texts(2))")
        }
        #expect(try graph.messages(1).count { $0.text(4) == "Gemm" } == 7)
    }
}

/// The fields of a protocol-buffer message, read without knowing what they mean.
private struct Fields {
    private var values: [(field: Int, number: Int, bytes: ArraySlice<UInt8>?)] = []

    init(_ message: ArraySlice<UInt8>) throws {
        var rest = message
        func varint() throws -> Int {
            var (value, shift) = (UInt64(0), UInt64(0))
            while true {
                let next = rest.popFirst()
                let byte = try #require(next)
                value |= UInt64(byte & 127) << shift
                shift += 7
                if byte < 128 { return Int(Int64(bitPattern: value)) }
            }
        }
        while !rest.isEmpty {
            let tag = try varint()
            let value = try varint()
            if tag & 7 == 0 {
                values.append((tag >> 3, value, nil))
            } else {
                try #require(tag & 7 == 2 && value <= rest.count)
                values.append((tag >> 3, 0, rest.prefix(value)))
                rest = rest.dropFirst(value)
            }
        }
    }

    func numbers(_ field: Int) -> [Int] {
        values.filter { $0.field == field && $0.bytes == nil }.map(\.number)
    }

    func number(_ field: Int) -> Int? { numbers(field).first }

    func bytes(_ field: Int) -> ArraySlice<UInt8>? {
        values.first { $0.field == field }?.bytes
    }

    func texts(_ field: Int) -> [String] {
        values.filter { $0.field == field }.compactMap(\.bytes).map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    func text(_ field: Int) -> String? { texts(field).first }

    func messages(_ field: Int) throws -> [Fields] {
        try values.filter { $0.field == field }.compactMap(\.bytes).map(Fields.init)
    }

    func message(_ field: Int) throws -> Fields { try #require(messages(field).first) }
}

import Foundation
import Networks
import Testing

@Suite struct SafetensorsTests {
    /// Written by `safetensors.numpy.save` of the Python package safetensors 0.8.0.
    private static let fromPython = """
        GAEAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJtYWRlIGJ5Ijoic2FmZXRlbnNvcnMgw6kifSwiYmlhcyI6eyJkdHlwZSI6\
        IkYzMiIsInNoYXBlIjpbMl0sImRhdGFfb2Zmc2V0cyI6WzAsOF19LCJlbXB0eSI6eyJkdHlwZSI6IkYzMiIsInNoYXBl\
        IjpbMCw0XSwiZGF0YV9vZmZzZXRzIjpbOCw4XX0sInNjYWxhciI6eyJkdHlwZSI6IkYzMiIsInNoYXBlIjpbXSwiZGF0\
        YV9vZmZzZXRzIjpbOCwxMl19LCJ3ZWlnaHQiOnsiZHR5cGUiOiJGMzIiLCJzaGFwZSI6WzIsM10sImRhdGFfb2Zmc2V0\
        cyI6WzEyLDM2XX19AADAP83MzL0AAOBAAAAAAAAAgD8AAADAAAAAPwAAUEBvEoO6
        """

    /// The same contents as in `fromPython`.
    private static let contents = Safetensors(
        metadata: ["made by": "safetensors é"],
        tensors: [
            "bias": .init(shape: [2], elements: [1.5, -0.1]),
            "empty": .init(shape: [0, 4], elements: []),
            "scalar": .init(shape: [], elements: [7]),
            "weight": .init(shape: [2, 3], elements: [0, 1, -2, 0.5, 3.25, -1e-3]),
        ])

    @Test func `a file of the Python package is read`() throws {
        let bytes = try #require(Data(base64Encoded: Self.fromPython))
        #expect(try Safetensors(decoding: [UInt8](bytes)) == Self.contents)
    }

    @Test func `the bytes written are those of the Python package`() throws {
        let bytes = try #require(Data(base64Encoded: Self.fromPython))
        #expect(Self.contents.encoded() == [UInt8](bytes))
    }

    @Test func `metadata and tensors are sorted, escaped and padded to eight bytes`() {
        let contents = Safetensors(
            metadata: ["z": "a/b \"c\"\n", "a": "12345"],
            tensors: [
                "b": .init(shape: [1], elements: [1]),
                "a": .init(shape: [2, 1], elements: [-2, 0]),
            ])
        let header =
            #"{"__metadata__":{"a":"12345","z":"a/b \"c\"\n"},"#
            + #""a":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},"#
            + #""b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}   "#
        let data: [UInt8] = [0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x80, 0x3F]
        #expect(header.utf8.count % 8 == 0)
        #expect(contents.encoded() == file(header, data))
    }

    @Test(arguments: [
        ("F16", [0x00, 0x3C, 0x00, 0xC2] as [UInt8]), ("BF16", [0x80, 0x3F, 0x40, 0xC0]),
        ("F64", [0, 0, 0, 0, 0, 0, 0xF0, 0x3F, 0, 0, 0, 0, 0, 0, 8, 0xC0]),
    ])
    func `numbers of other widths become 32-bit floats`(dtype: String, data: [UInt8]) throws {
        let entry =
            #"{"w":{"dtype":"\#(dtype)","shape":[2],"data_offsets":[0,\#(data.count)]}}"#
        let read = try Safetensors(decoding: file(entry, data))
        #expect(read.tensors["w"]?.elements == [1, -3])
    }

    @Test func `a file without anything in it is two braces`() throws {
        let bytes = Safetensors().encoded()
        #expect(bytes == [8, 0, 0, 0, 0, 0, 0, 0] + Array("{}      ".utf8))
        #expect(try Safetensors(decoding: bytes) == Safetensors())
    }

    @Test(arguments: 1...8)
    func `empty tensors between others survive`(run: Int) throws {
        // Their places coincide with their neighbours', whatever order a dictionary gives them.
        var contents = Safetensors()
        for index in 0..<12 {
            let size = index % 3 == 1 ? 0 : index
            contents.tensors["\(run).\(index)"] = .init(
                shape: [size, 2], elements: (0..<2 * size).map { Float($0) - 0.5 })
        }
        #expect(try Safetensors(decoding: contents.encoded()) == contents)
    }

    @Test func `every finite number survives bit for bit`() throws {
        let elements: [Float] = [
            0, -0.0, .leastNonzeroMagnitude, -.leastNormalMagnitude, .greatestFiniteMagnitude,
            -.greatestFiniteMagnitude, .pi, 1 + .ulpOfOne,
        ]
        let contents = Safetensors(tensors: ["w": .init(shape: [2, 2, 2], elements: elements)])
        let read = try Safetensors(decoding: contents.encoded()).tensors["w"]?.elements ?? []
        #expect(read.map(\.bitPattern) == elements.map(\.bitPattern))
    }

    @Test(arguments: ["é", "\u{1F600}", "a\u{0}b", "\\", "\"", "line\nbreak", "a/b", ""])
    func `any text can be a name, a key and a value`(text: String) throws {
        let contents = Safetensors(
            metadata: [text: text], tensors: ["t" + text: .init(shape: [1], elements: [1])])
        #expect(try Safetensors(decoding: contents.encoded()) == contents)
    }
}

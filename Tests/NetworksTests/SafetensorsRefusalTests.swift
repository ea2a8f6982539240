import Networks
import TestSupport
import Testing

@Suite struct SafetensorsRefusalTests {
    /// Bytes that are refused, and the sentence or its beginning.
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let bytes: [UInt8]
        let sentence: String

        init(_ name: String, _ bytes: [UInt8], _ sentence: String) {
            (testDescription, self.bytes, self.sentence) = (name, bytes, sentence)
        }
    }

    private static let four = [UInt8](repeating: 0, count: 4)
    private static let good = entry(shape: "1", offsets: "0,4")
    private static let pair =
        #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"#
        + #""b":{"dtype":"F32","shape":[1],"data_offsets":[%]}}"#

    private static func second(_ offsets: String) -> String {
        pair.split(separator: "%").joined(separator: offsets)
    }

    @Test func `what the cases below spoil is read`() throws {
        let read = try Safetensors(decoding: file(Self.good, Self.four))
        #expect(read.tensors == ["w": .init(shape: [1], elements: [0])])
        let two = try Safetensors(decoding: file(Self.second("4,8"), Self.four + Self.four))
        #expect(two.tensors.count == 2)
    }

    @Test(arguments: [
        Case("nothing", [], "0 bytes are too few for a safetensors header"),
        Case("7 bytes", [1, 2, 3, 4, 5, 6, 7], "7 bytes are too few for a safetensors header"),
        Case(
            "a header beyond the file", [3, 0, 0, 0, 0, 0, 0, 0] + Array("{}".utf8),
            "the first 8 bytes claim a header of 3 bytes, but 2 follow and at most 1048576 are "
                + "allowed: truncated, or not safetensors"),
        Case(
            "a header of 2⁶⁴ − 1 bytes", [UInt8](repeating: 255, count: 20),
            "the first 8 bytes claim a header of 18446744073709551615 bytes"),
        Case(
            "a header of 2⁶³ bytes", [0, 0, 0, 0, 0, 0, 0, 128] + four,
            "the first 8 bytes claim a header of 9223372036854775808 bytes"),
        Case(
            "a header beyond the limit",
            file(good + String(repeating: " ", count: 1 << 20), four),
            "the first 8 bytes claim a header of"),
        Case("no JSON", file("nonsense"), "the header is not a JSON object of tensors"),
        Case("an empty header", file(""), "the header is not a JSON object of tensors"),
        Case("white space first", file(" " + good, four), "the header is not a JSON object"),
        Case("text after the object", file(good + "x", four), "the header is not a JSON object"),
        Case("a list", file("[]"), "the header is not a JSON object"),
        Case("an unterminated header", file("{\"w\":{"), "the header is not a JSON object"),
        Case(
            "nesting", file(String(repeating: "{\"a\":", count: 100_000)),
            "the header is not a JSON object"),
        Case(
            "a wrong type", file("{\"w\":3}"),
            "the header is not a JSON object of tensors (w:"),
        Case(
            "no offsets", file("{\"w\":{\"dtype\":\"F32\",\"shape\":[1]}}"),
            "the header is not a JSON object of tensors (w:"),
        Case(
            "three offsets", file(entry(shape: "1", offsets: "0,4,8"), four),
            "the header is not a JSON object of tensors (w.data_offsets: two offsets are needed"),
        Case(
            "an offset beyond 64 bits", file(entry(shape: "1", offsets: "0,36893488147419103232")),
            "the header is not a JSON object of tensors ("),
        Case(
            "an unknown field",
            file(#"{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"stride":1}}"#, four),
            "the header is not a JSON object of tensors (w.dtype: there are unknown fields"),
        Case(
            "metadata that is not text", file("{\"__metadata__\":{\"a\":1}}"),
            "the header is not a JSON object of tensors (__metadata__.a:"),
    ])
    func `a damaged frame is refused`(damage: Case) {
        #expect(message(damage.bytes).hasPrefix("damaged model file: " + damage.sentence))
    }

    @Test(arguments: [
        Case(
            "integers", file(entry(shape: "1", offsets: "0,8", dtype: "I64"), four + four),
            "tensor w has dtype I64; F32, F16, BF16 and F64 are read"),
        Case(
            "half as many bytes", file(entry(shape: "2", offsets: "0,4", dtype: "F64"), four),
            "tensor w of shape [2] needs 16 bytes and has 4"),
        Case(
            "a number beyond 32 bits",
            file(
                entry(shape: "1", offsets: "0,8", dtype: "F64"), [0, 0, 0, 0, 0, 0, 0xE0, 0x7F]),
            "tensor w holds inf at element 0"),
        Case(
            "NaN of 16 bits",
            file(entry(shape: "2", offsets: "0,4", dtype: "BF16"), [0, 0, 0xC0, 0x7F]),
            "tensor w holds nan at element 1"),
        Case(
            "truncated data", file(good, [0, 0, 0]),
            "tensor w claims bytes 0 to 4, but the file holds 3 bytes of tensors; it is truncated "
                + "or its header is wrong"),
        Case(
            "a beginning below zero", file(entry(shape: "2", offsets: "-4,4"), four),
            "tensor w claims bytes -4 to 4, but the file holds 4 bytes of tensors; it is truncated "
                + "or its header is wrong"),
        Case(
            "an end before the beginning", file(entry(shape: "1", offsets: "4,0"), four),
            "tensor w claims bytes 4 to 0, but the file holds 4 bytes of tensors; it is truncated "
                + "or its header is wrong"),
        Case(
            "padded data", file(good, four + [0]),
            "1 bytes follow the last tensor; the file is padded"),
        Case(
            "data without tensors", file("{}", four),
            "4 bytes follow the last tensor; the file is padded"),
        Case(
            "a hole", file(second("8,12"), four + four + four),
            "tensor b starts at byte 8, not 4: it leaves a hole before it"),
        Case(
            "a hole in front", file(entry(shape: "1", offsets: "4,8"), four + four),
            "tensor w starts at byte 4, not 0: it leaves a hole before it"),
        Case(
            "an overlap", file(second("2,6"), four + four),
            "tensor b starts at byte 2, not 4: it overlaps the one before it"),
        Case(
            "too few bytes", file(entry(shape: "2", offsets: "0,4"), four),
            "tensor w of shape [2] needs 8 bytes and has 4"),
        Case(
            "too many bytes", file(entry(shape: "0", offsets: "0,4"), four),
            "tensor w of shape [0] needs 0 bytes and has 4"),
        Case(
            "a negative extent", file(entry(shape: "-1,-1", offsets: "0,4"), four),
            "tensor w has the impossible shape [-1, -1]"),
        Case(
            "a product beyond 64 bits",
            file(entry(shape: "4294967296,4294967297", offsets: "0,4"), four),
            "tensor w has the impossible shape [4294967296, 4294967297]"),
        Case(
            "a size beyond 64 bits",
            file(entry(shape: "4611686018427387905", offsets: "0,4"), four),
            "tensor w has the impossible shape [4611686018427387905]"),
        Case(
            "NaN", file(entry(shape: "2", offsets: "0,8"), four + [0, 0, 0xC0, 0x7F]),
            "tensor w holds nan at element 1"),
        Case(
            "infinity", file(entry(shape: "2", offsets: "0,8"), [0, 0, 0x80, 0xFF] + four),
            "tensor w holds -inf at element 0"),
    ])
    func `a damaged tensor is refused and named`(damage: Case) {
        #expect(message(damage.bytes) == "damaged model file: " + damage.sentence)
    }

    @Test(arguments: [
        ([0x50, 0x4B, 3, 4] as [UInt8], "a zip archive, as torch.save writes"),
        ([0x80, 2, 0x7D, 0x71], "a Python pickle"), ([0x89, 0x48, 0x44, 0x46], "HDF5"),
    ])
    func `files of other programs are told what they are and how to convert them`(
        start: [UInt8], name: String
    ) {
        let text = message(start + [UInt8](repeating: 1, count: 40))
        #expect(text.contains(name) && text.contains("safetensors.torch.save_file"), "\(text)")
    }

    @Test(arguments: [
        #"{"w":E,"w":E}"#, #"{"w":E,"\u0077":E}"#,
        #"{"__metadata__":{"a":"1","a":"2"},"w":E}"#,
        #"{"__metadata__":{},"w":E,"__metadata__":{}}"#,
        #"{"w":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
    ])
    func `a name that occurs twice is refused`(header: String) {
        let tensor = #"{"dtype":"F32","shape":[1],"data_offsets":[0,4]}"#
        let bytes = file(header.split(separator: "E").joined(separator: tensor), Self.four)
        #expect(
            message(bytes) == "damaged model file: the header gives a name twice")
    }

    private func message(_ bytes: [UInt8]) -> String {
        refusal { () throws(SafetensorsError) in _ = try Safetensors(decoding: bytes) }
            ?? "it was read"
    }
}

import Frames
import TestSupport
import Testing

@Suite struct ElementTypeTests {
    @Test(arguments: [
        (ElementType.Kind.bool, 1, ["bool", "|b1", "b1", "?", "BOOL", "|?"]),
        (.uint8, 1, ["uint8", "|u1", "u1", "B", "UINT8", "=u1"]),
        (.int8, 1, ["int8", "|i1", "i1", "b", "INT8"]),
        (.uint16, 2, ["uint16", "<u2", "u2", "H", "UINT16", "=u2"]),
        (.int16, 2, ["int16", "<i2", "i2", "h", "INT16"]),
        (.uint32, 4, ["uint32", "<u4", "u4", "I", "UINT32"]),
        (.int32, 4, ["int32", "<i4", "i4", "i", "INT32"]),
        (.float16, 2, ["float16", "<f2", "f2", "e", "FP16"]),
        (.float32, 4, ["float32", "<f4", "f4", "f", "FP32"]),
        (.float64, 8, ["float64", "<f8", "f8", "d", "FP64"]),
    ])
    func `NumPy's and KServe's spellings are read`(
        kind: ElementType.Kind, size: Int, names: [String]
    ) throws {
        for name in names {
            #expect(ElementType(name) == ElementType(kind), "\(name)")
            let header = try ReadHeader(header(dtype: name))
            #expect(header.dtype == ElementType(kind), "\(name)")
        }
        #expect(ElementType(kind).size == size)
        #expect(ElementType(">" + kind.rawValue) == ElementType(kind, isBigEndian: true))
    }

    @Test(arguments: [
        "", "<", ">", "|", "<<u2", "<U3", "V4", "S1", "O", "object", "datetime64", "<M8[ns]",
        "int64", "<i8", "uint64", "u8", "complex64", "c8", "float128", "bfloat16", "Uint8",
        "uint8 ", " uint8", "uint", "uint88", "u", "u1u1", "('x', '<u1')", "\u{0}u1", "é",
    ])
    func `everything else is refused`(name: String) throws {
        #expect(ElementType(name) == nil)
    }
}

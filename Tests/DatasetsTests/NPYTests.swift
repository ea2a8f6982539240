import Datasets
import Testing

@Suite struct NPYTests {
    /// A file around a header's text, padded as numpy does.
    private func file(
        _ header: String, version: UInt8 = 1, elements: [UInt8] = []
    ) -> [UInt8] {
        let prefix = version == 1 ? 10 : 12
        let padding = 64 - (prefix + header.utf8.count + 1) % 64
        let text = Array((header + String(repeating: " ", count: padding) + "\n").utf8)
        let length = (0..<(prefix - 8)).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) }
        return [0x93] + Array("NUMPY".utf8) + [version, 0] + length + text + elements
    }

    private func description(
        descr: String = "'|u1'", order: String = "False", shape: String = "(2, 2)"
    ) -> String {
        "{'descr': \(descr), 'fortran_order': \(order), 'shape': \(shape), }"
    }

    @Test func `the file numpy.save writes is read`() throws {
        // numpy.save of arange(6, dtype="<f4").reshape(2, 3), byte for byte.
        let golden: [UInt8] =
            [0x93] + Array("NUMPY".utf8) + [1, 0, 0x76, 0]
            + Array("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }".utf8)
            + [UInt8](repeating: 0x20, count: 58) + [0x0a]
            + [0, 0, 0, 0, 0, 0, 0x80, 0x3f, 0, 0, 0, 0x40]
            + [0, 0, 0x40, 0x40, 0, 0, 0x80, 0x40, 0, 0, 0xa0, 0x40]
        let array = try NPY.decode(golden, name: "x")
        #expect(array.dtype == "<f4")
        #expect(array.shape == [2, 3])
        #expect(array.bytes == Array(golden.suffix(24)))
    }

    @Test(arguments: [1, 2, 3] as [UInt8])
    func `every version is read`(version: UInt8) throws {
        let bytes = file(description(), version: version, elements: [1, 2, 3, 4])
        #expect(try NPY.decode(bytes, name: "x").bytes == [1, 2, 3, 4])
    }

    @Test(arguments: [
        "{\"shape\":(2,2),\"fortran_order\":False,\"descr\":\"|u1\"}",
        "  { 'shape' : ( 2 , 2 , ) , 'descr' : '|u1' , 'fortran_order' : False }",
        "{'descr':'|u1','fortran_order':False,'shape':(2,\n\t2),}",
    ])
    func `spaces, quotes and the order of entries do not matter`(header: String) throws {
        let array = try NPY.decode(file(header, elements: [1, 2, 3, 4]), name: "x")
        #expect(array.shape == [2, 2])
        #expect(array.dtype == "|u1")
    }

    @Test(arguments: [
        ("()", [], 1), ("(3,)", [3], 3), ("(0, 5)", [0, 5], 0), ("(1, 2, 3)", [1, 2, 3], 6),
    ])
    func `any number of dimensions is read`(shape: String, sizes: [Int], count: Int) throws {
        let elements = [UInt8](repeating: 9, count: count)
        let array = try NPY.decode(file(description(shape: shape), elements: elements), name: "x")
        #expect(array.shape == sizes)
        #expect(array.bytes == elements)
    }

    @Test(arguments: [
        ("|b1", 1), ("<i2", 2), (">u4", 4), ("=i8", 8), ("<f2", 2), ("<f8", 8), ("<c8", 8),
        ("<c16", 16),
    ])
    func `elements have their size`(descr: String, size: Int) throws {
        let header = description(descr: "'\(descr)'", shape: "(3,)")
        let elements = [UInt8](repeating: 1, count: 3 * size)
        #expect(try NPY.decode(file(header, elements: elements), name: "x").dtype == descr)
        #expect(throws: DatasetError.self) {
            try NPY.decode(file(header, elements: elements + [0]), name: "x")
        }
    }

    @Test(arguments: [
        "'|O'", "'<U5'", "'|S3'", "'<M8[ns]'", "'|V8'", "''", "'f4'", "'<f16'", "'<f4x'",
    ])
    func `elements that are not plain numbers are refused by name`(descr: String) {
        let dtype = String(descr.dropFirst().dropLast())
        #expect(throws: DatasetError.unsupportedElements(file: "x", dtype: dtype)) {
            try NPY.decode(file(description(descr: descr)), name: "x")
        }
    }

    @Test func `records are refused`() {
        #expect(throws: DatasetError.unsupportedElements(file: "x", dtype: "record")) {
            try NPY.decode(file(description(descr: "[('a', '<f4'), ('b', '|u1')]")), name: "x")
        }
    }

    @Test func `Fortran order is refused with a remedy`() {
        let error = #expect(throws: DatasetError.fortranOrder(file: "x")) {
            try NPY.decode(file(description(order: "True"), elements: [1, 2, 3, 4]), name: "x")
        }
        #expect(error?.description.contains("numpy.ascontiguousarray") == true)
    }

    @Test(arguments: [
        "", "{", "}", "{}", "{'descr'", "{'descr': ", "{'descr': '|u1", "{'descr' '|u1'}",
        "{descr: '|u1'}",
        "{'descr': '|u1', 'fortran_order': False}",
        "{'descr': '|u1', 'fortran_order': 0, 'shape': (1,)}",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (1,)} x",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (1,), 'more': 1}",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (1,), 'descr': '|u1'}",
        "{'descr': '|u1', 'fortran_order': False, 'shape': 1}",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (-1,)}",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (1.5,)}",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (,)}",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (1 2)}",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (99999999999999999999,)}",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (\(String(repeating: "1,", count: 65)))}",
    ])
    func `a malformed header is refused`(header: String) {
        let error = #expect(throws: DatasetError.self) {
            try NPY.decode(file(header, elements: [1]), name: "x")
        }
        guard case .malformedHeader("x", _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func `a file cut at any byte is refused`() {
        let bytes = file(description(), elements: [1, 2, 3, 4])
        for length in 0..<bytes.count {
            #expect(throws: DatasetError.self, "\(length) bytes") {
                try NPY.decode(Array(bytes[..<length]), name: "x")
            }
        }
        #expect(
            throws: DatasetError.wrongLength(
                file: "x", expected: bytes.count, found: bytes.count - 1)
        ) { try NPY.decode(bytes.dropLast(), name: "x") }
        #expect(
            throws: DatasetError.wrongLength(
                file: "x", expected: bytes.count, found: bytes.count + 1)
        ) { try NPY.decode(bytes + [0], name: "x") }
    }

    @Test func `any byte changed is refused or read, and never fatal`() {
        let bytes = file(description(), elements: [1, 2, 3, 4])
        var refusals = 0
        for index in bytes.indices {
            for byte in UInt8.min...UInt8.max {
                var damaged = bytes
                damaged[index] = byte
                do throws(DatasetError) {
                    _ = try NPY.decode(damaged, name: "x")
                } catch {
                    refusals += 1
                }
            }
        }
        #expect(refusals > 10_000)
    }

    @Test(arguments: [
        "(9223372036854775807, 2)", "(4294967296, 4294967296)", "(9223372036854775807,)",
    ])
    func `sizes that overflow are refused`(shape: String) {
        #expect(throws: DatasetError.tooManyValues(file: "x")) {
            try NPY.decode(file(description(shape: shape)), name: "x")
        }
    }

    @Test func `other magic and versions are refused`() {
        #expect(throws: DatasetError.notNPY(file: "x")) { try NPY.decode([1, 2, 3], name: "x") }
        #expect(throws: DatasetError.unknownVersion(file: "x", major: 4)) {
            try NPY.decode(file(description(), version: 4), name: "x")
        }
    }
}

import Images

/// Numbers of one type in C order, as a file holds them.
public struct RawArray: Sendable, Hashable {
    /// numpy's description of an element: byte order, kind and bytes, such as "<f4" or "|u1".
    public let dtype: String
    /// The sizes of the dimensions, the slowest first; none for a single number.
    public let shape: [Int]
    /// The elements in C order, bytes as in the file: exactly the product of `shape` times the
    /// element size.
    public let bytes: [UInt8]

    /// Elements already in memory; it is for the reader to check that they fit together.
    public init(dtype: String, shape: [Int], bytes: [UInt8]) {
        self.dtype = dtype
        self.shape = shape
        self.bytes = bytes
    }
}

/// numpy's `.npy` files, versions 1 to 3.
///
/// ```
/// 93 'NUMPY'      the magic
/// major minor     version 1: 2 bytes of header length follow; 2 and 3: 4 bytes; little-endian
/// header          a Python dict literal, padded with spaces and ended by a newline
/// elements        to the end of the file
/// ```
public enum NPY {
    /// Whether the bytes start with the magic.
    public static func isNPY(_ bytes: [UInt8]) -> Bool {
        bytes.starts(with: [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59])
    }

    /// The array in a file, of any plain number type; `name` is for errors.
    ///
    /// Refuses Fortran order, objects, texts, dates and records, and any byte too many or too few.
    public static func decode(_ bytes: [UInt8], name: String) throws(DatasetError) -> RawArray {
        guard isNPY(bytes) else { throw .notNPY(file: name) }
        guard bytes.count >= 10 else {
            throw .truncatedHeader(file: name, expected: 10, found: bytes.count)
        }
        guard (1...3).contains(bytes[6]) else {
            throw .unknownVersion(file: name, major: bytes[6])
        }
        let text = bytes[6] == 1 ? 10 : 12
        guard bytes.count >= text else {
            throw .truncatedHeader(file: name, expected: text, found: bytes.count)
        }
        let length = bytes[8..<text].reversed().reduce(0) { $0 << 8 | Int($1) }
        let start = text + length
        guard bytes.count >= start else {
            throw .truncatedHeader(file: name, expected: start, found: bytes.count)
        }

        var parser = NPYHeaderParser(bytes[text..<start], file: name)
        let header = try parser.header()
        if header.isFortranOrder { throw .fortranOrder(file: name) }
        guard let elementSize = elementSize(of: header.dtype) else {
            throw .unsupportedElements(file: name, dtype: header.dtype)
        }
        guard let size = product(header.shape + [elementSize]),
            case (let expected, false) = size.addingReportingOverflow(start)
        else { throw .tooManyValues(file: name) }
        guard bytes.count == expected else {
            throw .wrongLength(file: name, expected: expected, found: bytes.count)
        }
        return RawArray(dtype: header.dtype, shape: header.shape, bytes: Array(bytes[start...]))
    }

    /// Bytes an element of numpy's plain number types, or nil for all others.
    static func elementSize(of dtype: String) -> Int? {
        guard let order = dtype.first, "<>|=".contains(order) else { return nil }
        switch dtype.dropFirst() {
        case "b1", "i1", "u1": return 1
        case "i2", "u2", "f2": return 2
        case "i4", "u4", "f4": return 4
        case "i8", "u8", "f8", "c8": return 8
        case "c16": return 16
        default: return nil
        }
    }

    /// A uint8 array of three dimensions (count, rows, columns) or two (rows, columns) as images.
    static func decodeImages(_ bytes: [UInt8], name: String) throws(DatasetError) -> ImageSet {
        let array = try decode(bytes, name: name)
        guard array.dtype.dropFirst() == "u1" else {
            throw .unsupportedElements(file: name, dtype: array.dtype)
        }
        guard (2...3).contains(array.shape.count) else {
            throw .wrongDimensions(
                file: name, found: array.shape.count,
                needed: "3 (count, rows, columns) or 2 (rows, columns)")
        }
        return try ImageSet(
            name: name,
            shape: ImageShape(
                rows: array.shape[array.shape.count - 2],
                columns: array.shape[array.shape.count - 1]),
            pixels: array.bytes)
    }
}

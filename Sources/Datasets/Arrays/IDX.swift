import Images

/// MNIST's file format, plain or gzip-compressed.
///
/// ```
/// 0  0  type  n      two zeros, 0x08 = unsigned byte and so on, the number of dimensions
/// size, n times      each 32 bits, big-endian
/// values             in C order, to the end of the file
/// ```
public enum IDX {
    private static let unsignedByte: UInt8 = 0x08

    /// Images of three dimensions (count, rows, columns), or of two (count, pixels).
    ///
    /// Two dimensions become squares where the number of pixels is one, and single rows where not.
    /// `name` is for the set and for errors.
    public static func decodeImages(
        _ bytes: [UInt8], name: String
    ) throws(DatasetError) -> ImageSet {
        let (sizes, values) = try decode(
            unpacked(bytes, file: name), file: name, dimensions: 2...3,
            needed: "3 (count, rows, columns) or 2 (count, pixels)")
        let shape =
            sizes.count == 3
            ? ImageShape(rows: sizes[1], columns: sizes[2]) : imageShape(of: sizes[1])
        return try ImageSet(name: name, shape: shape, pixels: values)
    }

    /// The array in a file that is not packed, of any type that IDX knows; `name` is for errors.
    static func decode(_ bytes: [UInt8], name: String) throws(DatasetError) -> RawArray {
        guard bytes.count >= 4 else {
            throw .truncatedHeader(file: name, expected: 4, found: bytes.count)
        }
        let types: [UInt8: (String, Int)] = [
            8: ("|u1", 1), 9: ("|i1", 1), 0x0b: (">i2", 2), 0x0c: (">i4", 4), 0x0d: (">f4", 4),
            0x0e: (">f8", 8),
        ]
        guard let (dtype, size) = types[bytes[2]] else {
            throw .wrongType(file: name, found: bytes[2])
        }
        let (sizes, values) = try decode(
            bytes, file: name, type: bytes[2], elementSize: size, dimensions: 1...4,
            needed: "2 (rows, columns), 3 (count, rows, columns) or 4 (with channels)")
        return RawArray(dtype: dtype, shape: sizes, bytes: values)
    }

    /// Labels, one dimension; `name` is for errors.
    public static func decodeLabels(
        _ bytes: [UInt8], name: String
    ) throws(DatasetError) -> [UInt8] {
        try decode(
            unpacked(bytes, file: name), file: name, dimensions: 1...1, needed: "1 (count)"
        ).values
    }

    /// A plain IDX file of three dimensions; throws `unwritable` if one is over 32 bits.
    public static func encodeImages(_ set: ImageSet) throws(DatasetError) -> [UInt8] {
        try header([set.count, set.rows, set.columns], name: set.name) + set.pixels
    }

    /// A plain IDX file of one dimension; throws `unwritable` over 32 bits of count.
    public static func encodeLabels(_ labels: [UInt8]) throws(DatasetError) -> [UInt8] {
        try header([labels.count], name: "The set of labels") + labels
    }

    private static func decode(
        _ bytes: [UInt8], file: String, type: UInt8 = unsignedByte, elementSize: Int = 1,
        dimensions: ClosedRange<Int>, needed: String
    ) throws(DatasetError) -> (sizes: [Int], values: [UInt8]) {
        guard bytes.count >= 4 else {
            throw .truncatedHeader(file: file, expected: 4, found: bytes.count)
        }
        guard bytes[0] == 0, bytes[1] == 0 else { throw .notIDX(file: file) }
        guard bytes[2] == type else { throw .wrongType(file: file, found: bytes[2]) }
        let rank = Int(bytes[3])
        guard dimensions.contains(rank) else {
            throw .wrongDimensions(file: file, found: rank, needed: needed)
        }
        let start = 4 + 4 * rank
        guard bytes.count >= start else {
            throw .truncatedHeader(file: file, expected: start, found: bytes.count)
        }
        let sizes = (1...rank).map { dimension in
            bytes[4 * dimension..<4 * dimension + 4].reduce(0) { $0 << 8 | Int($1) }
        }
        guard let count = product(sizes + [elementSize]),
            case (let expected, false) = count.addingReportingOverflow(start)
        else { throw .tooManyValues(file: file) }
        guard bytes.count == expected else {
            throw .wrongLength(file: file, expected: expected, found: bytes.count)
        }
        return (sizes, Array(bytes[start...]))
    }

    private static func header(_ sizes: [Int], name: String) throws(DatasetError) -> [UInt8] {
        var header: [UInt8] = [0, 0, unsignedByte, UInt8(sizes.count)]
        for size in sizes {
            guard let size = UInt32(exactly: size) else { throw .unwritable(name: name) }
            header += [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: size >> $0) }
        }
        return header
    }
}

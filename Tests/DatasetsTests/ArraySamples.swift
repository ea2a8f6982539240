/// What `numpy.save` writes of elements of this type and these dimensions.
func npy(_ dtype: String, _ shape: [Int], _ elements: [UInt8]) -> [UInt8] {
    let extents = shape.map { "\($0)," }.joined()
    let header = "{'descr': '\(dtype)', 'fortran_order': False, 'shape': (\(extents)), }\n"
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0]
        + Array(header.utf8) + elements
}

/// An IDX file of elements of this type.
func idx(_ type: UInt8, _ shape: [Int], _ elements: [UInt8]) -> [UInt8] {
    [0, 0, type, UInt8(shape.count)]
        + shape.flatMap { [0, 0, UInt8($0 >> 8), UInt8($0 & 255)] } + elements
}

/// The bytes of numbers, the least significant first.
func littleEndian(_ numbers: some Sequence<some FixedWidthInteger>) -> [UInt8] {
    numbers.flatMap { number in
        (0..<(number.bitWidth / 8)).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }
}

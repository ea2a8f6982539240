extension RawArray {
    /// What NumPy calls the type of the elements, such as `uint16`.
    var elementName: String {
        let size = (NPY.elementSize(of: dtype) ?? 0) * 8
        switch dtype.dropFirst().first {
        case "b": return "bool"
        case "u": return "uint\(size)"
        case "i": return "int\(size)"
        case "f": return "float\(size)"
        default: return dtype
        }
    }

    /// The elements as brightness from 0 to 255: integers by the range of their depth, floating-point
    /// numbers by [0, 1].
    ///
    /// `depth` is the bits that the values have. Without it those of integers must use the whole range
    /// of a type of more than 8 bits, for nothing says what white is otherwise. Throws `values` or
    /// `unsupportedElements`, naming `file`.
    public func brightness(of file: String, depth: Int? = nil) throws(DatasetError) -> [UInt8] {
        switch dtype.dropFirst() {
        case "b1": return bytes.map { $0 == 0 ? 0 : 255 }
        case "u1" where depth == nil: return bytes
        case "u1": return try integers(UInt8.self, file, depth)
        case "i1": return try integers(Int8.self, file, depth)
        case "u2": return try integers(UInt16.self, file, depth)
        case "i2": return try integers(Int16.self, file, depth)
        case "u4": return try integers(UInt32.self, file, depth)
        case "i4": return try integers(Int32.self, file, depth)
        case "u8": return try integers(UInt64.self, file, depth)
        case "i8": return try integers(Int64.self, file, depth)
        case "f2":
            return try numbers(UInt16.self, file, depth) { Double(Float16(bitPattern: $0)) }
        case "f4": return try numbers(UInt32.self, file, depth) { Double(Float(bitPattern: $0)) }
        case "f8": return try numbers(UInt64.self, file, depth) { Double(bitPattern: $0) }
        default: throw .unsupportedElements(file: file, dtype: dtype)
        }
    }

    private func integers<Stored: FixedWidthInteger & BitwiseCopyable>(
        _: Stored.Type, _ file: String, _ depth: Int?
    ) throws(DatasetError) -> [UInt8] {
        let bits = Stored.bitWidth - (Stored.isSigned ? 1 : 0)
        var (smallest, largest): (Stored, Stored) = (0, 0)
        visit(Stored.self) { (smallest, largest) = (min(smallest, $0), max(largest, $0)) }
        guard smallest >= 0 else {
            throw .values(
                file: file, reason: "it holds \(smallest), and brightness is not negative")
        }
        let used = largest.bitWidth - largest.leadingZeroBitCount
        if let depth, used > depth {
            throw .values(
                file: file, reason: "it holds \(largest), which is more than \(depth) bits")
        }
        if depth == nil, Stored.bitWidth > 8, used < bits, used > 0 {
            let likely = [8, 10, 12, 14, 16].first { $0 >= used } ?? bits
            throw .values(
                file: file,
                reason: "it is of \(elementName) and its values end at \(largest), so they are "
                    + "probably of \(likely) bits; say which value is white with --depth \(likely), or "
                    + "--depth \(bits) if that of the type is")
        }
        let scale = 255 / (depth.map(largestNumber) ?? Double(Stored.max))
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count / Stored.bitWidth * 8)
        visit(Stored.self) { result.append(UInt8(min(255, (Double($0) * scale).rounded()))) }
        return result
    }

    private func numbers<Stored: FixedWidthInteger & BitwiseCopyable>(
        _: Stored.Type, _ file: String, _ depth: Int?, _ number: (Stored) -> Double
    ) throws(DatasetError) -> [UInt8] {
        let white = depth.map(largestNumber) ?? 1
        var worst: Double?
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count / Stored.bitWidth * 8)
        visit(Stored.self) { bits in
            let value = number(bits) / white
            // A little beyond [0, 1] is rounding in somebody's division, as in the stream.
            if value >= -1e-4, value <= 1 + 1e-4 {
                result.append(UInt8((min(1, max(0, value)) * 255).rounded()))
            } else if worst == nil || abs(value) > abs(worst ?? 0) {
                worst = value * white
            }
        }
        if let worst {
            let advice =
                worst.isFinite && worst > 1 && worst <= 255 && depth == nil
                ? "; divide by 255, or say --depth 8 if 255 is white" : ""
            throw .values(
                file: file,
                reason: "it is of \(elementName) and holds \(worst), and numbers must lie in "
                    + "[0, \(white == 1 ? "1" : "\(white)")]\(advice)")
        }
        return result
    }

    /// The largest number of so many bits.
    private func largestNumber(bits: Int) -> Double {
        Double(sign: .plus, exponent: bits, significand: 1) - 1
    }

    /// Calls `body` with every element in its order.
    private func visit<Stored: FixedWidthInteger & BitwiseCopyable>(
        _: Stored.Type, _ body: (Stored) -> Void
    ) {
        let size = MemoryLayout<Stored>.size
        let isBigEndian = dtype.first == ">"
        let stored = unsafe bytes.span.bytes
        for place in stride(from: 0, to: bytes.count / size * size, by: size) {
            // Any bits are an integer, and the load traps beyond the end.
            let bits = unsafe stored.unsafeLoadUnaligned(fromByteOffset: place, as: Stored.self)
            body(isBigEndian ? Stored(bigEndian: bits) : Stored(littleEndian: bits))
        }
    }
}

public import Tensors

extension ElementType {
    /// Writes the pixels in `bytes` into one row of `images`: bytes as they are, all else as numbers in
    /// [0, 1].
    ///
    /// `bytes` holds exactly one image; integers are divided by the largest value of their type, or by
    /// `largest`, above which there may be none. Throws `notFinite` or `outOfRange`; the row's contents
    /// are then meaningless.
    public func decode(
        _ bytes: Span<UInt8>, largest: UInt32? = nil, intoRow row: Int,
        of images: borrowing ImageBatch
    ) throws(Rejection) {
        precondition(bytes.count == size * images.columns, "the bytes are not one image")
        if kind == .uint8, largest == nil { return images.setRow(row, bytes: bytes) }
        var flaws = Flaws()
        images.setRow(row) { pixels in
            flaws =
                largest.map { convert(bytes, to: &pixels, largest: Double($0)) }
                ?? convert(bytes, to: &pixels)
        }
        guard !flaws.isNotFinite else { throw .notFinite }
        guard !flaws.isOutside else { throw .outOfRange }
    }

    /// Chooses a loop for the whole image, so that each is straight code of one type, which the
    /// compiler turns into vector instructions.
    private func convert(_ bytes: Span<UInt8>, to pixels: inout MutableSpan<Float>) -> Flaws {
        switch kind {
        case .bool: fill(&pixels, bytes) { (byte: UInt8) in byte == 0 ? 0 : 1 }
        case .uint8: fill(&pixels, bytes) { (byte: UInt8) in Float(byte) / 255 }
        case .int8: fill(&pixels, bytes) { (number: Int8) in Float(number) / 127 }
        case .uint16: fill(&pixels, bytes) { (number: UInt16) in Float(number) / 65535 }
        case .int16: fill(&pixels, bytes) { (number: Int16) in Float(number) / 32767 }
        // A `Float` cannot hold every 32-bit integer, so these are rounded once, after dividing.
        case .uint32:
            fill(&pixels, bytes) { (number: UInt32) in Float(Double(number) / 4_294_967_295) }
        case .int32:
            fill(&pixels, bytes) { (number: Int32) in Float(Double(number) / 2_147_483_647) }
        case .float16:
            fill(&pixels, bytes) { (bits: UInt16) in Float(Float16(bitPattern: bits)) }
        case .float32: fill(&pixels, bytes) { (bits: UInt32) in Float(bitPattern: bits) }
        case .float64:
            fill(&pixels, bytes) { (bits: UInt64) in Float(clamping: Double(bitPattern: bits)) }
        }
    }

    /// The same for integers whose largest value is not their type's.
    private func convert(
        _ bytes: Span<UInt8>, to pixels: inout MutableSpan<Float>, largest: Double
    ) -> Flaws {
        switch kind {
        case .uint8: fill(&pixels, bytes) { (number: UInt8) in Float(Double(number) / largest) }
        case .uint16: fill(&pixels, bytes) { (number: UInt16) in Float(Double(number) / largest) }
        case .int16: fill(&pixels, bytes) { (number: Int16) in Float(Double(number) / largest) }
        case .uint32: fill(&pixels, bytes) { (number: UInt32) in Float(Double(number) / largest) }
        case .int32: fill(&pixels, bytes) { (number: Int32) in Float(Double(number) / largest) }
        default: convert(bytes, to: &pixels)
        }
    }

    @inline(__always)
    private func fill<Stored: FixedWidthInteger & BitwiseCopyable>(
        _ pixels: inout MutableSpan<Float>, _ bytes: Span<UInt8>, _ number: (Stored) -> Float
    ) -> Flaws {
        // A little beyond [0, 1] is rounding in the sender's own division.
        let rounding: Float = kind.isFloatingPoint ? 1e-4 : 0
        return isBigEndian
            ? bytes.convert(to: &pixels, rounding) { number(Stored(bigEndian: $0)) }
            : bytes.convert(to: &pixels, rounding) { number(Stored(littleEndian: $0)) }
    }
}

/// What is wrong with any pixel of an image.
private struct Flaws {
    var isNotFinite = false
    var isOutside = false
}

extension Span<UInt8> {
    /// Converts one stored number after another; flaws are collected without leaving the loop, which
    /// would keep it from being vectorised.
    @inline(__always)
    fileprivate func convert<Stored: FixedWidthInteger & BitwiseCopyable>(
        to pixels: inout MutableSpan<Float>, _ rounding: Float, _ number: (Stored) -> Float
    ) -> Flaws {
        let stored = unsafe bytes
        // As numbers, since a `||` of booleans is a branch.
        var (notFinite, outside): (UInt32, UInt32) = (0, 0)
        for index in pixels.indices {
            // Any bits are an integer, and the load traps beyond the end.
            let bits = unsafe stored.unsafeLoadUnaligned(
                fromByteOffset: index &* MemoryLayout<Stored>.size, as: Stored.self)
            let value = number(bits)
            notFinite |= value.isFinite ? 0 : 1
            outside |= value < -rounding || value > 1 + rounding ? 1 : 0
            pixels[index] = value
        }
        return Flaws(isNotFinite: notFinite != 0, isOutside: outside != 0)
    }
}

extension Float {
    /// The nearest float; a finite number stays finite, however large.
    fileprivate init(clamping value: Double) {
        let largest = Double(Float.greatestFiniteMagnitude)
        self = Float(value.isFinite ? max(-largest, min(value, largest)) : value)
    }
}

public import Tensors

extension ElementType {
    /// Writes the pixels in `bytes` into one row of `images`: bytes as they are, all else as numbers in
    /// [0, 1].
    ///
    /// `bytes` holds exactly one image; integers are divided by the largest value of their type.
    /// Throws `notFinite` or `outOfRange`; the row's contents are then meaningless.
    public func decode(
        _ bytes: Span<UInt8>, intoRow row: Int, of images: borrowing ImageBatch
    ) throws(Rejection) {
        precondition(bytes.count == size * images.columns, "the bytes are not one image")
        if kind == .uint8 { return images.setRow(row, bytes: bytes) }
        // Worst values seen, so that the loop over pixels has no exit.
        var (lowest, highest) = (Float(0), Float(0))
        var finite = true
        images.setRow(row) { pixels in
            for index in pixels.indices {
                let value = element(index, of: bytes)
                finite = finite && value.isFinite
                lowest = min(lowest, value)
                highest = max(highest, value)
                pixels[index] = value
            }
        }
        guard finite else { throw .notFinite }
        // A little beyond [0, 1] is rounding in the sender's own division.
        let rounding: Float = kind.isFloatingPoint ? 1e-4 : 0
        guard lowest >= -rounding, highest <= 1 + rounding else { throw .outOfRange }
    }

    /// The element at `index` as a number that should be in [0, 1].
    private func element(_ index: Int, of bytes: Span<UInt8>) -> Float {
        switch kind {
        case .bool: bytes[index] == 0 ? 0 : 1
        case .uint8: Float(bytes[index]) / 255
        case .int8: Float(Int8(bitPattern: bytes[index])) / 127
        case .uint16: Float(bits(index, of: bytes)) / 65535
        case .int16: Float(Int16(truncatingIfNeeded: bits(index, of: bytes))) / 32767
        case .uint32: Float(Double(bits(index, of: bytes)) / 4_294_967_295)
        case .int32:
            Float(Double(Int32(truncatingIfNeeded: bits(index, of: bytes))) / 2_147_483_647)
        case .float16:
            Float(Float16(bitPattern: UInt16(truncatingIfNeeded: bits(index, of: bytes))))
        case .float32: Float(bitPattern: UInt32(truncatingIfNeeded: bits(index, of: bytes)))
        case .float64: Float(clamping: Double(bitPattern: bits(index, of: bytes)))
        }
    }

    private func bits(_ index: Int, of bytes: Span<UInt8>) -> UInt64 {
        var bits: UInt64 = 0
        for byte in 0..<size {
            let at = index * size + (isBigEndian ? byte : size - 1 - byte)
            bits = bits << 8 | UInt64(bytes[at])
        }
        return bits
    }
}

extension Float {
    /// The nearest float; a finite number stays finite, however large.
    fileprivate init(clamping value: Double) {
        let largest = Double(Float.greatestFiniteMagnitude)
        self = Float(value.isFinite ? max(-largest, min(value, largest)) : value)
    }
}

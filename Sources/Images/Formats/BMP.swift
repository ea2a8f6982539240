/// A Windows bitmap: of 1, 4 or 8 bits with a palette, or of 16, 24 or 32 bits, not compressed.
///
/// Grey if all of its palette is; opacity counts where a header gives it a mask.
struct BMP {
    /// Its size, as in `ImageFormat.shape(of:)`.
    let shape: ImageShape
    private let bits: Int
    private let isBottomUp: Bool
    private let start: Int
    /// Red, green and blue of each palette entry.
    private let palette: [[UInt8]]
    /// The bits of red, green, blue and opacity; empty where bytes hold blue, green and red.
    private let masks: [Mask]

    static func isBMP(_ bytes: Span<UInt8>) -> Bool {
        guard bytes.contains("BM", at: 0),
            let header = bytes.number(4, at: 14, isBigEndian: false)
        else { return false }
        return [12, 40, 52, 56, 64, 108, 124].contains(header)
    }

    /// Reads the header; throws `corrupt`, also of kinds that are not read.
    init(_ bytes: Span<UInt8>) throws(ImagesError) {
        let fields = try Fields(bytes)
        bits = fields.bits
        isBottomUp = fields.height > 0
        start = fields.start
        masks = try Self.masks(bytes, fields)
        palette = bits <= 8 ? try Self.palette(bytes, fields) : []
        let isGrey = bits <= 8 && palette.allSatisfy { $0[0] == $0[1] && $0[1] == $0[2] }
        shape = ImageShape(
            rows: abs(fields.height), columns: fields.width,
            channels: isGrey ? 1 : masks.count == 4 ? 4 : 3)
    }

    /// The pixels, of a picture whose size was found to be sane; throws `corrupt`.
    func pixels(of bytes: Span<UInt8>) throws(ImagesError) -> Image {
        let stride = (shape.columns * bits + 31) / 32 * 4
        // The padding of the last row may be missing.
        let needed = stride * (shape.rows - 1) + (shape.columns * bits + 7) / 8
        guard start <= bytes.count, needed <= bytes.count - start else {
            throw Self.corrupt("it ends before all of its pixels are there")
        }
        var pixels: [UInt8] = []
        pixels.reserveCapacity(shape.values)
        for row in 0..<shape.rows {
            let place = start + stride * (isBottomUp ? shape.rows - 1 - row : row)
            for column in 0..<shape.columns { try append(bytes, place, column, to: &pixels) }
        }
        return Image(shape, pixels: pixels)
    }

    private func append(
        _ bytes: Span<UInt8>, _ row: Int, _ column: Int, to pixels: inout [UInt8]
    ) throws(ImagesError) {
        if bits <= 8 {
            let perByte = 8 / bits
            let shift = 8 - bits * (column % perByte + 1)
            let index = Int(bytes[row + column / perByte] >> UInt8(shift)) & (1 << bits - 1)
            guard palette.indices ~= index else {
                throw Self.corrupt("a pixel's colour is not in its palette")
            }
            pixels.append(contentsOf: palette[index].prefix(shape.channels))
        } else if masks.isEmpty {
            let place = row + column * bits / 8
            pixels.append(bytes[place + 2])
            pixels.append(bytes[place + 1])
            pixels.append(bytes[place])
        } else {
            let width = bits / 8
            let pixel = bytes.number(width, at: row + column * width, isBigEndian: false) ?? 0
            for mask in masks { pixels.append(mask.value(in: pixel)) }
        }
    }

    private static func corrupt(_ reason: String) -> ImagesError { .corrupt(.bmp, reason: reason) }

    /// What the header says, checked.
    private struct Fields {
        let header: Int
        let start: Int
        let width: Int
        let height: Int
        let bits: Int
        let compression: Int
        let colors: Int

        init(_ bytes: Span<UInt8>) throws(ImagesError) {
            func field(_ width: Int, _ place: Int) -> Int? {
                bytes.number(width, at: place, isBigEndian: false)
            }
            header = field(4, 14) ?? 0
            let isOld = header == 12
            guard let start = field(4, 10), let bits = field(2, isOld ? 24 : 28),
                let width = isOld ? field(2, 18) : field(4, 18),
                let height = isOld ? field(2, 20) : field(4, 22),
                let compression = isOld ? 0 : field(4, 30), let colors = isOld ? 0 : field(4, 46)
            else { throw BMP.corrupt("it ends within its header") }
            self.start = start
            self.width = isOld ? width : Int(Int32(truncatingIfNeeded: width))
            self.height = isOld ? height : Int(Int32(truncatingIfNeeded: height))
            (self.bits, self.compression, self.colors) = (bits, compression, colors)
            guard self.width > 0, self.height != 0 else {
                throw BMP.corrupt("it has no rows or no columns")
            }
            guard [1, 4, 8, 16, 24, 32].contains(bits) else {
                throw BMP.corrupt("its pixels have \(bits) bits; save it with 8 or 24")
            }
            guard compression == 0 || [3, 6].contains(compression) && [16, 32].contains(bits) else {
                throw BMP.corrupt("it is compressed; save it without compression")
            }
        }
    }

    /// The colours that 1, 4 or 8 bits choose from.
    private static func palette(
        _ bytes: Span<UInt8>, _ fields: Fields
    ) throws(ImagesError) -> [[UInt8]] {
        let limit = 1 << fields.bits
        let count = fields.colors == 0 ? limit : min(fields.colors, limit)
        let width = fields.header == 12 ? 3 : 4
        return try (0..<count).map { index throws(ImagesError) in
            let place = 14 + fields.header + width * index
            guard place + 3 <= bytes.count else { throw corrupt("it ends within its palette") }
            return [bytes[place + 2], bytes[place + 1], bytes[place]]
        }
    }

    /// Where the channels of 16 and of masked 32 bits lie.
    private static func masks(
        _ bytes: Span<UInt8>, _ fields: Fields
    ) throws(ImagesError) -> [Mask] {
        guard fields.compression != 0 else {
            return fields.bits == 16 ? [0x7c00, 0x03e0, 0x001f].map(Mask.init) : []
        }
        let hasOpacity = fields.header >= 56 || fields.compression == 6
        var masks: [Mask] = []
        for index in 0..<(hasOpacity ? 4 : 3) {
            guard let mask = bytes.number(4, at: 54 + 4 * index, isBigEndian: false) else {
                throw corrupt("it ends within its header")
            }
            if mask != 0 || index < 3 { masks.append(Mask(bits: mask)) }
        }
        return masks
    }
}

/// The bits of a pixel that hold one channel.
private struct Mask {
    let bits: Int

    /// The channel in 8 bits, rounded to the nearest; 0 if it has no bits.
    func value(in pixel: Int) -> UInt8 {
        guard bits > 0 else { return 0 }
        let largest = bits >> bits.trailingZeroBitCount
        return UInt8(
            (((pixel & bits) >> bits.trailingZeroBitCount) * 255 + largest / 2) / largest)
    }
}

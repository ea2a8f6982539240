import CPNG

/// PNG files of any kind to and from 8-bit grey and colour, through libpng's simplified interface.
public enum PNG {
    /// The most rows, and the most columns, of a picture that is read or written.
    public static let sideLimit = 16384

    /// Whether the bytes start with PNG's signature.
    public static func isPNG(_ bytes: [UInt8]) -> Bool {
        bytes.starts(with: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
    }

    /// Whether the bytes start with PNG's signature.
    public static func isPNG(_ bytes: Span<UInt8>) -> Bool {
        let signature: [8 of UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
        guard bytes.count >= signature.count else { return false }
        for index in signature.indices where bytes[index] != signature[index] { return false }
        return true
    }

    /// The picture in a PNG file; colour becomes its luminance and transparency becomes black.
    ///
    /// Throws `pngTooLarge`, before memory is taken for pixels, or `pngCorrupt`.
    public static func decodeGray(_ bytes: [UInt8]) throws(ImagesError) -> GrayImage {
        let picture = try bytes.withUnsafeBytes { bytes in
            open(bytes) { $0.decode(channels: 1, sideLimit: sideLimit) }
        }.get()
        return GrayImage(
            rows: picture.extent.rows, columns: picture.extent.columns, pixels: picture.pixels)
    }

    /// The size in the header: one channel if the picture is grey, three if it is coloured, four if
    /// it may be transparent.
    public static func extent(of bytes: Span<UInt8>) throws(ImagesError) -> PictureExtent {
        try bytes.withUnsafeBytes { bytes in open(bytes) { .success($0.extent) } }.get()
    }

    /// The picture in a PNG file, with as many channels as `extent(of:)` says.
    ///
    /// Throws `pngTooLarge`, before memory is taken for pixels, or `pngCorrupt`.
    public static func decode(
        _ bytes: Span<UInt8>, sideLimit: Int = sideLimit
    ) throws(ImagesError) -> Picture {
        try bytes.withUnsafeBytes { bytes in
            open(bytes) { $0.decode(channels: $0.extent.channels, sideLimit: sideLimit) }
        }.get()
    }

    /// Calls `body` with a file whose header is read; valid while `body` runs.
    private static func open<Value>(
        _ bytes: UnsafeRawBufferPointer,
        _ body: (borrowing PNGHandle) -> Result<Value, ImagesError>
    ) -> Result<Value, ImagesError> {
        let handle = PNGHandle()
        guard png_image_begin_read_from_memory(handle.image, bytes.baseAddress, bytes.count) != 0
        else { return .failure(.pngCorrupt(reason: handle.message)) }
        return body(handle)
    }

    /// A PNG file of 8-bit grey; throws `pngUnwritable` for sides of zero or over `sideLimit`.
    public static func encodeGray(_ image: GrayImage) throws(ImagesError) -> [UInt8] {
        try encode(
            image.pixels, rows: image.rows, columns: image.columns, bytesPerPixel: 1,
            format: UInt32(PNG_FORMAT_GRAY))
    }

    /// A PNG file of 8-bit colour with opacity; throws `pngUnwritable` as `encodeGray` does.
    public static func encode(_ image: ColorImage) throws(ImagesError) -> [UInt8] {
        try encode(
            image.pixels, rows: image.rows, columns: image.columns, bytesPerPixel: 4,
            format: UInt32(PNG_FORMAT_FLAG_COLOR | PNG_FORMAT_FLAG_ALPHA))
    }

    private static func encode(
        _ pixels: [UInt8], rows: Int, columns: Int, bytesPerPixel: Int, format: UInt32
    ) throws(ImagesError) -> [UInt8] {
        func unwritable(_ reason: String) -> ImagesError {
            .pngUnwritable(rows: rows, columns: columns, reason: reason)
        }
        guard (1...sideLimit).contains(rows), (1...sideLimit).contains(columns) else {
            throw unwritable("its size is out of range")
        }
        let handle = PNGHandle()
        handle.image.pointee.width = UInt32(columns)
        handle.image.pointee.height = UInt32(rows)
        handle.image.pointee.format = format

        var file = [UInt8](
            repeating: 0, count: largestFile(rows: rows, rowBytes: bytesPerPixel * columns))
        var size = file.count
        let written = file.withUnsafeMutableBytes { memory in
            pixels.withUnsafeBytes { pixels in
                png_image_write_to_memory(
                    handle.image, memory.baseAddress, &size, 0, pixels.baseAddress,
                    Int32(bytesPerPixel * columns), nil)
            }
        }
        guard written != 0, size <= file.count else { throw unwritable(handle.message) }
        file.removeLast(file.count - size)
        return file
    }

    /// A bound from zlib's (a 32nd over what went in is generous), for one filter byte a row, and
    /// from libpng's chunks of at least 8 KiB at 12 bytes each.
    private static func largestFile(rows: Int, rowBytes: Int) -> Int {
        let filtered = rows * (rowBytes + 1)
        return filtered + filtered / 32 + 4096
    }
}

import CPNG

/// PNG files of any kind to and from 8-bit grey, through libpng's simplified interface.
public enum PNG {
    /// The most rows, and the most columns, of a picture that is read or written.
    public static let sideLimit = 16384

    /// Whether the bytes start with PNG's signature.
    public static func isPNG(_ bytes: [UInt8]) -> Bool {
        bytes.starts(with: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
    }

    /// The picture in a PNG file; colour becomes its luminance and transparency becomes black.
    ///
    /// Throws `pngTooLarge`, before memory is taken for pixels, or `pngCorrupt`.
    public static func decodeGray(_ bytes: [UInt8]) throws(FilesError) -> GrayImage {
        try bytes.withUnsafeBytes(decode).get()
    }

    /// A PNG file of 8-bit grey; throws `pngUnwritable` for sides of zero or over `sideLimit`.
    public static func encodeGray(_ image: GrayImage) throws(FilesError) -> [UInt8] {
        try encode(
            image.pixels, rows: image.rows, columns: image.columns, bytesPerPixel: 1,
            format: UInt32(PNG_FORMAT_GRAY))
    }

    /// A PNG file of 8-bit colour with opacity; throws `pngUnwritable` as `encodeGray` does.
    public static func encode(_ image: ColorImage) throws(FilesError) -> [UInt8] {
        try encode(
            image.pixels, rows: image.rows, columns: image.columns, bytesPerPixel: 4,
            format: UInt32(PNG_FORMAT_FLAG_COLOR | PNG_FORMAT_FLAG_ALPHA))
    }

    private static func encode(
        _ pixels: [UInt8], rows: Int, columns: Int, bytesPerPixel: Int, format: UInt32
    ) throws(FilesError) -> [UInt8] {
        func unwritable(_ reason: String) -> FilesError {
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

private func decode(_ bytes: UnsafeRawBufferPointer) -> Result<GrayImage, FilesError> {
    let handle = PNGHandle()
    guard png_image_begin_read_from_memory(handle.image, bytes.baseAddress, bytes.count) != 0 else {
        return .failure(.pngCorrupt(reason: handle.message))
    }
    let rows = Int(handle.image.pointee.height)
    let columns = Int(handle.image.pointee.width)
    guard rows <= PNG.sideLimit, columns <= PNG.sideLimit else {
        return .failure(.pngTooLarge(rows: rows, columns: columns, limit: PNG.sideLimit))
    }
    handle.image.pointee.format = UInt32(PNG_FORMAT_GRAY)
    // Without this, 16-bit files that say nothing of their gamma are taken for linear light.
    handle.image.pointee.flags |= UInt32(PNG_IMAGE_FLAG_16BIT_sRGB)
    // Zeros, because libpng lays transparent pixels over what is there.
    var pixels = [UInt8](repeating: 0, count: rows * columns)
    let finished = pixels.withUnsafeMutableBytes { buffer in
        png_image_finish_read(handle.image, nil, buffer.baseAddress, Int32(columns), nil)
    }
    guard finished != 0 else { return .failure(.pngCorrupt(reason: handle.message)) }
    return .success(GrayImage(rows: rows, columns: columns, pixels: pixels))
}

/// Owns a `png_image`, on the heap because libpng keeps its address.
private struct PNGHandle: ~Copyable {
    let image: UnsafeMutablePointer<png_image>

    init() {
        image = .allocate(capacity: 1)
        image.initialize(to: png_image())
        image.pointee.version = UInt32(PNG_IMAGE_VERSION)
    }

    deinit {
        png_image_free(image)
        image.deallocate()
    }

    /// libpng's account of the last failure.
    var message: String {
        withUnsafeBytes(of: image.pointee.message) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}

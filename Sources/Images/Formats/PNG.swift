import CPNG

/// PNG files of any kind to and from 8-bit grey and colour, through libpng.
public enum PNG {
    /// The most rows, and the most columns, of a picture that is read or written.
    public static let sideLimit = ImageFormat.sideLimit

    /// Whether the bytes start with PNG's signature.
    public static func isPNG(_ bytes: [UInt8]) -> Bool { isPNG(bytes.span) }

    /// Whether the bytes start with PNG's signature.
    public static func isPNG(_ bytes: Span<UInt8>) -> Bool {
        let signature: [8 of UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
        guard bytes.count >= signature.count else { return false }
        for index in signature.indices where bytes[index] != signature[index] { return false }
        return true
    }

    /// The picture in a PNG file as grey by libpng's own rules: linear luminance of colour, gamma and
    /// profiles taken into account, and transparency on black.
    ///
    /// What models of `Preprocessing.Decoding.first` were trained on; all else is `ImageFormat`'s.
    /// Throws `tooLarge`, before memory is taken for pixels, or `corrupt`.
    public static func decodeGray(_ bytes: [UInt8]) throws(ImagesError) -> Image {
        try decodeByLibrary(bytes.span, channels: 1, sideLimit: sideLimit)
    }

    /// The size in the header, turned as it says: one channel if the picture is grey, three if it
    /// is coloured, four if it may be transparent.
    public static func shape(of bytes: Span<UInt8>) throws(ImagesError) -> ImageShape {
        try ImageFormat.png.shape(of: bytes)
    }

    /// The picture in a PNG file, turned as it says, with as many channels as `shape(of:)` says;
    /// samples are taken as they are stored, whatever gamma or profile the file names.
    ///
    /// Throws `tooLarge`, before memory is taken for pixels, or `corrupt`.
    public static func decode(
        _ bytes: Span<UInt8>, sideLimit: Int = sideLimit
    ) throws(ImagesError) -> Image {
        try ImageFormat.png.decode(bytes, sideLimit: sideLimit)
    }

    /// The picture by libpng's own rules, as stored; nil channels are those that show all of it.
    static func decodeByLibrary(
        _ bytes: Span<UInt8>, channels: Int?, sideLimit: Int
    ) throws(ImagesError) -> Image {
        try unsafe bytes.withUnsafeBytes { bytes in
            unsafe open(bytes) {
                $0.decode(channels: channels ?? $0.shape.channels, sideLimit: sideLimit)
            }
        }.get()
    }

    /// Calls `body` with a file whose header is read; valid while `body` runs.
    private static func open<Value>(
        _ bytes: UnsafeRawBufferPointer,
        _ body: (borrowing PNGHandle) -> Result<Value, ImagesError>
    ) -> Result<Value, ImagesError> {
        let handle = PNGHandle()
        guard
            unsafe png_image_begin_read_from_memory(handle.image, bytes.baseAddress, bytes.count)
                != 0
        else { return .failure(.corrupt(.png, reason: handle.message)) }
        return body(handle)
    }

    /// A PNG file of 8 bits a channel, of which there are 1, 3 or 4; throws `pngUnwritable` for
    /// sides of zero or over `sideLimit`.
    public static func encode(_ picture: Image) throws(ImagesError) -> [UInt8] {
        let shape = picture.shape
        func unwritable(_ reason: String) -> ImagesError {
            .pngUnwritable(rows: shape.rows, columns: shape.columns, reason: reason)
        }
        guard 1...sideLimit ~= shape.rows, 1...sideLimit ~= shape.columns else {
            throw unwritable("its size is out of range")
        }
        guard [1, 3, 4].contains(shape.channels) else {
            throw unwritable("it has \(shape.channels) channels")
        }
        let handle = PNGHandle()
        unsafe handle.image.pointee.width = UInt32(shape.columns)
        unsafe handle.image.pointee.height = UInt32(shape.rows)
        unsafe handle.image.pointee.format = PNGHandle.format(channels: shape.channels)

        let rowBytes = shape.channels * shape.columns
        var file = [UInt8](
            repeating: 0, count: largestFile(rows: shape.rows, rowBytes: rowBytes))
        var size = file.count
        let written = unsafe file.withUnsafeMutableBytes { memory in
            unsafe picture.pixels.withUnsafeBytes { pixels in
                unsafe png_image_write_to_memory(
                    handle.image, memory.baseAddress, &size, 0, pixels.baseAddress,
                    Int32(rowBytes), nil)
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

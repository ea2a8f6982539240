import CTurboJPEG

/// JPEG files to 8-bit grey or colour, through libjpeg-turbo.
///
/// Orientation and colour profiles are not looked at.
public enum JPEG {
    /// The most rows, and the most columns, of a picture that is read.
    public static let sideLimit = 16384

    /// The most scans of a picture that is read.
    ///
    /// Each costs the time of the whole picture however few its bytes are; encoders make about ten.
    static let scanLimit = 32

    /// Whether the bytes start as every JPEG file does: a start of image and another marker.
    public static func isJPEG(_ bytes: Span<UInt8>) -> Bool {
        bytes.count >= 3 && bytes[0] == 0xff && bytes[1] == 0xd8 && bytes[2] == 0xff
    }

    /// The size in the header: one channel if the picture is grey, three if it is coloured.
    public static func shape(of bytes: Span<UInt8>) throws(ImagesError) -> ImageShape {
        try Decompressor.use { decompressor in decompressor.shape(of: bytes) }.get()
    }

    /// The picture: grey if it is stored as grey or `asLuma` is set, otherwise red, green and blue.
    ///
    /// Throws `jpegTooLarge`, before memory is taken for pixels, or `jpegCorrupt`, also for what
    /// decoders otherwise mend in silence.
    public static func decode(
        _ bytes: Span<UInt8>, asLuma: Bool = false, sideLimit: Int = sideLimit
    ) throws(ImagesError) -> Image {
        try Decompressor.use { decompressor in
            decompressor.decode(bytes, asLuma: asLuma, sideLimit: sideLimit)
        }.get()
    }
}

/// Owns one of libjpeg-turbo's decompressors.
@safe private struct Decompressor: ~Copyable {
    private let handle: tjhandle

    private init?() {
        guard let handle = unsafe tjInitDecompress() else { return nil }
        unsafe self.handle = handle
    }

    deinit { unsafe tjDestroy(handle) }

    /// Calls `body` with a decompressor, unless there is no memory for one.
    static func use<Value>(
        _ body: (borrowing Decompressor) -> Result<Value, ImagesError>
    ) -> Result<Value, ImagesError> {
        guard let decompressor = Decompressor() else {
            return .failure(.jpegCorrupt(reason: "libjpeg-turbo did not start"))
        }
        return body(decompressor)
    }

    func shape(of bytes: Span<UInt8>) -> Result<ImageShape, ImagesError> {
        var (columns, rows, subsampling, colors) = (CInt(0), CInt(0), CInt(0), CInt(0))
        let status = unsafe bytes.withUnsafeBufferPointer { bytes in
            unsafe tjDecompressHeader3(
                handle, bytes.baseAddress, UInt(bytes.count), &columns, &rows, &subsampling,
                &colors)
        }
        guard status == 0, rows > 0, columns > 0 else { return .failure(corrupt) }
        return .success(
            ImageShape(
                rows: Int(rows), columns: Int(columns),
                channels: colors == CInt(TJCS_GRAY.rawValue) ? 1 : 3))
    }

    func decode(
        _ bytes: Span<UInt8>, asLuma: Bool, sideLimit: Int
    ) -> Result<Image, ImagesError> {
        shape(of: bytes).flatMap { stored in
            guard stored.longestSide <= min(sideLimit, JPEG.sideLimit) else {
                return .failure(
                    .jpegTooLarge(rows: stored.rows, columns: stored.columns, limit: sideLimit))
            }
            guard bytes.scanCount <= JPEG.scanLimit else {
                return .failure(
                    .jpegCorrupt(reason: "It has more than \(JPEG.scanLimit) scans"))
            }
            let shape = ImageShape(
                rows: stored.rows, columns: stored.columns, channels: asLuma ? 1 : stored.channels)
            // Sides are bounded, so this cannot overflow.
            let rowBytes = shape.columns * shape.channels
            var pixels = [UInt8](repeating: 0, count: shape.rows * rowBytes)
            let format = shape.channels == 1 ? TJPF_GRAY : TJPF_RGB
            let status = unsafe pixels.withUnsafeMutableBufferPointer { pixels in
                unsafe bytes.withUnsafeBufferPointer { bytes in
                    unsafe tjDecompress2(
                        handle, bytes.baseAddress, UInt(bytes.count), pixels.baseAddress,
                        CInt(shape.columns), CInt(rowBytes), CInt(shape.rows), format.rawValue,
                        TJFLAG_STOPONWARNING)
                }
            }
            guard status == 0 else { return .failure(corrupt) }
            return .success(Image(shape, pixels: pixels))
        }
    }

    /// libjpeg-turbo's account of the last failure.
    private var corrupt: ImagesError {
        unsafe .jpegCorrupt(
            reason: tjGetErrorStr2(handle).map { unsafe String(cString: $0) } ?? "unknown")
    }
}

extension Span<UInt8> {
    /// Markers that start a scan; those of a thumbnail in the header count too.
    fileprivate var scanCount: Int {
        var (scans, isMarker) = (0, false)
        for index in indices {
            if isMarker, self[index] == 0xda { scans += 1 }
            isMarker = self[index] == 0xff
        }
        return scans
    }
}

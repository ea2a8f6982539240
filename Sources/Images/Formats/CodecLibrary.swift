import CPictures

/// A format that one of the C libraries decodes.
@safe struct CodecLibrary {
    typealias Message = UnsafeMutablePointer<CChar>?
    typealias HeaderReader =
        @convention(c) (UnsafePointer<UInt8>?, Int, UnsafeMutablePointer<picture_header>?, Message)
        -> CInt
    typealias PixelReader =
        @convention(c) (
            UnsafePointer<UInt8>?, Int, UnsafePointer<picture_request>?,
            UnsafeMutablePointer<UInt8>?, Message
        ) -> CInt

    let format: ImageFormat
    private let readHeader: HeaderReader
    private let readPixels: PixelReader

    static let jpeg = unsafe CodecLibrary(
        format: .jpeg, readHeader: picture_jpeg_header, readPixels: picture_jpeg_pixels)
    static let png = unsafe CodecLibrary(
        format: .png, readHeader: picture_png_header, readPixels: picture_png_pixels)
    static let tiff = unsafe CodecLibrary(
        format: .tiff, readHeader: picture_tiff_header, readPixels: picture_tiff_pixels)
    static let webp = unsafe CodecLibrary(
        format: .webp, readHeader: picture_webp_header, readPixels: picture_webp_pixels)

    /// The header, turned as the format itself says, which of these TIFF alone does.
    func header(of bytes: Span<UInt8>) throws(ImagesError) -> PictureHeader {
        var header = picture_header()
        let failure = unsafe failure { message in
            unsafe bytes.withUnsafeBufferPointer { bytes in
                unsafe readHeader(bytes.baseAddress, bytes.count, &header, message)
            }
        }
        if let failure { throw failure }
        guard header.rows > 0, header.columns > 0 else {
            throw .corrupt(format, reason: "it has no rows or no columns")
        }
        return PictureHeader(
            stored: ImageShape(
                rows: Int(header.rows), columns: Int(header.columns),
                channels: Int(header.channels)),
            orientation: Orientation(rawValue: Int(header.orientation)) ?? .upright)
    }

    /// The pixels as they are stored; the size was checked by the caller, so that nothing overflows.
    func pixels(
        of bytes: Span<UInt8>, _ header: PictureHeader, _ wanted: PictureRequest
    ) throws(ImagesError) -> Image {
        var shape = header.stored
        if wanted.asLuma, format == .jpeg { shape.channels = 1 }
        shape.rows = (shape.rows + wanted.reduction - 1) / wanted.reduction
        shape.columns = (shape.columns + wanted.reduction - 1) / wanted.reduction
        var request = picture_request()
        request.rows = Int64(shape.rows)
        request.columns = Int64(shape.columns)
        request.channels = CInt(shape.channels)
        request.reduction = CInt(wanted.reduction)
        request.maximum = CInt(wanted.maximum ?? 0)
        var pixels = [UInt8](repeating: 0, count: shape.values)
        let failure = unsafe failure { message in
            unsafe pixels.withUnsafeMutableBufferPointer { pixels in
                unsafe bytes.withUnsafeBufferPointer { bytes in
                    unsafe readPixels(
                        bytes.baseAddress, bytes.count, &request, pixels.baseAddress, message)
                }
            }
        }
        if let failure { throw failure }
        return Image(shape, pixels: pixels)
    }

    /// Calls a reader with room for its message; nil if it succeeds.
    private func failure(_ read: (Message) -> CInt) -> ImagesError? {
        var message = [CChar](repeating: 0, count: Int(PICTURE_MESSAGE_SIZE))
        let status = unsafe message.withUnsafeMutableBufferPointer { message in
            unsafe read(message.baseAddress)
        }
        guard status != 0 else { return nil }
        let text = message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return .corrupt(format, reason: String(decoding: text, as: UTF8.self))
    }
}

/// The formats of encoded images, told apart by their first bytes.
public enum ImageFormat: String, Sendable, CaseIterable {
    /// Through libpng; see `PNG`.
    case png
    /// Through libjpeg-turbo; see `JPEG`.
    case jpeg
    /// Windows' bitmaps; see `BMP`.
    case bmp
    /// Through libtiff: the first page, of integers of up to 16 bits.
    case tiff
    /// Through libwebp: pictures that do not move.
    case webp

    /// The most rows, and the most columns, of a picture that is read, from wherever it comes.
    public static let sideLimit = 16384

    /// The format of bytes that start like these; nil if none is known.
    public init?(_ bytes: Span<UInt8>) {
        if JPEG.isJPEG(bytes) {
            self = .jpeg
        } else if PNG.isPNG(bytes) {
            self = .png
        } else if BMP.isBMP(bytes) {
            self = .bmp
        } else if bytes.contains("II*\0", at: 0)
            || bytes.contains("MM\0*", at: 0)
        {
            self = .tiff
        } else if bytes.contains("RIFF", at: 0),
            bytes.contains("WEBP", at: 8)
        {
            self = .webp
        } else {
            return nil
        }
    }

    /// The format's name as people write it.
    public var name: String { self == .webp ? "WebP" : rawValue.uppercased() }

    /// The size of the image, turned as it says, from its header; its pixels are not looked at.
    public func shape(of bytes: Span<UInt8>) throws(ImagesError) -> ImageShape {
        try header(of: bytes).shape
    }

    /// The image, turned as it says.
    ///
    /// With `asLuma` a JPEG, which stores brightness apart from colour, comes as brightness alone,
    /// Rec. 601's, for a third of the work; other formats take no notice. Throws before memory is
    /// taken for pixels if a side is longer than `sideLimit`.
    public func decode(
        _ bytes: Span<UInt8>, asLuma: Bool = false, sideLimit: Int = sideLimit
    ) throws(ImagesError) -> Image {
        let header = try header(of: bytes)
        let request = PictureRequest(asLuma: asLuma)
        return header.orientation.turn(
            try pixels(of: bytes, header, request, sideLimit: sideLimit))
    }

    /// What it says of itself before its pixels.
    func header(of bytes: Span<UInt8>) throws(ImagesError) -> PictureHeader {
        guard let library else { return PictureHeader(stored: try BMP(bytes).shape) }
        var header = try library.header(of: bytes)
        switch self {
        case .png: header.orientation = Exif.orientation(ofPNG: bytes) ?? .upright
        case .jpeg: header.orientation = Exif.orientation(ofJPEG: bytes) ?? .upright
        case .webp: header.orientation = Exif.orientation(ofWebP: bytes) ?? .upright
        case .bmp, .tiff: break
        }
        return header
    }

    /// The pixels as they are stored, of a picture whose header this is.
    func pixels(
        of bytes: Span<UInt8>, _ header: PictureHeader, _ request: PictureRequest, sideLimit: Int
    ) throws(ImagesError) -> Image {
        try check(header.shape, sideLimit)
        guard let library else { return try BMP(bytes).pixels(of: bytes) }
        return try library.pixels(of: bytes, header, request)
    }

    /// Throws `tooLarge` of a picture over the limit.
    func check(_ shape: ImageShape, _ sideLimit: Int) throws(ImagesError) {
        guard shape.longestSide <= min(sideLimit, Self.sideLimit) else {
            throw .tooLarge(self, rows: shape.rows, columns: shape.columns, limit: sideLimit)
        }
    }

    /// What decodes it; nil for BMP, which is our own.
    private var library: CodecLibrary? {
        switch self {
        case .png: .png
        case .jpeg: .jpeg
        case .bmp: nil
        case .tiff: .tiff
        case .webp: .webp
        }
    }
}

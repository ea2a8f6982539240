/// The formats of encoded images, told apart by their first bytes.
public enum ImageFormat: String, Sendable, CaseIterable {
    /// See `PNG`.
    case png
    /// See `JPEG`.
    case jpeg

    /// The format of bytes that start like these; nil if none is known.
    public init?(_ bytes: Span<UInt8>) {
        if JPEG.isJPEG(bytes) {
            self = .jpeg
        } else if PNG.isPNG(bytes) {
            self = .png
        } else {
            return nil
        }
    }

    /// What the image will be decoded to, from its header; its pixels are not looked at.
    public func shape(of bytes: Span<UInt8>) throws(ImagesError) -> ImageShape {
        switch self {
        case .png: try PNG.shape(of: bytes)
        case .jpeg: try JPEG.shape(of: bytes)
        }
    }

    /// The image.
    ///
    /// With `asLuma` a JPEG, which stores brightness apart from colour, comes as brightness alone,
    /// Rec. 601's, for a third of the work; other formats take no notice. Throws before memory is
    /// taken for pixels if a side is longer than `sideLimit`.
    public func decode(
        _ bytes: Span<UInt8>, asLuma: Bool = false, sideLimit: Int
    ) throws(ImagesError) -> Image {
        switch self {
        case .png: try PNG.decode(bytes, sideLimit: sideLimit)
        case .jpeg: try JPEG.decode(bytes, asLuma: asLuma, sideLimit: sideLimit)
        }
    }
}

/// JPEG files to 8-bit grey or colour, through libjpeg-turbo; colour profiles are not looked at.
///
/// Flaws that leave every pixel as its encoder made it, such as bytes before a marker or no end
/// marker, are passed over, as other readers do. A file of which pixels are missing is refused.
public enum JPEG {
    /// The most rows, and the most columns, of a picture that is read.
    public static let sideLimit = ImageFormat.sideLimit

    /// Whether the bytes start as every JPEG file does: a start of image and another marker.
    public static func isJPEG(_ bytes: Span<UInt8>) -> Bool {
        bytes.count >= 3 && bytes[0] == 0xff && bytes[1] == 0xd8 && bytes[2] == 0xff
    }

    /// The size in the header, turned as it says: one channel if the picture is grey, three if it
    /// is coloured.
    public static func shape(of bytes: Span<UInt8>) throws(ImagesError) -> ImageShape {
        try ImageFormat.jpeg.shape(of: bytes)
    }

    /// The picture, turned as it says: grey if it is stored as grey or `asLuma` is set, otherwise
    /// red, green and blue.
    ///
    /// Throws `tooLarge`, before memory is taken for pixels, or `corrupt`.
    public static func decode(
        _ bytes: Span<UInt8>, asLuma: Bool = false, sideLimit: Int = sideLimit
    ) throws(ImagesError) -> Image {
        try ImageFormat.jpeg.decode(bytes, asLuma: asLuma, sideLimit: sideLimit)
    }
}

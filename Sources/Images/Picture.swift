/// A picture of 8 bits a channel: grey, colour, or colour with opacity.
public struct Picture: Sendable, Hashable {
    /// Its size.
    public let extent: PictureExtent
    /// Grey; or red, green and blue; or these and opacity, not multiplied into them; row after row.
    public let pixels: [UInt8]

    /// Joins pixels and their size; a count that does not fit is a mistake of the caller.
    public init(_ extent: PictureExtent, pixels: [UInt8]) {
        precondition(
            extent.bytes == pixels.count, "\(pixels.count) bytes do not make \(extent)")
        self.extent = extent
        self.pixels = pixels
    }

    /// A grey picture.
    public init(_ image: GrayImage) {
        self.init(
            PictureExtent(rows: image.rows, columns: image.columns, channels: 1),
            pixels: image.pixels)
    }
}

/// The size of a picture.
public struct PictureExtent: Sendable, Hashable, CustomStringConvertible, BitwiseCopyable {
    /// The height in pixels.
    public let rows: Int
    /// The width in pixels.
    public let columns: Int
    /// Bytes a pixel: 1 for grey, 3 for colour, 4 for colour with opacity.
    public let channels: Int

    /// A picture of `rows × columns` pixels of `channels` bytes.
    public init(rows: Int, columns: Int, channels: Int) {
        self.rows = rows
        self.columns = columns
        self.channels = channels
    }

    /// The bytes of its pixels, or nil if they are more than can be counted or a side is negative.
    public var bytes: Int? {
        let (area, areaOverflow) = rows.multipliedReportingOverflow(by: columns)
        let (bytes, overflow) = area.multipliedReportingOverflow(by: channels)
        guard rows >= 0, columns >= 0, channels >= 0, !areaOverflow, !overflow else { return nil }
        return bytes
    }

    /// As in "480 x 640 x 3".
    public var description: String { "\(rows) x \(columns) x \(channels)" }
}

/// The formats of encoded pictures, told apart by their first bytes.
public enum PictureFormat: String, Sendable, CaseIterable {
    /// See `PNG`.
    case png
    /// See `JPEG`.
    case jpeg

    /// The format that bytes starting like these are of; nil if of none.
    public init?(_ bytes: Span<UInt8>) {
        if JPEG.isJPEG(bytes) {
            self = .jpeg
        } else if PNG.isPNG(bytes) {
            self = .png
        } else {
            return nil
        }
    }

    /// What the picture will be decoded to, from its header; its pixels are not looked at.
    public func extent(of bytes: Span<UInt8>) throws(ImagesError) -> PictureExtent {
        switch self {
        case .png: try PNG.extent(of: bytes)
        case .jpeg: try JPEG.extent(of: bytes)
        }
    }

    /// The picture.
    ///
    /// With `asLuma` a JPEG, which stores brightness apart from colour, comes as brightness alone,
    /// Rec. 601's, for a third of the work; other formats take no notice. Throws before memory is taken for pixels if a side is longer than `sideLimit`.
    public func decode(
        _ bytes: Span<UInt8>, asLuma: Bool = false, sideLimit: Int
    ) throws(ImagesError) -> Picture {
        switch self {
        case .png: try PNG.decode(bytes, sideLimit: sideLimit)
        case .jpeg: try JPEG.decode(bytes, asLuma: asLuma, sideLimit: sideLimit)
        }
    }
}

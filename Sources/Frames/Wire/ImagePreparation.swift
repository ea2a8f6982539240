import Images

/// Makes what the model takes of the pictures that it admits: the model's size and preprocessing, and
/// how large a picture may be.
struct ImagePreparation: Sendable {
    let shape: ImageShape
    let preprocessing: Preprocessing
    /// The most rows, and the most columns, of a picture.
    let sideLimit: Int

    /// Pictures that one array may hold, so that a few bytes do not become endless work: 4,096, or
    /// fewer of which images of the model's size together have 16 million pixels.
    var batchLimit: Int { min(4096, max(1, (1 << 24) / shape.pixels)) }

    /// Whether images of the model's size go in as they are.
    var isIdle: Bool { preprocessing.keeps(shape) }

    /// Whether pictures of this size become images of the model's; throws `imageTooLarge` of those
    /// that would if there were no limit.
    func admits(_ extent: PictureExtent) throws(Rejection) -> Bool {
        let result = preprocessing.shape(
            rows: extent.rows, columns: extent.columns, channels: extent.channels)
        guard result == shape else { return false }
        guard max(extent.rows, extent.columns) <= sideLimit else { throw .imageTooLarge }
        return true
    }

    /// The image, one byte a pixel, that becomes of a picture in an array of admitted size.
    func image(ofArray pixels: Span<UInt8>, _ extent: PictureExtent) throws(Rejection) -> [UInt8] {
        try image(of: pixels, extent, order: preprocessing.grayscale ?? .rgb)
    }

    /// The image that becomes of an encoded picture, and the size that this had.
    ///
    /// Throws `badImage`, `badShape` or `imageTooLarge`, the latter two before pixels are decoded.
    func decode(
        _ bytes: Span<UInt8>, _ format: PictureFormat
    ) throws(Rejection) -> (pixels: [UInt8], extent: PictureExtent) {
        let (extent, picture): (PictureExtent, Picture)
        do throws(ImagesError) { extent = try format.extent(of: bytes) } catch { throw .badImage }
        guard try admits(extent) else { throw .badShape }
        do throws(ImagesError) {
            picture = try format.decode(
                bytes, asLuma: preprocessing.grayscale != nil, sideLimit: sideLimit)
        } catch { throw .badImage }
        return (try image(of: picture.pixels.span, picture.extent, order: .rgb), extent)
    }

    private func image(
        of pixels: Span<UInt8>, _ extent: PictureExtent, order: Preprocessing.ChannelOrder
    ) throws(Rejection) -> [UInt8] {
        guard
            let image = preprocessing.image(
                of: pixels, rows: extent.rows, columns: extent.columns, channels: extent.channels,
                order: order), image.count == shape.pixels
        else { throw .badShape }
        return image
    }
}

import Images

/// Which pictures of the stream are admitted, and what the model takes of them: its preprocessing,
/// with limits and a rejection for whatever fails.
struct ImagePreparation: Sendable {
    let shape: ImageShape
    let preprocessing: Preprocessing
    /// The most rows, and the most columns, of a picture.
    let sideLimit: Int

    /// Pictures that one array may hold, so that a few bytes do not become endless work: 4,096, or
    /// fewer of which images of the model's size together have 16 million pixels.
    var batchLimit: Int { min(4096, max(1, (1 << 24) / shape.values)) }

    /// Whether images of the model's size go in as they are.
    var isIdle: Bool { preprocessing.keeps(shape) }

    /// Whether pictures of this size become images of the model's; throws `imageTooLarge` of those
    /// that would if there were no limit.
    func admits(_ picture: ImageShape) throws(Rejection) -> Bool {
        guard preprocessing.shape(of: picture) == shape else { return false }
        guard picture.longestSide <= sideLimit else { throw .imageTooLarge }
        return true
    }

    /// The same of pictures that must hold what `layout` says.
    func admits(_ picture: ImageShape, _ layout: PixelLayout) throws(Rejection) -> Bool {
        switch layout.color {
        case .grey where picture.channels != 1: return false
        case .channels(let channels, _) where picture.channels != channels: return false
        default: return try admits(picture)
        }
    }

    /// Whether pictures may be in colour.
    var takesColor: Bool { preprocessing.takesColor }

    /// Preprocesses a picture of an array of admitted size, its colours in this order or else the
    /// model's; one byte a pixel comes out.
    func image(
        ofArray pixels: Span<UInt8>, _ picture: ImageShape, order: Preprocessing.ChannelOrder?
    ) throws(Rejection) -> [UInt8] {
        try image(of: pixels, picture, order: order ?? preprocessing.channelOrder ?? .rgb)
    }

    /// Decodes and preprocesses a picture, as training and files do; also returns its original size.
    ///
    /// Throws `badImage`, `badShape` or `imageTooLarge`, the latter two before pixels are decoded.
    func decode(
        _ bytes: Span<UInt8>, _ format: ImageFormat
    ) throws(Rejection) -> (pixels: [UInt8], original: ImageShape) {
        let announced: ImageShape
        let image: Image?
        do throws(ImagesError) {
            announced = try preprocessing.announcedShape(of: bytes, format)
        } catch { throw .badImage }
        guard preprocessing.shape(ofEncoded: announced) == shape else { throw .badShape }
        guard announced.longestSide <= sideLimit else { throw .imageTooLarge }
        do throws(ImagesError) {
            image = try preprocessing.image(ofEncoded: bytes, format, sideLimit: sideLimit)
        } catch { throw .badImage }
        guard let image, image.shape == shape else { throw .badShape }
        return (image.pixels, announced)
    }

    private func image(
        of pixels: Span<UInt8>, _ picture: ImageShape, order: Preprocessing.ChannelOrder
    ) throws(Rejection) -> [UInt8] {
        guard let image = preprocessing.image(of: pixels, picture, order: order),
            image.shape == shape
        else { throw .badShape }
        return image.pixels
    }
}

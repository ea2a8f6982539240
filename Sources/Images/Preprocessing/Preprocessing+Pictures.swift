extension Preprocessing {
    /// Which rules turn an encoded picture into pixels.
    ///
    /// A model keeps those it was trained by.
    public enum Decoding: Int, Sendable, CaseIterable {
        /// PNG by libpng's own rules, which follow gamma and, without any steps, weigh colours as
        /// light; JPEG at full size; nothing is turned.
        case first = 1
        /// One rule for all formats: samples as they are stored, brightness by Rec. 601, turned as
        /// Exif says; a JPEG that is to shrink is decoded at a half, a quarter or an eighth.
        case second

        /// What new models are trained by.
        public static let current = second
    }

    /// The size that an encoded picture announces, before anything but its header is read.
    public func announcedShape(
        of bytes: Span<UInt8>, _ format: ImageFormat
    ) throws(ImagesError) -> ImageShape {
        try header(of: bytes, format).shape
    }

    /// The size of the image that an encoded picture of this size becomes; nil if it is refused.
    ///
    /// As of arrays, but an encoded picture knows what its channels are: without any steps it may
    /// be in colour.
    public func shape(ofEncoded picture: ImageShape) -> ImageShape? {
        if hasSteps || picture.channels == 1 { return shape(of: picture) }
        return Preprocessing(grayscale: .rgb).shape(of: picture)
    }

    /// The image that an encoded picture becomes, for training, of files and in the stream alike;
    /// nil if the steps refuse its size or its colour, see `shape(ofEncoded:)`.
    ///
    /// Throws `corrupt`, or `tooLarge` before memory is taken for pixels if a side is longer than
    /// `sideLimit`.
    public func image(
        ofEncoded bytes: Span<UInt8>, _ format: ImageFormat, sideLimit: Int = ImageFormat.sideLimit
    ) throws(ImagesError) -> Image? {
        let header = try header(of: bytes, format)
        guard let shape = shape(ofEncoded: header.shape) else { return nil }
        try format.check(header.shape, sideLimit)
        var picture = StoredPicture(header: header)
        let pixels: Image
        if decoding == .first, format == .png {
            pixels = try PNG.decodeByLibrary(
                bytes, channels: hasSteps ? nil : 1, sideLimit: sideLimit)
        } else {
            var request = PictureRequest(asLuma: color == nil)
            if format == .jpeg { picture.reduction = reduction(of: header.shape) }
            request.reduction = picture.reduction
            request.maximum = depth.flatMap { $0 <= 16 ? 1 << $0 - 1 : nil }
            pixels = try format.pixels(of: bytes, header, request, sideLimit: sideLimit)
        }
        picture.channels = pixels.shape.channels
        let stored = pixels.pixels
        return image(of: stored.span, picture, shape, .rgb)
    }

    /// The header as this decoding takes it.
    private func header(
        of bytes: Span<UInt8>, _ format: ImageFormat
    ) throws(ImagesError) -> PictureHeader {
        var header = try format.header(of: bytes)
        // Formats that the first decoding did not know have one rule alone.
        if decoding == .first, format == .png || format == .jpeg { header.orientation = .upright }
        return header
    }

    /// By how much a JPEG of this size may be read smaller, so that areas are still averaged along
    /// both axes: the largest of 8, 4 and 2 that leaves what is cut out no smaller than it becomes.
    private func reduction(of picture: ImageShape) -> Int {
        guard decoding != .first, let resize else { return 1 }
        let side = min(picture.rows, picture.columns)
        let (rows, columns) = crop ? (side, side) : (picture.rows, picture.columns)
        return [8, 4, 2].first { rows >= $0 * resize.rows && columns >= $0 * resize.columns } ?? 1
    }
}

extension Preprocessing {
    /// The grey image, one byte a pixel, that a picture becomes; nil if the picture is refused, see
    /// `shape(of:)`.
    ///
    /// `pixels` are those of one picture of size `picture`, their channels in this `order`. Computed
    /// in integers, so it is the same on every machine.
    public func image(
        of pixels: Span<UInt8>, _ picture: ImageShape, order: ChannelOrder = .rgb
    ) -> Image? {
        guard let shape = shape(of: picture) else { return nil }
        precondition(pixels.count == picture.bytes, "the bytes are not one picture")
        let window = Window(of: picture, isSquare: crop)
        var image = window.brightness(of: pixels, picture, order)
        if shape != window.shape { image = resampled(image.span, window.shape, to: shape) }
        if invert { for index in image.indices { image[index] = 255 - image[index] } }
        return Image(shape, pixels: image)
    }
}

/// The part of a picture that is used.
private struct Window {
    let top: Int
    let left: Int
    /// Its size, without colour.
    let shape: ImageShape

    /// All of the picture, or the largest square in its middle.
    init(of picture: ImageShape, isSquare: Bool) {
        let side = min(picture.rows, picture.columns)
        shape =
            isSquare
            ? ImageShape(rows: side, columns: side)
            : ImageShape(rows: picture.rows, columns: picture.columns)
        top = (picture.rows - shape.rows) / 2
        left = (picture.columns - shape.columns) / 2
    }

    /// Its brightness.
    ///
    /// Rec. 601: 0.299 red, 0.587 green and 0.114 blue, times opacity, rounded once.
    func brightness(
        of pixels: Span<UInt8>, _ picture: ImageShape, _ order: Preprocessing.ChannelOrder
    ) -> [UInt8] {
        let channels = picture.channels
        let (first, third) = order == .rgb ? (299, 114) : (114, 299)
        var image: [UInt8] = []
        image.reserveCapacity(shape.pixels)
        for row in top..<(top + shape.rows) {
            var at = (row * picture.columns + left) * channels
            for _ in 0..<shape.columns {
                if channels == 1 {
                    image.append(pixels[at])
                } else {
                    let luma =
                        first * Int(pixels[at]) + 587 * Int(pixels[at + 1])
                        + third * Int(pixels[at + 2])
                    image.append(
                        UInt8(
                            channels == 3
                                ? (luma + 500) / 1000
                                : (luma * Int(pixels[at + 3]) + 127_500) / 255_000))
                }
                at += channels
            }
        }
        return image
    }
}

extension Preprocessing {
    /// The image that a picture becomes, one byte a pixel or, in colour, three; nil if the picture is refused, see
    /// `shape(of:)`.
    ///
    /// `pixels` are those of one picture of size `picture`, their channels in this `order`. Computed
    /// in integers, so it is the same on every machine.
    public func image(
        of pixels: Span<UInt8>, _ picture: ImageShape, order: ChannelOrder = .rgb
    ) -> Image? {
        guard let shape = shape(of: picture) else { return nil }
        return image(
            of: pixels, StoredPicture(header: PictureHeader(stored: picture)), shape, order)
    }

    /// The image of size `shape` that stored pixels become.
    ///
    /// Steps are applied to the picture as it is looked at. Turning it last, when it is small, gives
    /// the same bits: cutting and resizing treat a picture and its mirror image alike.
    func image(
        of pixels: Span<UInt8>, _ picture: StoredPicture, _ shape: ImageShape, _ order: ChannelOrder
    ) -> Image {
        precondition(pixels.count == picture.shape.bytes, "the bytes are not one picture")
        let orientation = picture.header.orientation
        let window = Window(of: picture.header, isSquare: crop)
        let target = orientation.swapsSides ? shape.transposed : shape
        let content = contentShape(of: window.shape, in: target)
        let planes =
            color == nil
            ? [plane(of: pixels, picture, window, content, .brightness(order))]
            : (0..<3).map { plane(of: pixels, picture, window, content, .channel($0, order)) }
        let isWhole = content.rows == target.rows && content.columns == target.columns
        let full = isWhole ? planes : planes.map { padded($0, content, to: target) }
        var image = full.count == 1 ? full[0] : interleaved(full)
        if invert { for index in image.indices { image[index] = 255 - image[index] } }
        return orientation.turn(Image(target, pixels: image))
    }
}

extension Preprocessing {
    /// What a window of a picture shows of one channel, or of its brightness, brought to a size.
    private func plane(
        of pixels: Span<UInt8>, _ picture: StoredPicture, _ window: Window, _ target: ImageShape,
        _ content: PixelContent
    ) -> [UInt8] {
        if picture.reduction > 1 {
            if picture.shape.channels == 1 {
                return window.resampled(pixels, picture.shape, picture.reduction, to: target)
            }
            let whole = Window(whole: picture.shape).plane(content, of: pixels, picture.shape)
            return window.resampled(whole.span, picture.shape, picture.reduction, to: target)
        }
        let plane = window.plane(content, of: pixels, picture.shape)
        let isSame = target.rows == window.shape.rows && target.columns == window.shape.columns
        return isSame ? plane : resampled(plane.span, window.shape, to: target)
    }

    private func interleaved(_ planes: [[UInt8]]) -> [UInt8] {
        var image: [UInt8] = []
        image.reserveCapacity(planes.count * planes[0].count)
        for pixel in planes[0].indices {
            for plane in planes { image.append(plane[pixel]) }
        }
        return image
    }
}

/// Which picture pixels are of, and how much smaller they were read than it is stored.
struct StoredPicture {
    let header: PictureHeader
    /// The divisor of both sides, which are rounded up.
    var reduction = 1
    /// The channels of its pixels, where not those of the header.
    var channels: Int?

    /// The size of its pixels.
    var shape: ImageShape {
        ImageShape(
            rows: (header.stored.rows + reduction - 1) / reduction,
            columns: (header.stored.columns + reduction - 1) / reduction,
            channels: channels ?? header.stored.channels)
    }
}

extension ImageShape {
    /// With rows and columns exchanged.
    fileprivate var transposed: ImageShape {
        ImageShape(rows: columns, columns: rows, channels: channels)
    }
}

/// The brightness of each pixel of a picture in red, green and blue, by the rule of `Preprocessing`.
public func brightness(of pixels: Span<UInt8>, _ picture: ImageShape) -> [UInt8] {
    precondition(pixels.count == picture.values, "the pixels are not one picture")
    return Window(whole: picture).plane(.brightness(.rgb), of: pixels, picture)
}

/// The part of a stored picture that is used.
private struct Window {
    private let top: Int
    private let left: Int
    /// Its size, without colour.
    let shape: ImageShape

    /// All of a picture, or the largest square in its middle as it is looked at.
    init(of header: PictureHeader, isSquare: Bool) {
        let stored = header.stored
        let side = min(stored.rows, stored.columns)
        shape =
            isSquare
            ? ImageShape(rows: side, columns: side)
            : ImageShape(rows: stored.rows, columns: stored.columns)
        let (below, beside) = (stored.rows - shape.rows, stored.columns - shape.columns)
        // Of two middles the upper or left one is meant of what is looked at.
        top = header.orientation.flipsRows ? (below + 1) / 2 : below / 2
        left = header.orientation.flipsColumns ? (beside + 1) / 2 : beside / 2
    }

    /// All of a picture of this size.
    init(whole shape: ImageShape) {
        (top, left) = (0, 0)
        self.shape = ImageShape(rows: shape.rows, columns: shape.columns)
    }

    /// One number for each of its pixels.
    func plane(_ content: PixelContent, of pixels: Span<UInt8>, _ picture: ImageShape) -> [UInt8] {
        let channels = picture.channels
        return [UInt8](capacity: shape.pixels) { plane in
            for row in top..<(top + shape.rows) {
                let start = (row * picture.columns + left) * channels
                take(
                    content, of: pixels.extracting(start..<(start + shape.columns * channels)),
                    channels: channels, into: &plane)
            }
        }
    }

    /// What grey pixels of a picture that was read smaller by `reduction` are averaged to.
    func resampled(
        _ pixels: Span<UInt8>, _ picture: ImageShape, _ reduction: Int, to new: ImageShape
    ) -> [UInt8] {
        Images.resampled(
            pixels, columns: picture.columns,
            Taps(
                window: top, length: shape.rows, reduction: reduction, to: new.rows),
            Taps(
                window: left, length: shape.columns, reduction: reduction, to: new.columns), to: new
        )
    }
}

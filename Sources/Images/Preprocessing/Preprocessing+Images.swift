extension Preprocessing {
    /// The grey image that becomes of a picture, one byte a pixel, row after row; nil if the picture
    /// is refused, see `shape(rows:columns:channels:)`.
    ///
    /// `pixels` holds `rows × columns` pixels of `channels` bytes; `order` is that of theirs.
    /// Computed in integers, so it is the same on every machine.
    public func image(
        of pixels: Span<UInt8>, rows: Int, columns: Int, channels: Int,
        order: ChannelOrder = .rgb
    ) -> [UInt8]? {
        guard let shape = shape(rows: rows, columns: columns, channels: channels) else {
            return nil
        }
        precondition(pixels.count == rows * columns * channels, "the bytes are not one picture")
        let side = min(rows, columns)
        let window =
            crop
            ? Window(
                top: (rows - side) / 2, left: (columns - side) / 2, rows: side, columns: side)
            : Window(top: 0, left: 0, rows: rows, columns: columns)
        var image = window.brightness(of: pixels, columns: columns, channels, order)
        if shape.rows != window.rows || shape.columns != window.columns {
            image = resampled(
                image.span, ImageShape(rows: window.rows, columns: window.columns), to: shape)
        }
        if invert { for index in image.indices { image[index] = 255 - image[index] } }
        return image
    }
}

/// The part of a picture that is used.
private struct Window {
    let top: Int
    let left: Int
    let rows: Int
    let columns: Int

    /// Its brightness; `width` is the columns of the whole picture.
    ///
    /// Rec. 601: 0.299 red, 0.587 green and 0.114 blue, times opacity, rounded once.
    func brightness(
        of pixels: Span<UInt8>, columns width: Int, _ channels: Int,
        _ order: Preprocessing.ChannelOrder
    ) -> [UInt8] {
        let (first, third) = order == .rgb ? (299, 114) : (114, 299)
        var image: [UInt8] = []
        image.reserveCapacity(rows * columns)
        for row in top..<(top + rows) {
            var at = (row * width + left) * channels
            for _ in 0..<columns {
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

/// How a stored picture must be turned to be looked at, by Exif's and TIFF's numbers.
enum Orientation: Int, Sendable, CaseIterable {
    case upright = 1
    case mirrored
    case upsideDown
    case upsideDownMirrored
    case transposed
    /// Stored turned to the left: the first stored row is the right side.
    case rightward
    case transversed
    /// Stored turned to the right: the first stored row is the left side.
    case leftward

    /// Whether stored rows are columns of what is looked at.
    var swapsSides: Bool { rawValue >= 5 }

    /// Whether the first stored row is at the bottom, or at the right if sides are swapped.
    var flipsRows: Bool { [3, 4, 6, 7].contains(rawValue) }

    /// Whether the first stored column is at the right, or at the bottom if sides are swapped.
    var flipsColumns: Bool { [2, 3, 7, 8].contains(rawValue) }

    /// The size of a picture that is stored in this size.
    func shape(ofStored stored: ImageShape) -> ImageShape {
        swapsSides
            ? ImageShape(
                rows: stored.columns, columns: stored.rows, channels: stored.channels) : stored
    }

    /// An image as it is to be looked at.
    func turn(_ image: Image) -> Image {
        if self == .upright { return image }
        let (stored, channels) = (image.shape, image.shape.channels)
        let shape = shape(ofStored: stored)
        var pixels: [UInt8] = []
        pixels.reserveCapacity(image.pixels.count)
        for row in 0..<shape.rows {
            for column in 0..<shape.columns {
                var (from, at) = swapsSides ? (column, row) : (row, column)
                if flipsRows { from = stored.rows - 1 - from }
                if flipsColumns { at = stored.columns - 1 - at }
                let start = (from * stored.columns + at) * channels
                pixels.append(contentsOf: image.pixels[start..<(start + channels)])
            }
        }
        return Image(shape, pixels: pixels)
    }
}

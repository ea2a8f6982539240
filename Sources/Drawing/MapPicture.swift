public import Images

/// A picture beside itself with where it is odd laid over it, as pixels.
public struct MapPicture: Sendable {
    /// A frame around what is odd, in pixels of the picture.
    public struct Box: Sendable {
        let left: Int
        let top: Int
        let width: Int
        let height: Int

        /// A frame at these pixels.
        public init(left: Int, top: Int, width: Int, height: Int) {
            (self.left, self.top, self.width, self.height) = (left, top, width, height)
        }
    }

    /// The picture, in colour.
    private let pixels: [UInt8]
    private let shape: ImageShape
    private let map: HeatMap
    private let boxes: [Box]

    /// Of a picture of one, three or four channels, and a map of its size.
    public init(_ picture: Image, _ map: HeatMap, boxes: [Box]) {
        precondition(map.oddness.count == picture.shape.pixels, "one number for each pixel")
        let channels = picture.shape.channels
        var pixels: [UInt8] = []
        pixels.reserveCapacity(3 * picture.shape.pixels)
        for at in stride(from: 0, to: picture.pixels.count, by: channels) {
            for channel in 0..<3 { pixels.append(picture.pixels[channels < 3 ? at : at + channel]) }
        }
        self.pixels = pixels
        shape = picture.shape
        (self.map, self.boxes) = (map, boxes)
    }

    /// The picture with its map and boxes laid over it.
    public var overlay: Image {
        var overlay = pixels
        for (index, value) in map.oddness.enumerated() where value > 1 {
            let (color, cover) = HeatMap.color(value)
            for channel in 0..<3 {
                let place = 3 * index + channel
                overlay[place] = UInt8(Float(overlay[place]) * (1 - cover) + color[channel] * cover)
            }
        }
        for box in boxes { draw(box, in: &overlay) }
        return Image(
            ImageShape(rows: shape.rows, columns: shape.columns, channels: 3), pixels: overlay)
    }

    /// Picture and overlay side by side.
    public var sideBySide: Image {
        let overlay = overlay.pixels
        let gap = 8
        var both: [UInt8] = []
        both.reserveCapacity(3 * shape.rows * (2 * shape.columns + gap))
        for row in 0..<shape.rows {
            let range = (3 * row * shape.columns)..<(3 * (row + 1) * shape.columns)
            both += pixels[range]
            both += [UInt8](repeating: 255, count: 3 * gap)
            both += overlay[range]
        }
        return Image(
            ImageShape(rows: shape.rows, columns: 2 * shape.columns + gap, channels: 3),
            pixels: both)
    }

    /// A red frame, thicker in large pictures, just outside of what it is around where there is room.
    private func draw(_ box: Box, in overlay: inout [UInt8]) {
        let thickness = max(1, shape.longestSide / 200)
        let (rows, columns) = (
            (box.top - thickness)..<(box.top + box.height + thickness),
            (box.left - thickness)..<(box.left + box.width + thickness)
        )
        for row in rows.clamped(to: 0..<shape.rows) {
            for column in columns.clamped(to: 0..<shape.columns) {
                let isInside =
                    (box.top..<(box.top + box.height)).contains(row)
                    && (box.left..<(box.left + box.width)).contains(column)
                guard !isInside else { continue }
                let place = 3 * (row * shape.columns + column)
                (overlay[place], overlay[place + 1], overlay[place + 2]) = (220, 20, 60)
            }
        }
    }
}

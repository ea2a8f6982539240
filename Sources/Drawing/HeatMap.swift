public import Images

/// How odd each pixel of a picture is, in colours to lay over it.
///
/// Colours are fixed: nothing below a bound, and above it from yellow to red at four times the bound, so that pictures
/// can be compared, and nothing glows on a good part.
public struct HeatMap: Sendable {
    /// The size of the picture.
    public let shape: ImageShape
    /// As multiples of the bound, row by row.
    public let oddness: [Float]

    /// As many numbers as there are pixels.
    public init(_ oddness: [Float], of shape: ImageShape) {
        precondition(oddness.count == shape.pixels, "one number for each pixel")
        (self.shape, self.oddness) = (shape, oddness)
    }

    /// Red, green and blue of an oddness, and how much they cover.
    static func color(_ oddness: Float) -> (SIMD3<Float>, cover: Float) {
        guard oddness > 1 else { return (.zero, 0) }
        let part = min(1, (oddness - 1) / 3)
        return (SIMD3(255, 220 * (1 - part), 40 * (1 - part)), 0.35 + 0.35 * part)
    }

    /// The map alone, of four channels: transparent where nothing is odd, in 64 steps of colour, which are small
    /// when they are written.
    public var image: Image {
        let steps = 63
        let colors: [[UInt8]] = (0...steps).map { step in
            let (color, cover) = Self.color(1 + 3 * Float(step) / Float(steps))
            return [UInt8(color.x), UInt8(color.y), UInt8(color.z), UInt8(255 * cover)]
        }
        var pixels = [UInt8](repeating: 0, count: 4 * oddness.count)
        for (index, value) in oddness.enumerated() where value > 1 {
            let color = colors[min(steps, max(1, Int((value - 1) / 3 * Float(steps))))]
            for channel in 0..<4 { pixels[4 * index + channel] = color[channel] }
        }
        return Image(
            ImageShape(rows: shape.rows, columns: shape.columns, channels: 4), pixels: pixels)
    }
}

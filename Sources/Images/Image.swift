/// An image of 8 bits a channel: grey; red, green and blue; or these and opacity, not multiplied
/// into them.
public struct Image: Sendable, Hashable {
    /// Its size.
    public let shape: ImageShape
    /// (rows, columns, channels) in C order; 0 is black.
    public let pixels: [UInt8]

    /// Joins pixels and their shape; a count that does not fit is a mistake of the caller.
    public init(_ shape: ImageShape, pixels: [UInt8]) {
        precondition(
            shape.bytes == pixels.count,
            "\(pixels.count) bytes do not make an image of \(shape.dimensions)")
        self.shape = shape
        self.pixels = pixels
    }
}

/// How much may wait: a number of images, and bytes of messages.
///
/// Both are counted in one unit, so that a lane of large pictures and one of many small images can be
/// compared: the room has as many units as images may wait, an image takes one at least, and a larger
/// message as many as its bytes fill.
public struct QueueLimits: Sendable, Equatable {
    /// Units of room: the most images that wait.
    public let images: Int
    /// Bytes of all messages that wait.
    public let bytes: Int

    /// So many images, of messages with so many bytes in all.
    public init(images: Int, bytes: Int) {
        precondition(images > 0 && bytes > 0, "a queue holds at least one image")
        (self.images, self.bytes) = (images, bytes)
    }

    /// Bytes in a unit of room.
    public var unit: Int { max(1, bytes / images) }

    /// The room that a message of so many images and bytes takes; all there is at most, so that one
    /// that is larger can be scored alone.
    public func room(images: Int, bytes: Int) -> Int {
        min(self.images, max(images, (bytes + unit - 1) / unit))
    }

    /// Limits for images of this many pixels where nobody has said how many bytes: 32 MiB, some twenty
    /// camera frames, or what so many images take as floats with half a kilobyte each.
    public static func automatic(images: Int, pixels: Int) -> QueueLimits {
        QueueLimits(images: images, bytes: max(32 << 20, images * (4 * pixels + 512)))
    }
}

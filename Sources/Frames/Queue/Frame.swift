public import Images
public import Platform

/// What is kept of an image besides its pixels, from the moment it is taken in to its verdict.
///
/// It refers to nothing, so that handing it from thread to thread counts no references.
public struct Frame: Sendable, BitwiseCopyable {
    /// The place of who sent it among the sources, see `Batch.source(_:)`.
    public var source: SourceIndex
    /// The sender's number, or ours where the sender gives none.
    public var sequence: UInt64
    /// Position within a message of several images, and how many those are.
    public var index = 0
    /// See `index`.
    public var images = 1
    /// When its message was taken from the socket.
    public var received: UnixTime
    /// How its pixels were stored.
    public var type: ElementType
    /// The size of the picture that preprocessing made the model's image of; nil where nothing was to be done.
    public var picture: ImageShape?
    /// Whether that was JPEG or PNG, or another format of files.
    public var isEncoded = false
    /// Frames of this source that were dropped here and that no verdict before this one reports.
    public var droppedBefore: UInt64 = 0
    /// Whether its sender waits for a copy of its verdict, see `Batch.reply(_:)`.
    var awaitsReply = false
    /// Lengths of the header's texts kept for the verdict; 0 where there was none.
    var echo = EchoLengths()

    struct EchoLengths: Sendable, BitwiseCopyable {
        var message = 0
        var id = 0
        var timestamp = 0
        var shape = 0

        var count: Int { message + id + timestamp + shape }
    }
}

/// Where the texts that a verdict repeats are.
public struct Echoes {
    /// Where the `shape` of its header is.
    public let shape: Range<Int>
    /// Where the `ts` of its header is.
    public let timestamp: Range<Int>
    /// Where the `id` of its header is.
    public let id: Range<Int>
    /// Where the `msg` of its header is.
    public let message: Range<Int>
}

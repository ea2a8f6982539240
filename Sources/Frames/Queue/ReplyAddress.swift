/// The way back to a sender that waits for its verdict: what a reply must carry in front, and what
/// has been gathered of it.
///
/// A message of several images gets one reply with all of their verdicts. It belongs to the frames of
/// one message, which are counted under one lock; see `FrameQueue`.
public final class ReplyAddress: Sendable {
    /// The endpoint the message came by.
    public let endpoint: Int
    /// The parts in front of the message, to be sent back as they are.
    public let envelope: [[UInt8]]
    /// Images in the message.
    public let images: Int

    /// A reply to a message that came by `endpoint` behind `envelope`.
    public init(endpoint: Int, envelope: [[UInt8]], images: Int) {
        self.endpoint = endpoint
        self.envelope = envelope
        self.images = images
    }
}

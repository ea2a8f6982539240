/// The way back to a sender that waits for its verdict: what a reply must start with.
///
/// A message of several images gets one reply with all of their verdicts, gathered under the identity
/// of this object: the frames of one message share it.
public final class ReplyAddress: Sendable {
    /// The endpoint the message came by.
    public let endpoint: EndpointIndex
    /// The parts before the message, to be sent back as they are.
    public let envelope: [[UInt8]]
    /// Images in the message.
    public let images: Int

    /// A reply to a message that came by `endpoint` after `envelope`.
    public init(endpoint: EndpointIndex, envelope: [[UInt8]], images: Int) {
        self.endpoint = endpoint
        self.envelope = envelope
        self.images = images
    }
}

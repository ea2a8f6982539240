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
    /// The descriptor of the connection the message came on, if that is known; it may be closed by now.
    public let connection: CInt?

    /// A reply to a message that came by `endpoint` after `envelope`.
    public init(
        endpoint: EndpointIndex, envelope: [[UInt8]], images: Int, connection: CInt? = nil
    ) {
        self.endpoint = endpoint
        self.envelope = envelope
        self.images = images
        self.connection = connection
    }
}

/// The bytes of a message that waits undecoded: its holder lends them to whoever decodes its images.
///
/// Several threads may read at once, images of one message lying in several batches; nobody writes.
/// What is behind it is the transport's: a received message kept as it came, or plain arrays.
public protocol MessageBytes: AnyObject, Sendable {
    /// Calls `body` with the header and the payload.
    func withParts(_ body: (_ header: Span<UInt8>, _ payload: Span<UInt8>) -> Void)

    /// Gives the memory of the bytes back; called once, by the last who needs them, on any thread.
    ///
    /// The queue returns the empty object to whoever receives, see `FrameQueue.takeSpare()`.
    func discard()
}

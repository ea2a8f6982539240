public import Platform

/// What a queue is told of a message before its images are decoded.
public struct Arrival: Sendable {
    /// When its message was taken from the socket.
    public var received: UnixTime
    /// What may happen to its images where there is no room.
    public var whenFull: FrameQueue.WhenFull
    /// Where a copy of the verdicts goes, if its sender waits for them.
    public var reply: ReplyAddress?

    /// A message received at this time.
    public init(received: UnixTime, whenFull: FrameQueue.WhenFull, reply: ReplyAddress? = nil) {
        (self.received, self.whenFull, self.reply) = (received, whenFull, reply)
    }
}

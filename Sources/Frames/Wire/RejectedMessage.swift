public import Platform

/// A message, or one image of it, that could not be scored, on its way to being published as an error.
public struct RejectedMessage: Sendable {
    /// Why.
    public let reason: Rejection
    /// What it looks like instead of a frame, if that is known.
    public let kind: FileKind?
    /// Who sent it, as far as it says.
    public let source: Source
    /// The number its sender gave it.
    public let sequence: UInt64?
    /// When it was taken from its socket.
    public let received: UnixTime
    /// Where its sender waits for an answer, if it does.
    public let reply: ReplyAddress?

    /// Joins these.
    public init(
        reason: Rejection, source: Source, sequence: UInt64?, received: UnixTime,
        reply: ReplyAddress? = nil, kind: FileKind? = nil
    ) {
        (self.reason, self.source, self.sequence) = (reason, source, sequence)
        (self.received, self.reply, self.kind) = (received, reply, kind)
    }
}

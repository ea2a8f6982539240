/// What the peers of a port that speaks ZMTP may have libzmq hold: messages that are not whole, and topics.
///
/// libzmq bounds neither. A part is taken for its bytes and 64 more, a topic for its bytes and 16.
public struct HoldingBounds: Sendable, Equatable {
    /// Ports whose sums count together.
    public enum Group: CInt, Sendable {
        /// Where frames come in, and of connections that were made from here.
        case ingest
        /// Where verdicts go out.
        case publishing
        /// Where requests come in.
        case control
        /// None: no ZMTP is spoken.
        case none
    }

    /// Which.
    public var group: Group
    /// Bytes that libzmq takes as one part.
    public var part: Int
    /// Bytes that one connection may hold of a message that is not whole.
    public var unfinished: Int
    /// Bytes that all connections of the group may hold of such messages; beyond it those are cut that hold
    /// most for longest.
    public var allUnfinished: Int
    /// Parts of a message.
    public var parts: Int
    /// Whether messages that are whole count in `allUnfinished` until they are delivered.
    public var countsWhole = false
    /// Bytes and parts that may wait to be delivered where messages are encrypted, so that their ends cannot
    /// be seen.
    public var waiting = 0
    /// See `waiting`.
    public var waitingParts = 0
    /// Bytes of the topics of one connection; 0 where nobody subscribes.
    public var subscriptions = 0
    /// Bytes of the topics of all connections; beyond it those with most are cut.
    public var allSubscriptions = 0

    /// Messages of so many bytes and parts.
    public init(
        _ group: Group, part: Int, unfinished: Int, allUnfinished: Int, parts: Int
    ) {
        (self.group, self.part, self.parts) = (group, part, parts)
        (self.unfinished, self.allUnfinished) = (unfinished, allUnfinished)
    }
}

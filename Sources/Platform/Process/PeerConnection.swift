internal import CSyscalls

/// A connection on which ZMTP is spoken, over TCP or `ipc`, accepted or made.
///
/// Seen from outside by its descriptor, which its holder may close, and another may get, at any time.
public struct PeerConnection: Sendable {
    /// The descriptor it had when it was seen.
    public let descriptor: CInt
    /// Tells it from every other connection of this machine.
    public let identity: UInt64
    /// Bytes of messages that have come on it and were not delivered.
    public let undelivered: Int

    /// What was seen of a connection.
    public init(descriptor: CInt, identity: UInt64, undelivered: Int) {
        (self.descriptor, self.identity) = (descriptor, identity)
        self.undelivered = undelivered
    }

    /// All that frames come in on.
    public static var ingesting: [PeerConnection] {
        var connections: [PeerConnection] = []
        forEachIngesting { descriptor, found in
            connections.append(
                PeerConnection(
                    descriptor: descriptor, identity: found.identity,
                    undelivered: Int(max(0, found.undelivered))))
            return true
        }
        return connections
    }

    /// Whether frames may come in on any.
    public static var areIngesting: Bool {
        var areThere = false
        forEachIngesting { _, _ in
            areThere = true
            return false
        }
        return areThere
    }

    /// Until `body` wants no more.
    private static func forEachIngesting(_ body: (CInt, elbod_connection) -> Bool) {
        var descriptor: CInt = -1
        var found = elbod_connection()
        while unsafe elbod_next_connection(&descriptor, &found) {
            guard found.group == HoldingBounds.Group.ingest.rawValue else { continue }
            guard body(descriptor, found) else { return }
        }
    }

    /// Who is at the other end, as in "192.0.2.7:40112"; nil over `ipc`, and when the connection has ended.
    public var peer: String? { TCPConnection(descriptor)?.peer }

    /// Ends the connection: its holder sees that the peer has gone.
    ///
    /// Does nothing if the descriptor has come to mean something else.
    public func cut() { elbod_cut_connection(descriptor, identity) }
}

/// How a connection stood when its holder had closed it.
public struct ConnectionEnding: Equatable, Sendable {
    /// Whether the peer had ended it, or it was shut down from this side.
    public let isPeerGone: Bool
    /// Whether a part was announced on it that is larger than allowed.
    public let isTooLarge: Bool
    /// Whether it was ended here for what it held.
    public let isCut: Bool
    /// Bytes that were read from it.
    public let received: UInt64

    /// What was found.
    public init(isPeerGone: Bool, isTooLarge: Bool, isCut: Bool = false, received: UInt64) {
        (self.isPeerGone, self.isTooLarge) = (isPeerGone, isTooLarge)
        (self.isCut, self.received) = (isCut, received)
    }
}

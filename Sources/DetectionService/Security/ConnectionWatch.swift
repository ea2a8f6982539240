public import Frames
public import Platform

/// Finds the connections that fill the memory: those on which much arrives and from which no message
/// comes.
///
/// Looks at the memory often and at connections only when it has grown by `suspicion` within a window
/// of time, or is over its budget. Knows no clock and no sockets.
public struct ConnectionWatch {
    private let budget: Int
    private let messageLimit: Int
    /// Resident memory when the window began, in bytes.
    private var start: Int
    /// Looks that are left of the window.
    private var remaining = window
    /// What had arrived on each connection when watching began; nil while none is watched.
    private var arrived: [UInt64: UInt64]?
    /// Whether connections were cut and what they held is being given back.
    private var isRecovering = false
    /// Descriptors of connections from which a message came since.
    private var delivering: Set<CInt> = []
    /// The ports that wait for scoring, so that whole messages lie in their queues as well.
    private var waiting: Set<EndpointIndex> = []
    /// Whether one did at the last look.
    private var hasWaited = false

    // None of these is derived; each is a trade between cutting an honest peer and letting a hostile
    // one take memory. Measured is the other end: a peer on the same machine sends a gigabyte a second,
    // so that what is held when it is cut is some 16 MiB and what comes in a look or two.

    /// Looks in a window: a second, at one each five milliseconds.
    ///
    /// Growth is forgiven from window to
    /// window: a shorter one overlooks slow floods until the budget is reached, a longer one adds up
    /// the growth of an ordinary start.
    public static let window = 200
    /// Looks after a cut until the memory is free and the next window begins: the sockets' threads
    /// have to notice first, and memory that is not free yet would be blamed on somebody else.
    public static let recovery = 2
    /// Growth within a window from which connections are watched, and at which they are cut, in bytes.
    ///
    /// Watching costs a walk through /proc, so it begins at what a burst of honest messages rarely
    /// takes; cutting at well over twice that, so that what arrived since tells the culprit from the
    /// rest.
    public static let (suspicion, alarm) = (6 << 20, 16 << 20)
    /// What has to have arrived on a connection for it to be blamed: so many bytes, and this fraction
    /// of the growth, as a byte of a subscription takes up to 64 bytes of memory.
    ///
    /// The bytes are more than a handshake and a client's subscriptions come to.
    public static let (least, fraction) = (64 << 10, 64)
    /// And this fraction of the most that arrived on another suspect.
    ///
    /// Next to a flood, what an honest peer has begun to send is little. A larger one would let the lesser of two floods go on until
    /// the greater is cut.
    private static let shareOfGreatest: UInt64 = 8

    /// A connection from which no message came, and what arrived on it since watching began.
    private struct Suspect {
        let connection: TCPConnection
        let arrived: UInt64
    }

    /// Watches over memory that is `resident` now and should stay below `budget`, all in bytes.
    public init(resident: Int, budget: Int, messageLimit: Int) {
        start = resident
        self.budget = budget
        self.messageLimit = messageLimit
    }

    /// Whether `noteDelivery` has to be told.
    public var isWatching: Bool { arrived != nil }

    /// Notes that a message came from the connection with this descriptor.
    public mutating func noteDelivery(from descriptor: CInt) { delivering.insert(descriptor) }

    /// Notes whether a port waits for scoring.
    public mutating func note(_ port: EndpointIndex, isWaiting: Bool) {
        if isWaiting { waiting.insert(port) } else { waiting.remove(port) }
    }

    /// Looks once; the connections to be cut, which are to be forgotten thereafter.
    public mutating func look(
        resident: Int, _ connections: () -> [TCPConnection]
    ) -> [TCPConnection] {
        let isWaiting = hasWaited || !waiting.isEmpty
        hasWaited = !waiting.isEmpty
        remaining -= 1
        let isLast = remaining == 0
        defer { if remaining == 0 { begin(resident) } }
        guard !isRecovering else {
            // What is not free yet must not hide what comes next.
            if isLast { begin(min(resident, start + Self.suspicion)) }
            return []
        }
        let growth = resident - start
        guard growth > Self.suspicion || resident > budget else { return [] }
        guard let arrived else {
            self.arrived = Dictionary(
                connections().map { ($0.identity, $0.received) }, uniquingKeysWith: { $1 })
            return []
        }
        guard growth > Self.alarm || isLast && resident > budget else { return [] }
        let suspects = connections().compactMap { connection -> Suspect? in
            let (before, now) = (arrived[connection.identity] ?? 0, connection.received)
            guard now > before, !delivering.contains(connection.descriptor) else { return nil }
            return Suspect(connection: connection, arrived: now - before)
        }
        let minimum = max(
            // A port that waits for room does not read, so even an honest message lies there whole.
            UInt64(isWaiting ? messageLimit + 1 << 20 : max(Self.least, growth / Self.fraction)),
            (suspects.map(\.arrived).max() ?? 0) / Self.shareOfGreatest)
        let culprits = suspects.filter { $0.arrived >= minimum }.map(\.connection)
        if !culprits.isEmpty {
            self.arrived = nil
            isRecovering = true
            remaining = Self.recovery
        }
        return culprits
    }

    private mutating func begin(_ resident: Int) {
        (start, remaining, arrived) = (resident, Self.window, nil)
        (delivering, isRecovering) = ([], false)
    }
}

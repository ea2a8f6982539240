public import Platform

/// Finds the connections that fill the memory, each with the proof that it does.
///
/// libzmq gathers a message of endless parts, and a client's subscriptions, without any limit. What an
/// honest peer sends is delivered sooner or later: bytes read from a connection since its last message
/// are at most one message, unless its port waits for room. So the watch keeps, of each connection, how
/// much was read since then, and blames none for more than that; growth of the memory by itself is
/// nobody's fault. Knows no clock and no sockets.
public struct ConnectionWatch {
    private let limits: Limits
    private var known: [UInt64: Record] = [:]
    /// Descriptors of connections from which a message came since the last look at all of them.
    private var delivering: Set<CInt> = []
    /// Looks until the connections are looked at anyway.
    private var remaining = 0
    /// Looks until more may be cut for memory that is over its budget.
    private var recovering = 0
    /// Resident memory when all was last well, in bytes.
    private var calm: Int
    private var isPortWaiting = false
    /// Whether one did at the last look.
    private var hasWaited = false

    /// What peers may do, in bytes.
    public struct Limits: Sendable {
        /// Resident memory of the process.
        public var budget: Int
        /// A part of a message, beyond which libzmq cuts its sender by itself.
        public var message: Int
        /// Whole messages that may lie in libzmq's queue for a connection whose port waits.
        public var waiting: Int
        /// TCP ports that verdicts go out by: what is received there are subscriptions.
        public var publishing: Set<UInt16>

        /// These.
        public init(budget: Int, message: Int, waiting: Int, publishing: Set<UInt16> = []) {
            (self.budget, self.message) = (budget, message)
            (self.waiting, self.publishing) = (waiting, publishing)
        }
    }

    /// What proves that a connection fills the memory.
    public enum Proof: Equatable, Sendable {
        /// So much was read since its last message, more than a message may have.
        case beyondLimit(bytes: Int, limit: Int)
        /// A subscriber has sent so much, which takes libzmq many times the memory.
        case subscriptions(bytes: Int)
        /// The memory is over its budget, and so much was read on it without a message's end.
        case undelivered(bytes: Int, growing: Bool)
    }

    /// A connection to be cut.
    public struct Culprit: Sendable {
        /// Which.
        public let connection: TCPConnection
        /// Why.
        public let proof: Proof
    }

    private struct Record {
        /// Bytes read from it when its last message was delivered.
        var delivered: UInt64
        var read: UInt64
        /// Looks at it since it last grew.
        var still = 0
    }

    // None of these is derived; each is a trade between the time that a look at all connections takes, a
    // few microseconds each, and the memory that is taken meanwhile: a gigabyte a second from a peer on
    // this machine.

    /// Looks at the memory, one each five milliseconds, to one at all connections.
    public static let period = 200
    /// Growth within a period from which the connections are looked at with each look at the memory.
    public static let suspicion = 6 << 20
    /// What a client may send that only subscribes: 170,000 subscriptions of 100 bytes are 17 MB and
    /// take libzmq 500.
    public static let subscriptions = 512 << 10
    /// Less than this is nobody's fault, however full the memory.
    public static let least = 1 << 20
    /// Looks after a cut until the memory that is free by it is: the sockets' threads have to notice
    /// first.
    public static let recovery = 4
    /// Beside the one that holds most, what holds less than this fraction of it is spared.
    private static let share = 8
    /// Beyond a message's own bytes, what its header and its successor's beginning may have.
    private static let margin = 1 << 20

    /// Watches over memory that is `resident` now, in bytes.
    public init(resident: Int, _ limits: Limits) {
        (calm, self.limits) = (resident, limits)
        budget = limits.budget
    }

    /// Resident memory that all is well within; changes with the model.
    public var budget: Int

    /// Notes that a message came from the connection with this descriptor.
    public mutating func noteDelivery(from descriptor: CInt) { delivering.insert(descriptor) }

    /// Notes whether any port waits for scoring, so that whole messages lie in its connections' queues.
    public mutating func note(isPortWaiting: Bool) {
        self.isPortWaiting = isPortWaiting
        hasWaited = hasWaited || isPortWaiting
    }

    /// Looks once; the connections to be cut, which are to be forgotten thereafter.
    public mutating func look(
        resident: Int, _ connections: () -> [TCPConnection]
    ) -> [Culprit] {
        remaining -= 1
        recovering = max(0, recovering - 1)
        let isDue = remaining <= 0
        guard isDue || resident > calm + Self.suspicion || resident > budget else { return [] }
        if isDue { (remaining, calm) = (Self.period, resident) }
        let open = connections()
        update(open)
        let culprits = proven(open) ?? (resident > budget ? excess(resident - budget, open) : [])
        if !culprits.isEmpty { recovering = Self.recovery }
        for culprit in culprits { known[culprit.connection.identity] = nil }
        return culprits
    }

    private mutating func update(_ connections: [TCPConnection]) {
        var now: [UInt64: Record] = [:]
        for connection in connections {
            var record = known[connection.identity] ?? Record(delivered: 0, read: 0)
            record.still = connection.read == record.read ? record.still + 1 : 0
            record.read = connection.read
            if delivering.contains(connection.descriptor) { record.delivered = connection.read }
            now[connection.identity] = record
        }
        known = now
        delivering = []
    }

    private func undelivered(_ connection: TCPConnection) -> Int {
        known[connection.identity].map { Int(clamping: $0.read - min($0.read, $0.delivered)) } ?? 0
    }

    /// Those that have sent more than any honest peer would.
    private mutating func proven(_ connections: [TCPConnection]) -> [Culprit]? {
        let queued = hasWaited ? limits.waiting : 0
        hasWaited = isPortWaiting
        let limit = limits.message + Self.margin + queued
        let culprits = connections.compactMap { connection -> Culprit? in
            let bytes = undelivered(connection)
            if limits.publishing.contains(connection.localPort) {
                return bytes > Self.subscriptions
                    ? Culprit(connection: connection, proof: .subscriptions(bytes: bytes)) : nil
            }
            return bytes > limit
                ? Culprit(connection: connection, proof: .beyondLimit(bytes: bytes, limit: limit))
                : nil
        }
        return culprits.isEmpty ? nil : culprits
    }

    /// Those that hold most of what nobody delivers for, as many as it takes to come back by so much.
    private func excess(_ amount: Int, _ connections: [TCPConnection]) -> [Culprit] {
        // What was cut is not free yet; nobody else is blamed for it.
        guard recovering == 0 else { return [] }
        let suspects = connections.map { (connection: $0, bytes: undelivered($0)) }
            .filter { $0.bytes >= Self.least }.sorted { $0.bytes > $1.bytes }
        var (culprits, left) = ([Culprit](), amount)
        for suspect in suspects where left > 0 {
            guard suspect.bytes >= suspects[0].bytes / Self.share else { break }
            let isGrowing = (known[suspect.connection.identity]?.still ?? 0) == 0
            culprits.append(
                Culprit(
                    connection: suspect.connection,
                    proof: .undelivered(bytes: suspect.bytes, growing: isGrowing)))
            left -= suspect.bytes
        }
        return culprits
    }
}

extension ConnectionWatch.Proof: CustomStringConvertible {
    /// In words, as in "17 MiB since its last message; one may have 16".
    public var description: String {
        switch self {
        case .beyondLimit(let bytes, let limit):
            "\(bytes >> 20) MiB arrived since its last message, where one may have \(limit >> 20)"
        case .subscriptions(let bytes):
            "it sent \(bytes >> 10) KiB of subscriptions, where a client may send "
                + "\(ConnectionWatch.subscriptions >> 10)"
        case .undelivered(let bytes, let isGrowing):
            "the memory is over its budget, and it holds \(bytes >> 20) MiB of a message that has "
                + "no end" + (isGrowing ? "" : " and does not grow")
        }
    }
}

public import Platform

/// Finds the connections that fill the memory with what they sent and nobody has received.
///
/// How much of a message that is not whole, and how many subscriptions, a connection may hold is bound where
/// they are read (`HoldingBounds`). What is left are whole messages that wait in libzmq: of an honest peer they
/// are few, unless its port waits for room. Growth of the memory by itself is nobody's fault. Knows no clock and
/// no sockets.
public struct ConnectionWatch {
    private let limits: Limits
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

        /// These.
        public init(budget: Int, message: Int, waiting: Int) {
            (self.budget, self.message, self.waiting) = (budget, message, waiting)
        }
    }

    /// What proves that a connection fills the memory.
    public enum Proof: Equatable, Sendable {
        /// So much came and was not received, more than a message may have.
        case beyondLimit(bytes: Int, limit: Int)
        /// The memory is over its budget, and so much came that was not received.
        case undelivered(bytes: Int)
    }

    /// A connection to be cut.
    public struct Culprit: Sendable {
        /// Which.
        public let connection: PeerConnection
        /// Why.
        public let proof: Proof
    }

    // None of these is derived; each is a trade between the time that a look at all connections takes, and the
    // memory that is taken meanwhile: a gigabyte a second from a peer on this machine.

    /// Looks at the memory, one each five milliseconds, to one at all connections.
    public static let period = 200
    /// Growth within a period from which the connections are looked at with each look at the memory.
    public static let suspicion = 6 << 20
    /// Less than this is nobody's fault, however full the memory.
    public static let least = 1 << 20
    /// Looks after a cut until the memory that is free by it is: the sockets' threads have to notice
    /// first.
    public static let recovery = 4
    /// Beside the one that holds most, what holds less than this fraction of it is spared.
    private static let share = 8
    /// Beyond a message's own bytes, what its header and its successor's beginning may have.
    public static let margin = 1 << 20

    /// Watches over memory that is `resident` now, in bytes.
    public init(resident: Int, _ limits: Limits) {
        (calm, self.limits) = (resident, limits)
        budget = limits.budget
    }

    /// Resident memory that all is well within; changes with the model.
    public var budget: Int

    /// Notes whether any port waits for scoring, so that whole messages lie in its connections' queues.
    public mutating func note(isPortWaiting: Bool) {
        self.isPortWaiting = isPortWaiting
        hasWaited = hasWaited || isPortWaiting
    }

    /// Looks once; the connections to be cut.
    public mutating func look(
        resident: Int, _ connections: () -> [PeerConnection]
    ) -> [Culprit] {
        remaining -= 1
        recovering = max(0, recovering - 1)
        let isDue = remaining <= 0
        guard isDue || resident > calm + Self.suspicion || resident > budget else { return [] }
        if isDue { (remaining, calm) = (Self.period, resident) }
        let open = connections()
        let culprits = proven(open) ?? (resident > budget ? excess(resident - budget, open) : [])
        if !culprits.isEmpty { recovering = Self.recovery }
        return culprits
    }

    /// Those that have sent more than any honest peer would.
    private mutating func proven(_ connections: [PeerConnection]) -> [Culprit]? {
        let queued = hasWaited ? limits.waiting : 0
        hasWaited = isPortWaiting
        let limit = limits.message + Self.margin + queued
        let culprits = connections.filter { $0.undelivered > limit }.map {
            Culprit(
                connection: $0, proof: .beyondLimit(bytes: $0.undelivered, limit: limit))
        }
        return culprits.isEmpty ? nil : culprits
    }

    /// Those that hold most of what nobody received, as many as it takes to come back by so much.
    private func excess(_ amount: Int, _ connections: [PeerConnection]) -> [Culprit] {
        // What was cut is not free yet; nobody else is blamed for it.
        guard recovering == 0 else { return [] }
        let suspects = connections.filter { $0.undelivered >= Self.least }
            .sorted { $0.undelivered > $1.undelivered }
        var (culprits, left) = ([Culprit](), amount)
        for suspect in suspects where left > 0 {
            guard suspect.undelivered >= suspects[0].undelivered / Self.share else { break }
            culprits.append(
                Culprit(connection: suspect, proof: .undelivered(bytes: suspect.undelivered)))
            left -= suspect.undelivered
        }
        return culprits
    }
}

extension ConnectionWatch.Proof: CustomStringConvertible {
    /// In words, as in "17 MiB arrived and were not received; one may have 16".
    public var description: String {
        switch self {
        case .beyondLimit(let bytes, let limit):
            "\(bytes >> 20) MiB arrived and were not received, where one may have \(limit >> 20)"
        case .undelivered(let bytes):
            "the memory is over its budget, and \(bytes >> 20) MiB arrived on it and were not received"
        }
    }
}

internal import CSyscalls

/// What peers may hold of this process at one port that it listens at, whoever's library does.
public struct ConnectionBounds: Sendable, Equatable {
    /// Connections at a time.
    public var connections: Int
    /// Whether a further one takes the place of the one that was silent for longest, or is turned away.
    public var replacesIdle = false
    /// Descriptors that this port leaves to others.
    public var reserve: Int
    /// What its peers may have libzmq hold; nil where they speak no ZMTP.
    public var holding: HoldingBounds?

    /// So many connections, which leave `reserve` descriptors to others.
    public init(
        connections: Int, reserve: Int, replacesIdle: Bool = false, holding: HoldingBounds? = nil
    ) {
        self.connections = connections
        self.reserve = reserve
        self.replacesIdle = replacesIdle
        self.holding = holding
    }

    private var bounds: elbod_port_bounds {
        var bounds = elbod_port_bounds()
        bounds.connections = Int32(clamping: connections)
        bounds.replaces_idle = replacesIdle
        bounds.reserve = Int32(clamping: reserve)
        bounds.group = HoldingBounds.Group.none.rawValue
        guard let holding else { return bounds }
        bounds.group = holding.group.rawValue
        bounds.part = Int64(holding.part)
        (bounds.unfinished, bounds.all_unfinished) = (
            Int64(holding.unfinished), Int64(holding.allUnfinished)
        )
        bounds.parts = Int32(clamping: holding.parts)
        bounds.counts_whole = holding.countsWhole
        (bounds.waiting, bounds.waiting_parts) = (
            Int64(holding.waiting), Int32(clamping: holding.waitingParts)
        )
        (bounds.topics, bounds.all_topics) = (
            Int64(holding.subscriptions), Int64(holding.allSubscriptions)
        )
        return bounds
    }

    /// Holds from here on for every port that has no bounds of its own, in a process that may have so many
    /// descriptors; whether there was memory for it.
    public func apply(descriptors: Int) -> Bool {
        elbod_bound_connections(Int32(clamping: descriptors), bounds)
    }

    /// Holds from here on for the socket at a path.
    public func apply(path: String) { unsafe elbod_bound_port(path, 0, bounds) }

    /// Holds from here on for where a socket of ZeroMQ listens, as it says itself.
    public func apply(endpoint: String) {
        if endpoint.hasPrefix("ipc://") {
            apply(path: String(endpoint.dropFirst("ipc://".count)))
        } else if let port = endpoint.split(separator: ":").last.flatMap({ UInt16($0) }) {
            apply(port: port)
        }
    }

    /// Holds from here on for a TCP port.
    public func apply(port: UInt16) { elbod_bound_port(nil, Int32(port), bounds) }

    /// Notes that a message of so many parts and bytes, as its sender sent it, came from the connection with
    /// this descriptor, which may have ended, and waits no more.
    public static func noteDelivery(
        from descriptor: CInt, _ group: HoldingBounds.Group, parts: Int, bytes: Int
    ) {
        elbod_note_delivery(descriptor, group.rawValue, Int32(clamping: parts), Int64(bytes))
    }

    /// Notes that nothing waits at the ports of a group any more.
    public static func noteDrained(_ group: HoldingBounds.Group) {
        elbod_note_drained(group.rawValue)
    }

    /// A port that this process listens at.
    public enum Port: Sendable {
        /// The socket at a path.
        case path(String)
        /// A TCP port.
        case tcp(UInt16)

        fileprivate func with<Result>(_ body: (UnsafePointer<CChar>?, Int32) -> Result) -> Result {
            switch self {
            case .path(let path): unsafe path.withCString { unsafe body($0, 0) }
            case .tcp(let port): body(nil, Int32(port))
            }
        }

        /// Lets nobody connect any more.
        public func close() { unsafe with { unsafe elbod_close_port($0, $1) } }

        /// The connections whose peers sent shortly before the port was closed, and nothing since.
        ///
        /// They will soon, if they send as fast as they are answered.
        public var awaited: [CInt] {
            var awaited: [CInt] = []
            while true {
                let next = unsafe with {
                    unsafe elbod_next_awaited($0, $1, awaited.last ?? -1)
                }
                guard next >= 0 else { return awaited }
                awaited.append(next)
            }
        }

        /// Whether a connection is there, and its peer has not ended it.
        public func has(_ connection: CInt) -> Bool {
            unsafe with { unsafe elbod_has_connection($0, $1, connection) }
        }

        /// Half closes one connection once so many more bytes have been sent on it.
        ///
        /// That is within the call that sends the last: its peer has what it waits for, and knows that
        /// nothing it says now is heard. Not if the peer has not read what it was sent before; nor if
        /// `bytes` is 0.
        public func end(_ connection: CInt, after bytes: Int) {
            unsafe with { unsafe elbod_end_after($0, $1, connection, Int64(bytes)) }
        }

        /// Half closes all connections on which nothing waits to be read by the peer, but for those that
        /// are to end after something; those that could not, too, if they are `alsoBusy`.
        public func endIdleConnections(alsoBusy: Bool = false) {
            unsafe with { unsafe elbod_end_idle($0, $1, alsoBusy) }
        }
    }

    /// How the connection has ended that had a descriptor last and has been closed, and who was at its other
    /// end; nil if none was accepted with it.
    public static func ended(
        _ descriptor: CInt
    ) -> (ending: ConnectionEnding, peer: String?)? {
        var ended = elbod_ended_connection()
        guard unsafe elbod_ended_connection(descriptor, &ended) else { return nil }
        let peer = unsafe withUnsafeBytes(of: &ended.peer) {
            unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
        }
        let ending = ConnectionEnding(
            isPeerGone: ended.is_peer_gone, isTooLarge: ended.is_too_large,
            isCut: ended.is_cut, received: ended.received)
        return (ending, peer.isEmpty ? nil : peer)
    }

    /// What a port has turned away.
    public struct Report: Sendable, Equatable {
        /// A path, or "tcp port 5555".
        public let port: String
        /// Connections turned away.
        public let refused: Int
        /// Connections that gave way to others.
        public let replaced: Int
        /// Connections cut because they, or all together, held more than they may.
        public let cut: Int
        /// Connections that it has now.
        public let connections: Int
    }

    /// What each port at which somebody has called has, and has turned away since this was last asked for.
    public static func takeReports() -> [Report] {
        var reports: [Report] = []
        var index: Int32 = 0
        var report = elbod_port_report()
        while unsafe elbod_take_report(index, &report) {
            index += 1
            let name = unsafe withUnsafeBytes(of: &report.name) {
                unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            reports.append(
                Report(
                    port: name, refused: Int(report.refused), replaced: Int(report.replaced),
                    cut: Int(report.cut), connections: Int(report.connections)))
        }
        return reports
    }
}

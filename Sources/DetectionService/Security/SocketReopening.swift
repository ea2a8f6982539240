import Frames

/// Which sockets are closed and opened again because of memory that no connection explains, and when
/// freed memory is given back to the system.
///
/// A value that is told, once a look, whether the memory is over its budget and whether connections
/// were cut for it.
struct SocketReopening {
    /// What is to be opened again.
    enum Demand: Equatable { case nothing, ports, publisher }

    /// Whether each port has delivered anything, or waits for scoring, since `unexplained` began.
    private var isBusy: [Bool]
    private var pending: [EndpointIndex] = []
    /// Looks in a row that found too much memory and no connection to blame.
    private var unexplained = 0
    /// How many of these are borne; more each time that opening sockets again did not help.
    private var patience = SocketReopening.patience
    /// Whether ports were opened again for what is unexplained.
    private var hasOpenedPorts = false
    /// Looks until what cut connections held is given back to the system.
    private var untilTrimming = 0

    /// Looks after which memory that no connection explains is blamed on sockets: a second of them.
    ///
    /// Fewer would cut honest peers for a peak, more would let a fast one take another gigabyte.
    static let patience = 200
    /// Patience grows to this: a minute, as each reopening cuts honest peers too.
    static let greatestPatience = 60 * patience

    /// Nothing has happened to `ports` ports.
    init(ports: Int) { isBusy = Array(repeating: false, count: ports) }

    /// Notes that a port has delivered something, or waits for scoring.
    mutating func noteBusy(_ port: EndpointIndex) { isBusy[port.value] = true }

    /// The ports to be opened again, once.
    mutating func takePending() -> [EndpointIndex] {
        defer { pending = [] }
        return pending
    }

    /// What is to be done after a look: first ports that deliver nothing are opened again, and if that
    /// does not help, or there are none, the socket for verdicts.
    mutating func demand(isOver: Bool, hasCulprits: Bool) -> Demand {
        guard isOver, !hasCulprits else {
            unexplained = 0
            if !isOver { (patience, hasOpenedPorts) = (Self.patience, false) }
            return .nothing
        }
        if unexplained == 0 { isBusy = isBusy.map { _ in false } }
        unexplained += 1
        // Before anything is cut: perhaps the allocator only keeps what is free.
        if unexplained == patience / 2 { untilTrimming = 1 }
        guard unexplained >= patience else { return .nothing }
        unexplained = 0
        let idle = isBusy.indices.filter { !isBusy[$0] }.map { EndpointIndex($0) }
        guard hasOpenedPorts || idle.isEmpty else {
            (pending, hasOpenedPorts) = (idle, true)
            return .ports
        }
        hasOpenedPorts = false
        patience = min(2 * patience, Self.greatestPatience)
        return .publisher
    }

    /// Whether it is time to give freed memory back; once a look.
    mutating func isTrimming(hasCulprits: Bool) -> Bool {
        if hasCulprits { untilTrimming = ConnectionWatch.recovery }
        untilTrimming = max(-1, untilTrimming - 1)
        return untilTrimming == 0
    }
}

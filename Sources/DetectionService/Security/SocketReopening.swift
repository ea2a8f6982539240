import Frames

/// Which sockets are closed and opened again because of memory that no connection explains, and when
/// freed memory is given back to the system.
///
/// Of what comes over `ipc` the kernel does not say how much arrives where. So after a second over the
/// budget, `ipc` ports that delivered nothing in all of it are opened again, which cuts nobody who sends
/// anything; where there are none, the memory is only reported. A value that is told, once a look,
/// whether the memory is over its budget and whether connections were cut for it.
struct SocketReopening {
    /// What is to be done.
    enum Demand: Equatable { case nothing, ports, report }

    /// Whether each port may be opened again for this.
    private let isCandidate: [Bool]
    /// Whether each port has delivered anything, or waits for scoring, since `unexplained` began.
    private var isBusy: [Bool]
    private var pending: [EndpointIndex] = []
    /// Looks in a row that found too much memory and no connection to blame.
    private var unexplained = 0
    /// How many of these are borne; more each time that it did not help.
    private var patience = SocketReopening.patience
    /// Looks until what cut connections held is given back to the system.
    private var untilTrimming = 0

    /// Looks after which memory that no connection explains is blamed on sockets: a second of them.
    ///
    /// Fewer would cut honest peers for a peak, more would let a fast one take another gigabyte.
    static let patience = 200
    /// Patience grows to this: a minute.
    static let greatestPatience = 60 * patience

    /// Nothing has happened to ports of which these are `ipc`.
    init(ipcPorts: [Bool]) {
        isCandidate = ipcPorts
        isBusy = ipcPorts.map { _ in false }
    }

    /// Notes that a port has delivered something, or waits for scoring.
    mutating func noteBusy(_ port: EndpointIndex) { isBusy[port.value] = true }

    /// The ports to be opened again, once.
    mutating func takePending() -> [EndpointIndex] {
        defer { pending = [] }
        return pending
    }

    /// What is to be done after a look.
    mutating func demand(isOver: Bool, hasCulprits: Bool) -> Demand {
        guard isOver, !hasCulprits else {
            unexplained = 0
            if !isOver { patience = Self.patience }
            return .nothing
        }
        if unexplained == 0 { isBusy = isBusy.map { _ in false } }
        unexplained += 1
        // Before anything is done: perhaps the allocator only keeps what is free.
        if unexplained == patience / 2 { untilTrimming = 1 }
        guard unexplained >= patience else { return .nothing }
        unexplained = 0
        patience = min(2 * patience, Self.greatestPatience)
        pending = isBusy.indices.filter { isCandidate[$0] && !isBusy[$0] }
            .map { EndpointIndex($0) }
        return pending.isEmpty ? .report : .ports
    }

    /// Whether it is time to give freed memory back; once a look.
    mutating func isTrimming(hasCulprits: Bool) -> Bool {
        if hasCulprits { untilTrimming = ConnectionWatch.recovery }
        untilTrimming = max(-1, untilTrimming - 1)
        return untilTrimming == 0
    }
}

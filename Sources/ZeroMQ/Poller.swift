internal import CZeroMQ

/// Waits for several sockets at once, in the thread that owns them.
///
/// Built once with room for `capacity` sockets; after that neither it nor, up to 16 sockets, libzmq
/// allocates. It does not keep sockets open. A lifetime dependence could prove that they outlive
/// it, but would forbid a list of sources, each closing and reopening its own; so the poller looks
/// before each wait, and a closed socket is never ready, rather than a dangling pointer.
@safe public struct Poller: ~Copyable {
    /// What to wait for; for both, the poller reports either.
    public struct Events: OptionSet, Sendable {
        /// libzmq's bits.
        public let rawValue: Int16

        /// Takes libzmq's bits as they are.
        public init(rawValue: Int16) { self.rawValue = rawValue }

        /// A part can be received without blocking.
        public static var readable: Events { Events(rawValue: Int16(ZMQ_POLLIN)) }
        /// A part can be sent without blocking.
        public static var writable: Events { Events(rawValue: Int16(ZMQ_POLLOUT)) }
    }

    /// How many sockets it has room for.
    public let capacity: Int
    /// How many of the slots have been used, by sockets open or closed.
    public var count: Int { sockets.count }
    private let items: UnsafeMutablePointer<zmq_pollitem_t>
    private var sockets: [Liveness] = []

    /// Makes an empty poller.
    public init(capacity: Int) {
        precondition(capacity > 0, "a poller needs room for a socket")
        self.capacity = capacity
        unsafe items = .allocate(capacity: capacity)
        sockets.reserveCapacity(capacity)
    }

    deinit { unsafe items.deallocate() }

    /// Watches a socket of this thread and returns its index, maybe one a closed socket left.
    public mutating func add(_ socket: borrowing Socket, events: Events = .readable) -> Int {
        let item = unsafe zmq_pollitem_t(
            socket: socket.handle, fd: -1, events: events.rawValue, revents: 0)
        if let index = sockets.firstIndex(where: { !$0.isOpen }) {
            unsafe items[index] = unsafe item
            sockets[index] = socket.liveness
            return index
        }
        precondition(count < capacity, "the poller's \(capacity) places are taken")
        unsafe items.advanced(by: count).initialize(to: item)
        sockets.append(socket.liveness)
        return count - 1
    }

    /// Watches a wake-up, which the caller keeps alive, and returns its index.
    public mutating func add(_ wake: WakeUp) -> Int {
        precondition(count < capacity, "the poller's \(capacity) places are taken")
        unsafe items.advanced(by: count).initialize(
            to: zmq_pollitem_t(
                socket: nil, fd: wake.descriptor, events: Events.readable.rawValue, revents: 0))
        sockets.append(Liveness())
        return count - 1
    }

    /// Says which events of the socket at this index end a wait from now on; none is possible.
    public mutating func watch(_ index: Int, for events: Events) {
        precondition(index >= 0 && index < count, "the poller has no socket at \(index)")
        unsafe items[index].events = events.rawValue
    }

    /// Waits until a socket is ready and returns how many are; 0 after the time, or on a signal.
    ///
    /// -1 waits for ever, 0 only looks. Throws `isTerminated` once the context is shut down.
    public mutating func wait(milliseconds: Int) throws(ZMQError) -> Int {
        let watched = forgetClosedSockets()
        precondition(watched > 0 || milliseconds >= 0, "waiting for ever for no open socket")
        let ready = unsafe zmq_poll(items, Int32(count), milliseconds)
        if ready >= 0 { return Int(ready) }
        let code = zmq_errno()
        for index in 0..<count { unsafe items[index].revents = 0 }
        if code == EINTR { return 0 }
        throw ZMQError(code: code, operation: "poll")
    }

    /// Whether the last wait found the socket at this index ready for one of these events.
    public func isReady(_ index: Int, for events: Events = [.readable, .writable]) -> Bool {
        precondition(index >= 0 && index < count, "the poller has no socket at \(index)")
        return unsafe items[index].revents & events.rawValue != 0
    }

    // Returns how many are open.
    private mutating func forgetClosedSockets() -> Int {
        var open = 0
        for index in 0..<count {
            // Without either, libzmq passes over an item.
            if sockets[index].isOpen {
                open += 1
            } else {
                unsafe (items[index].socket, items[index].fd) = (nil, -1)
            }
        }
        return open
    }
}

@available(*, unavailable)
extension Poller: Sendable {}

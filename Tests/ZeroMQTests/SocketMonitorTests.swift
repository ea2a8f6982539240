import Testing
import ZeroMQ

@Suite final class SocketMonitorTests {
    private let context: Context
    private let pull: Socket
    private let monitor: SocketMonitor

    init() throws {
        let context = try Context()
        let pull = try Socket(context, .pull)
        try pull.setReceiveTimeout(milliseconds: 10_000)
        try pull.setMaximumMessageBytes(1000)
        let monitor = try pull.startMonitor()
        try pull.bind("tcp://127.0.0.1:*")
        self.context = context
        self.pull = pull
        self.monitor = monitor
    }

    private func connect(_ kind: Socket.Kind) throws -> Socket {
        let socket = try Socket(context, kind)
        try socket.setReconnect(interval: 60_000, maximum: 0)
        try socket.connect(try pull.lastEndpoint())
        return socket
    }

    /// The events up to the end of a connection, within ten seconds.
    private func events() throws -> [SocketMonitor.Event] {
        var events: [SocketMonitor.Event] = []
        let start = ContinuousClock.now
        while ContinuousClock.now - start < .seconds(10) {
            guard let event = try monitor.next() else { continue }
            events.append(event)
            if case .closed = event { break }
        }
        return events
    }

    @Test func `a part that is too large ends the connection after it was let in`() throws {
        let push = try connect(.push)
        _ = try push.send([UInt8](repeating: 0, count: 1001).span)
        let events = try events()
        guard events.count == 3, case .opened(let descriptor) = events[0] else {
            Issue.record("\(events)")
            return
        }
        #expect(events == [.opened(descriptor), .welcomed, .closed(descriptor)])
    }

    @Test func `a socket of a kind that does not fit is never let in`() throws {
        let pair = try connect(.pair)
        let events = try events()
        withExtendedLifetime(pair) {}
        #expect(events.count == 2 && !events.contains(.welcomed), "\(events)")
    }

    @Test func `a monitor outlives its socket, and tells nothing more`() throws {
        let socket = try Socket(context, .pull)
        let monitor = try socket.startMonitor()
        try socket.bind("tcp://127.0.0.1:*")
        let address = try socket.lastEndpoint()
        _ = consume socket
        let push = try Socket(context, .push)
        try push.connect(address)
        #expect(try monitor.next() == nil)
    }
}

import Testing
import ZeroMQ

@Suite struct PollerTests {
    @Test func `nothing is ready when the time is over`() throws {
        let wire = try Wire()
        var poller = Poller(capacity: 1)
        _ = poller.add(wire.pull)
        for milliseconds in [0, 10] {
            #expect(try poller.wait(milliseconds: milliseconds) == 0)
            #expect(poller.ready() == [])
        }
    }

    @Test func `only the socket with a message is ready, until it is drained`() throws {
        let quiet = try Wire()
        var busy = try Wire("tcp://127.0.0.1:*")
        var poller = Poller(capacity: 2)
        _ = poller.add(quiet.pull)
        let busyIndex = poller.add(busy.pull)
        try busy.send(pattern(784))
        #expect(try poller.wait(milliseconds: 5_000) == 1)
        #expect(poller.ready() == [busyIndex])
        #expect(poller.ready(for: .writable) == [])
        _ = try busy.receive()
        #expect(try poller.wait(milliseconds: 0) == 0)
        #expect(poller.ready() == [])
    }

    @Test func `a push is writable while it has room`() throws {
        let wire = try Wire()
        var poller = Poller(capacity: 1)
        let index = poller.add(wire.push, events: [.readable, .writable])
        #expect(try poller.wait(milliseconds: -1) == 1)
        #expect(poller.ready(for: .writable) == [index])
        #expect(poller.ready(for: .readable) == [])
        while try wire.push.send("a", blocking: false) {}
        #expect(try poller.wait(milliseconds: 0) == 0)
    }

    @Test func `a closed socket is never ready and leaves its place to the next`() throws {
        let open = try Wire()
        var poller = Poller(capacity: 2)
        let closedIndex = try addAndClose(&poller)
        let openIndex = poller.add(open.pull)
        try open.send([1])
        #expect(openIndex == closedIndex)
        #expect(try poller.wait(milliseconds: 5_000) == 1)
        _ = try addAndClose(&poller)
        #expect(poller.count == 2)
        #expect(try poller.wait(milliseconds: 5_000) == 1)
        #expect(poller.ready() == [openIndex])
    }

    // The wire, its sockets and the context are gone when this returns.
    private func addAndClose(_ poller: inout Poller) throws -> Int {
        let wire = try Wire()
        try wire.send([1])
        return poller.add(wire.pull)
    }

    @Test func `adding beyond the capacity stops the program`() async {
        await #expect(processExitsWith: .failure) {
            let wire = try Wire()
            var poller = Poller(capacity: 1)
            _ = poller.add(wire.pull)
            _ = poller.add(wire.push)
        }
    }

    @Test func `waiting for ever for nobody stops the program`() async {
        await #expect(processExitsWith: .failure) {
            var poller = Poller(capacity: 1)
            _ = try poller.wait(milliseconds: -1)
        }
    }

    @Test func `an index that was never given stops the program`() async {
        await #expect(processExitsWith: .failure) { _ = Poller(capacity: 1).isReady(0) }
    }
}

extension Poller {
    /// The indices that the last wait found ready.
    func ready(for events: Events = [.readable, .writable]) -> [Int] {
        var indices: [Int] = []
        for index in 0..<count where isReady(index, for: events) { indices.append(index) }
        return indices
    }
}

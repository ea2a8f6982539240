import Foundation
import Testing
import ZeroMQ

@Suite struct ContextTests {
    @Test func `a shutdown wakes a receive that blocks in another thread`() throws {
        let context = try Context()
        let ready = try Socket(context, .pair)
        try ready.setReceiveTimeout(milliseconds: 5_000)
        try ready.bind("inproc://ready")
        let outcome = Outcome()
        Thread.detachNewThread {
            outcome.record {
                let announcing = try Socket(context, .pair)
                try announcing.connect("inproc://ready")
                let blocked = try Socket(context, .pull)
                try blocked.bind("inproc://never")
                _ = try announcing.send("about to block")
                var message = Message()
                _ = try blocked.receive(into: &message)
            }
        }
        #expect(try ready.receive() == Part("about to block"))
        context.shutdown()
        #expect(outcome.wait()?.isTerminated == true)
    }

    @Test func `a shutdown ends a wait and forbids new sockets`() throws {
        let context = try Context()
        let pull = try Socket(context, .pull)
        var poller = Poller(capacity: 1)
        _ = poller.add(pull)
        context.shutdown()
        context.shutdown()
        let waiting = failure { _ = try poller.wait(milliseconds: 5_000) }
        #expect(waiting?.isTerminated == true)
        let opening = failure { _ = try Socket(context, .pull) }
        #expect(opening?.description == "cannot open a socket: the context was shut down")
    }

    @Test func `a context ends although its messages were never delivered`() throws {
        let push = try Socket(Context(), .push)
        try push.connect("tcp://127.0.0.1:1")
        let sent = try push.send("nobody will read this")
        #expect(sent)
    }

    @Test(arguments: [-1, Int.max])
    func `an impossible number of threads is an error`(count: Int) {
        let error = failure { _ = try Context(ioThreads: count) }
        #expect(error?.code == ZMQError.invalidArgument)
        #expect(error?.subject == String(count))
    }
}

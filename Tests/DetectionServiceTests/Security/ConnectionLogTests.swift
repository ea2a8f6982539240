import Platform
import Testing
import ZeroMQ

@testable import DetectionService

@Suite struct ConnectionLogTests {
    private var log = ConnectionLog()

    /// The peer is still there, having sent so many bytes: libzmq must have ended it.
    private static func cut(after received: UInt64) -> DuplicatedConnection.Ending {
        .init(isPeerGone: false, unread: 0, received: received)
    }

    private static let left = DuplicatedConnection.Ending(
        isPeerGone: true, unread: 0, received: 10_000)

    private mutating func note(_ events: SocketMonitor.Event...) {
        for event in events { log.note(event) }
    }

    @Test mutating func `a peer that leaves by itself is not refused, whenever it does`() {
        note(.opened(1), .welcomed, .opened(2))
        #expect(log.noteEnd(of: 1, Self.left) == nil)
        note(.failed(.lost(104)))
        let silent = DuplicatedConnection.Ending(isPeerGone: true, unread: 0, received: 0)
        #expect(log.noteEnd(of: 2, silent) == nil)
        // One of these two was let in, and either may have had enough.
        note(.opened(3), .opened(4), .welcomed)
        #expect(log.noteEnd(of: 3, Self.left) == nil)
    }

    @Test mutating func `a peer that was let in and is cut has sent too large a part`() {
        note(.opened(1), .welcomed)
        #expect(log.noteEnd(of: 1, Self.cut(after: 185)) == .messageTooLarge)
        note(.opened(1), .welcomed)
        // It has gone since, but what it had sent is still there.
        let gone = DuplicatedConnection.Ending(isPeerGone: true, unread: 5, received: 90_000)
        #expect(log.noteEnd(of: 1, gone) == .messageTooLarge)
        // A subscriber's last words over ipc, of which the kernel counts no bytes, are no such thing.
        note(.opened(1), .welcomed)
        let farewell = DuplicatedConnection.Ending(isPeerGone: true, unread: 5, received: nil)
        #expect(log.noteEnd(of: 1, farewell) == nil)
    }

    @Test mutating func `a peer that is cut before it was let in is of another kind`() {
        note(.opened(1), .welcomed, .opened(2))
        #expect(log.noteEnd(of: 2, Self.cut(after: 100)) == .wrongSocketKind)
        // The peer, too, has found that the kinds do not fit, and has left.
        note(.opened(2))
        #expect(log.noteEnd(of: 2, Self.left) == .wrongSocketKind)
    }

    @Test mutating func `where it is not told who was let in, what was sent decides`() {
        note(.opened(1), .opened(2), .opened(3), .welcomed)
        #expect(log.noteEnd(of: 1, Self.cut(after: 100)) == .wrongSocketKind)
        #expect(log.noteEnd(of: 2, Self.cut(after: 5_000)) == .messageTooLarge)
        // The one left must be the one let in.
        note(.opened(4))
        #expect(log.noteEnd(of: 4, Self.cut(after: 100)) == .wrongSocketKind)
    }

    @Test mutating func `a handshake that fails is told by how`() {
        note(.opened(1), .failed(.lost(SocketMonitor.Failure.timedOut)))
        #expect(log.noteEnd(of: 1, nil) == .noHandshake)
        note(.opened(1), .failed(.malformed(0x1100_0002)))
        #expect(log.noteEnd(of: 1, nil) == .malformedHandshake)
        note(.opened(1), .failed(.refused(400)))
        #expect(log.noteEnd(of: 1, nil) == nil, "the authenticator has counted it")
        note(.opened(1), .failed(.lost(0)))
        #expect(log.noteEnd(of: 1, nil) == nil)
        note(.opened(1), .failed(.lost(0)))
        #expect(log.noteEnd(of: 1, Self.left) == .wrongSocketKind, "it had greeted")
        note(.opened(1), .welcomed)
        #expect(
            log.noteEnd(of: 1, Self.cut(after: 9)) == .messageTooLarge, "the failure was another's")
    }

    @Test mutating func `without a look at how a connection ended nobody is accused`() {
        note(.opened(1), .welcomed)
        #expect(log.noteEnd(of: 1, nil) == nil)
    }
}

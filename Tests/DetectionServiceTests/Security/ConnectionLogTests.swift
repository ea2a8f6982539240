import Platform
import Testing
import ZeroMQ

@testable import DetectionService

@Suite struct ConnectionLogTests {
    private var log = ConnectionLog()

    /// The peer is still there, having sent so many bytes: libzmq must have ended it.
    private static func cut(after received: UInt64, isTooLarge: Bool = false) -> ConnectionEnding {
        .init(isPeerGone: false, isTooLarge: isTooLarge, received: received)
    }

    private static let left = ConnectionEnding(
        isPeerGone: true, isTooLarge: false, received: 10_000)

    private mutating func note(_ events: SocketMonitor.Event...) {
        for event in events { log.note(event) }
    }

    @Test mutating func `a peer that leaves by itself is not refused, whenever it does`() {
        note(.opened(1), .welcomed, .opened(2))
        #expect(log.noteEnd(of: 1, Self.left) == nil)
        note(.failed(.lost(104)))
        let silent = ConnectionEnding(isPeerGone: true, isTooLarge: false, received: 0)
        #expect(log.noteEnd(of: 2, silent) == nil)
        // One of these two was let in, and either may have had enough.
        note(.opened(3), .opened(4), .welcomed)
        #expect(log.noteEnd(of: 3, Self.left) == nil)
    }

    @Test mutating func `who announces too large a part is told so, gone since or not`() {
        note(.opened(1), .welcomed)
        #expect(log.noteEnd(of: 1, Self.cut(after: 185, isTooLarge: true)) == .messageTooLarge)
        note(.opened(1), .welcomed)
        let gone = ConnectionEnding(isPeerGone: true, isTooLarge: true, received: 90_000)
        #expect(log.noteEnd(of: 1, gone) == .messageTooLarge)
    }

    @Test
    mutating func `whatever else ends a connection that was let in is no fault of its peer's`() {
        // The time that it has set for its heartbeats has passed, or a bound of ours was reached.
        note(.opened(1), .welcomed)
        #expect(log.noteEnd(of: 1, Self.cut(after: 90_000)) == nil)
        note(.opened(1), .failed(.lost(0)))
        let cut = ConnectionEnding(
            isPeerGone: true, isTooLarge: false, isCut: true, received: 90_000)
        #expect(log.noteEnd(of: 1, cut) == nil)
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
        #expect(log.noteEnd(of: 2, Self.cut(after: 5_000)) == nil)
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
        note(.opened(1))
        #expect(
            log.noteEnd(of: 1, Self.cut(after: 9)) == .wrongSocketKind, "the failure was another's")
    }

    @Test mutating func `without a look at how a connection ended nobody is accused`() {
        note(.opened(1), .welcomed)
        #expect(log.noteEnd(of: 1, nil) == nil)
    }
}

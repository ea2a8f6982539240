internal import CLinux
import Glibc

/// Another descriptor of a library's connection, by which can be told how it ended after the library
/// has closed its own; closes when its owner lets go of it, which ends the connection.
public final class DuplicatedConnection: Sendable {
    private let descriptor: CInt

    /// How things stand with a connection that its holder has closed.
    public struct Ending: Equatable, Sendable {
        /// Whether the peer had ended it, or it was shut down from this side.
        public let isPeerGone: Bool
        /// Bytes that had arrived and that nobody has read.
        public let unread: Int
        /// Bytes that had arrived, read or not; nil of what is no TCP connection.
        public let received: UInt64?

        /// What was found.
        public init(isPeerGone: Bool, unread: Int, received: UInt64?) {
            (self.isPeerGone, self.unread, self.received) = (isPeerGone, unread, received)
        }
    }

    /// Duplicates get numbers from here, so that of two the lower is the library's own.
    public static let base: CInt = 512

    /// Duplicates a descriptor below `base`; nil for others, and when there are few left.
    public init?(_ original: CInt) {
        guard original < Self.base else { return nil }
        let descriptor = fcntl(original, F_DUPFD_CLOEXEC, Self.base)
        guard descriptor >= 0 else { return nil }
        self.descriptor = descriptor
    }

    /// How it has ended.
    public var ending: Ending {
        // What Swift's module leaves out: the peer writes no more.
        let isHalfClosed: Int16 = 0x2000
        var item = pollfd(fd: descriptor, events: isHalfClosed, revents: 0)
        let isAnswered = unsafe poll(&item, 1, 0) > 0
        let gone = isHalfClosed | Int16(POLLHUP) | Int16(POLLERR)
        return Ending(
            isPeerGone: isAnswered && item.revents & gone != 0,
            unread: Int(unreadBytes(descriptor)),
            received: TCPConnection(descriptor)?.received)
    }

    /// Who is at the other end.
    public var peer: String? { TCPConnection(descriptor)?.peer }

    deinit { close(descriptor) }
}

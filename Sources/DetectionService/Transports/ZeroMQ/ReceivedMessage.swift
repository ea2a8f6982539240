import Frames
import ZeroMQ

/// A message as it was received, its first three parts in libzmq's memory, kept until its images are
/// decoded.
///
/// `@unchecked Sendable` because it changes hands and is never changed by two: the receiving thread
/// fills it, and touches it no more once it is in the queue; those that decode its images only read
/// it; the last of them discards it, after which the queue hands it to the receiving thread again. The
/// queue's lock orders these.
final class ReceivedMessage: MessageBytes, @unchecked Sendable {
    var parts = ReceivedParts()
    /// Which parts are what; set when it is read.
    var layout = MessageLayout(payload: .first)
    /// The header that a frame without one stands for.
    private let bareHeader: [UInt8]

    /// An empty message.
    init(bareHeader: [UInt8]) { self.bareHeader = bareHeader }

    func withParts(_ body: (_ header: Span<UInt8>, _ payload: Span<UInt8>) -> Void) {
        parts.withParts(3) { parts in
            let bare = layout.isBare ? bareHeader : []
            body(
                parts.bytes(layout.header, or: bare.span),
                parts.bytes(layout.payload, or: Span()))
        }
    }

    /// Small messages stay until the next one is received into their place, by the receiving thread: to
    /// free memory of another thread's takes a lock, and scoring is what there is least time for.
    func discard() {
        if parts.bytes(3) >= Self.large { parts.clear() }
    }

    private static let large = 4 << 10
}

/// Room for the parts of a message that may hold a frame, used again and again.
struct ReceivedParts: ~Copyable {
    var first = Message()
    var second = Message()
    var third = Message()

    /// Calls `body` with the parts of a message that has so many.
    borrowing func withParts<Result>(
        _ count: Int, _ body: (borrowing MessageParts) -> Result
    ) -> Result {
        body(MessageParts(count: count, first.bytes, second.bytes, third.bytes))
    }

    /// Bytes in the first so many parts.
    borrowing func bytes(_ count: Int) -> Int {
        (count > 0 ? first.count : 0) + (count > 1 ? second.count : 0)
            + (count > 2 ? third.count : 0)
    }

    /// Whether the first part begins with this byte.
    borrowing func startsWith(_ byte: UInt8) -> Bool { first.count > 0 && first.bytes[0] == byte }

    /// Makes the second part the first.
    mutating func promoteSecond() { swap(&first, &second) }

    /// Gives back all memory of the parts.
    mutating func clear() {
        first.clear()
        second.clear()
        third.clear()
    }
}

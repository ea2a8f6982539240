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
    /// How many of the parts were received into, used or not.
    var received = 0
    /// The header that a frame without one stands for.
    private let bareHeader: [UInt8]

    /// An empty message.
    init(bareHeader: [UInt8]) { self.bareHeader = bareHeader }

    func withParts(_ body: (_ header: Span<UInt8>, _ payload: Span<UInt8>) -> Void) {
        parts.withBytes(layout.header, layout.payload) { header, payload in
            guard layout.isBare else { return body(header, payload) }
            let bare = bareHeader
            body(bare.span, payload)
        }
    }

    func discard() { parts.clear(received) }
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

    /// Calls `body` with the bytes of two parts, and looks at no other: each look is two calls of libzmq.
    borrowing func withBytes(
        _ header: MessageParts.Place?, _ payload: MessageParts.Place?,
        _ body: (_ header: Span<UInt8>, _ payload: Span<UInt8>) -> Void
    ) {
        body(bytes(header), bytes(payload))
    }

    @_lifetime(borrow self)
    private borrowing func bytes(_ place: MessageParts.Place?) -> Span<UInt8> {
        switch place {
        case .first: first.bytes
        case .second: second.bytes
        case .third: third.bytes
        case nil: Span()
        }
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

    /// Gives back the memory of the first so many parts.
    mutating func clear(_ count: Int) {
        if count > 0 { first.clear() }
        if count > 1 { second.clear() }
        if count > 2 { third.clear() }
    }
}

public import Frames
public import Synchronization

/// Bytes of a message in arrays, which notes whether they were discarded.
public final class ArrayBytes: MessageBytes {
    private let header: [UInt8]
    private let payload: [UInt8]
    /// How often they were discarded.
    public let discards = Atomic<Int>(0)

    /// A message of these.
    public init(header: [UInt8], payload: [UInt8]) {
        (self.header, self.payload) = (header, payload)
    }

    /// Lends both.
    public func withParts(_ body: (_ header: Span<UInt8>, _ payload: Span<UInt8>) -> Void) {
        precondition(discards.load(ordering: .relaxed) == 0, "bytes are read that were discarded")
        let (header, payload) = (header, payload)
        body(header.span, payload.span)
    }

    /// Notes it.
    public func discard() { discards.add(1, ordering: .relaxed) }
}

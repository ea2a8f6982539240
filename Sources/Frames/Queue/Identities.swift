// Numbers that meet in one expression and must not be taken for each other. Each is an integer in a
// type of its own: it costs nothing, and a source is no row.

/// The place of a source among those of one daemon, counted from 0 as they are first seen.
public struct SourceIndex: Hashable, Sendable, BitwiseCopyable {
    /// Where arrays by source hold what is its own.
    public let value: Int

    /// The source at `value`.
    public init(_ value: Int) { self.value = value }
}

/// The place of an endpoint among those that images come by, in the order of the configuration.
public struct EndpointIndex: Hashable, Sendable, BitwiseCopyable {
    /// Where arrays by endpoint hold what is its own.
    public let value: Int

    /// The endpoint at `value`.
    public init(_ value: Int) { self.value = value }
}

/// The number of a batch, counted from 1 in the order in which batches are taken, which is the order
/// in which their verdicts are published.
public struct BatchNumber: Hashable, Sendable, BitwiseCopyable {
    /// As it is counted.
    public let value: Int

    /// The batch numbered `value`.
    public init(_ value: Int) { self.value = value }

    /// The batch after it.
    public var next: BatchNumber { BatchNumber(value + 1) }
}

/// The place of a message among those that a queue holds.
///
/// 32 bits, because the links between messages are read under the queue's lock and half as many cache
/// lines do.
package struct MessageIndex: Hashable, Sendable, BitwiseCopyable {
    private let bits: Int32

    /// The message at `value`.
    package init(_ value: Int) { bits = Int32(value) }

    /// Where arrays by message hold what is its own.
    package var value: Int { Int(bits) }

    /// No message: the end of a list.
    static let none = MessageIndex(-1)
}

extension Array where Element == Source {
    /// The source with this place.
    public subscript(index: SourceIndex) -> Source { self[index.value] }
}

import Frames

/// One of several daemons that share the frames of publishers, which reach all of them: each scores
/// the frames whose source and number fall to it.
public struct Shard: Sendable, Equatable, CustomStringConvertible {
    /// From 1 to `count`.
    public let index: Int
    /// How many daemons share.
    public let count: Int

    /// The only one.
    public static let whole = Shard(index: 1, count: 1)

    /// The `index`-th of `count`, from 1.
    private init(index: Int, count: Int) {
        self.index = index
        self.count = count
    }

    /// Reads `2/3`; nil for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 2, let index = parts[0], let count = parts[1],
            (1...1024).contains(count), (1...count).contains(index)
        else { return nil }
        self.init(index: index, count: count)
    }

    /// As in `2/3`.
    public var description: String { "\(index)/\(count)" }

    /// Whether a frame of this source and number is ours; every frame falls to exactly one shard.
    public func holds(source: String, sequence: UInt64) -> Bool {
        guard count > 1 else { return true }
        var hash = FNV1a()
        for byte in source.utf8 { hash.combine(byte) }
        for shift in stride(from: 0, to: 64, by: 8) {
            hash.combine(UInt8(truncatingIfNeeded: sequence >> UInt64(shift)))
        }
        // The low bits of FNV are weak; fold the high ones in.
        return Int((hash.value ^ hash.value >> 32) % UInt64(count)) == index - 1
    }
}

import Files

/// A short record of which images a set holds, by which another set can be asked how many of its own
/// are among them.
///
/// The 4,096 smallest of the images' hashes (a bottom-k sketch: Cohen and Kaplan, 2007). Of a set of
/// no more images these are all, and the answer is exact; of a larger one the images of the other set
/// with hashes as small are a random sample, and the answer an estimate.
public struct ImageSketch: Sendable, Equatable, CustomStringConvertible {
    /// The hashes that are kept, ascending.
    private let hashes: [UInt32]
    /// Whether no image is left out.
    private let isComplete: Bool

    private static let limit = 4096

    /// The sketch of a set.
    public init(of set: ImageSet) {
        let all = Array(Set((0..<set.count).map { Self.hash(set.image($0)) })).sorted()
        hashes = Array(all.prefix(Self.limit))
        isComplete = all.count <= Self.limit
    }

    /// Reads what `description` writes; nil for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, ["all", "smallest"].contains(parts[0]) else { return nil }
        let digits = Array(parts[1].utf8)
        guard digits.count.isMultiple(of: 8) else { return nil }
        var hashes: [UInt32] = []
        for start in stride(from: 0, to: digits.count, by: 8) {
            let digits = String(decoding: digits[start..<(start + 8)], as: UTF8.self)
            guard let hash = UInt32(digits, radix: 16), hashes.last.map({ $0 < hash }) ?? true
            else { return nil }
            hashes.append(hash)
        }
        self.hashes = hashes
        isComplete = parts[0] == "all"
    }

    /// `all:` or `smallest:` and eight hexadecimal digits a hash.
    public var description: String {
        (isComplete ? "all:" : "smallest:")
            + hashes.map { hash in
                let digits = String(hash, radix: 16)
                return String(repeating: "0", count: 8 - digits.count) + digits
            }.joined()
    }

    /// How many images of `set` are in the sketched one, of how many that can be told of.
    public func overlap(with set: ImageSet) -> (seen: Int, told: Int) {
        let (known, largest) = (Set(hashes), hashes.last ?? 0)
        var (seen, told) = (0, 0)
        for index in 0..<set.count {
            let hash = Self.hash(set.image(index))
            guard isComplete || hash <= largest else { continue }
            told += 1
            if known.contains(hash) { seen += 1 }
        }
        return (seen, told)
    }

    private static func hash(_ pixels: ArraySlice<UInt8>) -> UInt32 {
        SHA256Digest(of: pixels.span).bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }
}

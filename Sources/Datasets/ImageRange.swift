/// Consecutive images of a set, counted from 0.
public struct ImageRange: Sendable, Hashable, CustomStringConvertible {
    /// The first image.
    public let lowerBound: Int
    /// One past the last image; nil goes to the end of the set.
    public let upperBound: Int?

    /// Reads `[a..<b]`, `[a...b]`, `[..<b]`, `[...b]` or `[a...]`; nil is anything else, also empty.
    init?(_ text: Substring) {
        guard text.first == "[", text.last == "]", text.count >= 2 else { return nil }
        let inner = text.dropFirst().dropLast()
        guard let dots = inner.firstIndex(of: ".") else { return nil }
        let operation = inner[dots...].prefix(3)
        let lower = inner[..<dots]
        let upper = inner[dots...].dropFirst(3)
        guard let first = lower.isEmpty ? 0 : Self.number(lower) else { return nil }

        switch operation {
        case "..<":
            guard let end = Self.number(upper), first < end else { return nil }
            upperBound = end
        case "..." where upper.isEmpty:
            guard !lower.isEmpty else { return nil }
            upperBound = nil
        case "...":
            guard let last = Self.number(upper), first <= last, last < Int.max else { return nil }
            upperBound = last + 1
        default: return nil
        }
        lowerBound = first
    }

    /// `[a..<b]`, or `[a...]` to the end.
    public var description: String {
        upperBound.map { "[\(lowerBound)..<\($0)]" } ?? "[\(lowerBound)...]"
    }

    /// The range within a set of `count` images, or nil if it goes beyond it.
    public func resolved(count: Int) -> Range<Int>? {
        let end = upperBound ?? count
        return lowerBound < end && end <= count ? lowerBound..<end : nil
    }

    /// Digits only: `Int` itself would take a sign.
    private static func number(_ digits: Substring) -> Int? {
        digits.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(digits) : nil
    }
}

/// What one published line says about a frame, read in one pass without allocating.
///
/// Only the values that count are looked at, and reading ends with the last of them; a verdict has
/// them in its first half. Everything else is passed over, whatever it is and in whatever order.
public enum VerdictLine: Equatable, Sendable {
    /// A verdict on frame `sequence` of our source.
    case verdict(sequence: Int, isAnomaly: Bool, score: Float)
    /// A frame of our source that could not be scored; `reason` is where the line says why.
    case error(reason: Range<Int>)
    /// About someone else's frame, or about none.
    case foreign
    /// Not a line that elbod writes.
    case unreadable

    /// Reads `line`; `source` is the name our frames carry, as it stands in JSON.
    public init(_ line: Span<UInt8>, source: Span<UInt8>) {
        var values = VerdictValues()
        self = values.read(line, source: source)
    }
}

/// The values of a verdict, as far as they have been met.
private struct VerdictValues {
    private var isOurs = false
    private var sequence: Int?
    private var index: Int?
    private var isAnomaly: Bool?
    private var score: Float?
    private var reason: Range<Int>?

    mutating func read(_ line: Span<UInt8>, source: Span<UInt8>) -> VerdictLine {
        var cursor = LineCursor()
        guard cursor.take(UInt8(ascii: "{"), in: line) else { return .unreadable }
        repeat {
            guard let key = cursor.key(in: line), cursor.take(UInt8(ascii: ":"), in: line) else {
                return .unreadable
            }
            switch key {
            case .source:
                guard let name = cursor.string(in: line) else { return .unreadable }
                guard line.extracting(name).isEqual(to: source) else { return .foreign }
                isOurs = true
            case .sequence:
                sequence = cursor.wholeNumber(in: line)
                guard sequence != nil else { return .unreadable }
            case .index:
                index = cursor.wholeNumber(in: line)
                guard index != nil else { return .unreadable }
            case .isAnomaly:
                isAnomaly = cursor.truth(in: line)
                guard isAnomaly != nil else { return .unreadable }
            case .score:
                score = cursor.decimal(in: line)
                guard score != nil else { return .unreadable }
            case .reason:
                reason = cursor.string(in: line)
                guard reason != nil else { return .unreadable }
            default:
                guard cursor.skipValue(in: line) else { return .unreadable }
            }
            if let verdict { return verdict }
        } while cursor.take(UInt8(ascii: ","), in: line)
        guard cursor.take(UInt8(ascii: "}"), in: line) else { return .unreadable }
        // A status line names no source; whatever else lacks a value is none of ours to understand.
        guard isOurs else { return .foreign }
        return reason.map { .error(reason: $0) } ?? .unreadable
    }

    /// The verdict, once nothing it needs is missing.
    private var verdict: VerdictLine? {
        guard let score, let isAnomaly, let sequence, let index, isOurs else { return nil }
        // Our messages hold one image each: a second one is another sender's of the same name.
        guard index == 0 else { return .foreign }
        return .verdict(sequence: sequence, isAnomaly: isAnomaly, score: score)
    }
}

extension Span<UInt8> {
    fileprivate func isEqual(to other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        for index in indices where self[index] != other[index] { return false }
        return true
    }
}

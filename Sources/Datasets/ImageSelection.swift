/// Some images of a set, counted from 0: consecutive ones, every k-th one, or all but these.
///
/// Two halves are exchangeable, so that the one says how the other will be judged, if they are taken in
/// turns; the first and the last half need not be: those of MNIST's test images come from different
/// writers.
public enum ImageSelection: Sendable, Hashable, CustomStringConvertible {
    /// Consecutive images, up to before the second; nil goes to the end of the set.
    case range(from: Int, to: Int?)
    /// Every `step`-th image, from one before the `step`-th.
    case every(step: Int, from: Int)
    /// All images but every `step`-th, as above; `step` is at least 2.
    case allBut(step: Int, from: Int)

    /// All of them.
    public static let all = ImageSelection.range(from: 0, to: nil)

    /// Reads `[a..<b]`, `[a...b]`, `[..<b]`, `[...b]`, `[a...]`, `[even]`, `[odd]`, `[a::k]` or `[^a::k]`;
    /// nil is anything else, also what is empty in every set.
    init?(_ text: Substring) {
        guard text.first == "[", text.last == "]", text.count >= 2 else { return nil }
        let inner = text.dropFirst().dropLast()
        switch inner {
        case "even": self = .every(step: 2, from: 0)
        case "odd": self = .every(step: 2, from: 1)
        default:
            guard let selection = Self.steps(inner) ?? Self.range(inner) else { return nil }
            self = selection
        }
    }

    private static func steps(_ text: Substring) -> ImageSelection? {
        let isRest = text.first == "^"
        let parts = text.dropFirst(isRest ? 1 : 0).split(
            separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[1].isEmpty, let step = number(parts[2]),
            let start = parts[0].isEmpty ? 0 : number(parts[0]), step > start,
            step >= (isRest ? 2 : 1)
        else { return nil }
        return isRest ? .allBut(step: step, from: start) : .every(step: step, from: start)
    }

    private static func range(_ text: Substring) -> ImageSelection? {
        guard let dots = text.firstIndex(of: ".") else { return nil }
        let operation = text[dots...].prefix(3)
        let lower = text[..<dots]
        let upper = text[dots...].dropFirst(3)
        guard let first = lower.isEmpty ? 0 : number(lower) else { return nil }

        switch operation {
        case "..<":
            guard let end = number(upper), first < end else { return nil }
            return .range(from: first, to: end)
        case "..." where upper.isEmpty:
            return lower.isEmpty ? nil : .range(from: first, to: nil)
        case "...":
            guard let last = number(upper), first <= last, last < Int.max else { return nil }
            return .range(from: first, to: last + 1)
        default: return nil
        }
    }

    /// Digits only: `Int` itself would take a sign.
    private static func number(_ digits: Substring) -> Int? {
        digits.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(digits) : nil
    }

    /// `[a..<b]`, `[a...]` to the end, `[even]`, `[odd]`, `[a::k]` or `[^a::k]`.
    public var description: String {
        switch self {
        case .range(let lower, let upper): upper.map { "[\(lower)..<\($0)]" } ?? "[\(lower)...]"
        case .every(step: 2, let start): start == 0 ? "[even]" : "[odd]"
        case .every(let step, let start): "[\(start)::\(step)]"
        case .allBut(let step, let start): "[^\(start)::\(step)]"
        }
    }

    /// Which of the set's images the `index`-th of these is.
    public func number(_ index: Int) -> Int {
        switch self {
        case .range(let lower, _): return lower + index
        case .every(let step, let start): return start + index * step
        case .allBut(let step, let start):
            let (turn, place) = index.quotientAndRemainder(dividingBy: step - 1)
            return turn * step + (place < start ? place : place + 1)
        }
    }

    /// Whether the image with this number in the set is one of these.
    public func contains(_ number: Int) -> Bool {
        switch self {
        case .range(let lower, let upper): number >= lower && number < upper ?? .max
        case .every(let step, let start): number % step == start
        case .allBut(let step, let start): number % step != start
        }
    }

    /// The numbers of these images in a set of `count`, or nil if some of them, or all, are beyond it.
    public func resolved(count: Int) -> [Int]? {
        let numbers: [Int]
        switch self {
        case .range(let lower, let upper):
            let end = upper ?? count
            guard lower < end, end <= count else { return nil }
            numbers = Array(lower..<end)
        case .every, .allBut: numbers = (0..<count).filter(contains)
        }
        return numbers.isEmpty ? nil : numbers
    }
}

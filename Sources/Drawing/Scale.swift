import Formatting
import Glibc

/// How values become positions along an axis.
public struct Scale: Sendable {
    /// The values at the two ends.
    public let range: ClosedRange<Double>
    /// Whether equal ratios, rather than equal differences, are equally far apart.
    public let isLogarithmic: Bool

    /// Equal differences are equally far apart.
    public static func linear(_ range: ClosedRange<Double>) -> Scale {
        Scale(range: widened(range), isLogarithmic: false)
    }

    /// Both ends must be above zero.
    public static func logarithmic(_ range: ClosedRange<Double>) -> Scale {
        precondition(range.lowerBound > 0, "a logarithmic axis begins above zero")
        return Scale(range: widened(range), isLogarithmic: true)
    }

    /// An axis needs some length, even if all values are the same.
    private static func widened(_ range: ClosedRange<Double>) -> ClosedRange<Double> {
        guard range.lowerBound == range.upperBound else { return range }
        let width = max(abs(range.lowerBound) / 2, 1e-9)
        return (range.lowerBound - width)...(range.upperBound + width)
    }

    /// 0 at the lower end, 1 at the upper; values beyond are held at the ends.
    public func position(_ value: Double) -> Double {
        let (low, high) = (range.lowerBound, range.upperBound)
        let position =
            isLogarithmic
            ? log(max(value, low) / low) / log(high / low) : (value - low) / (high - low)
        return min(1, max(0, position))
    }

    /// Round values to label, about `count` of them.
    public func ticks(_ count: Int = 6) -> [Double] {
        isLogarithmic ? decades() : steps(count)
    }

    private func steps(_ count: Int) -> [Double] {
        let span = range.upperBound - range.lowerBound
        let rough = span / Double(count)
        let magnitude = pow(10, floor(log10(rough)))
        let step = [1, 2, 2.5, 5, 10].map { $0 * magnitude }.first { $0 >= rough } ?? rough
        let first = Int((range.lowerBound / step - 1e-9).rounded(.up))
        let last = Int((range.upperBound / step + 1e-9).rounded(.down))
        return first <= last ? (first...last).map { Double($0) * step } : []
    }

    private func decades() -> [Double] {
        let low = Int(log10(range.lowerBound).rounded(.down))
        let high = Int(log10(range.upperBound).rounded(.up))
        // Few decades leave room for halves and fifths.
        let factors = high - low <= 3 ? [1.0, 2, 5] : [1.0]
        return (low...high).flatMap { decade in factors.map { $0 * pow(10, Double(decade)) } }
            .filter { $0 >= range.lowerBound * 0.999 && $0 <= range.upperBound * 1.001 }
    }
}

/// An axis: its scale, and its name with the unit.
public struct Axis: Sendable {
    let label: String
    let scale: Scale
    /// Ticks to label instead of those of the scale.
    var ticks: [(value: Double, text: String)]?

    /// An axis with this title and scale.
    public init(_ label: String, _ scale: Scale, ticks: [(value: Double, text: String)]? = nil) {
        self.label = label
        self.scale = scale
        self.ticks = ticks
    }

    /// Where to label and what, with as many digits as the ticks need to differ.
    public var labels: [(value: Double, text: String)] {
        if let ticks { return ticks }
        let values = scale.ticks()
        let gap = zip(values, values.dropFirst()).map { $1 - $0 }.min() ?? 1
        return values.map { ($0, tickText($0, gap: scale.isLogarithmic ? $0 : gap)) }
    }
}

/// A tick's value with the digits in which it differs from one `gap` away.
private func tickText(_ value: Double, gap: Double) -> String {
    guard value != 0 else { return "0" }
    if abs(value) < 1e-4 || abs(value) >= 1e6 {
        let exponent = Int(floor(log10(abs(value)) + 1e-9))
        let mantissa = value / pow(10, Double(exponent))
        return "\(number(mantissa))e\(exponent)"
    }
    var digits = 0
    var step = abs(gap)
    while digits < 6, abs(step - step.rounded()) > 1e-6 * step {
        (step, digits) = (step * 10, digits + 1)
    }
    return fixed(value, digits)
}

import Formatting
import FoundationEssentials

/// A vector drawing in pixels, origin at the top left: the text of SVG elements and their extent.
///
/// Colours are not written here but named by class; `Theme` says what they are in light and dark.
public struct Drawing: Sendable {
    /// Width in pixels.
    public let width: Double
    /// Height in pixels.
    public let height: Double
    private(set) var elements = ""

    /// An empty drawing.
    public init(width: Double, height: Double) {
        self.width = width
        self.height = height
    }

    /// Where a text begins, relative to its point.
    public enum Anchor: String { case start, middle, end }

    /// A straight line.
    public mutating func line(
        _ a: (x: Double, y: Double), _ b: (x: Double, y: Double), _ style: String
    ) {
        elements +=
            "<line x1=\"\(number(a.x))\" y1=\"\(number(a.y))\" x2=\"\(number(b.x))\" "
            + "y2=\"\(number(b.y))\" class=\"\(style)\"/>"
    }

    /// An upright rectangle; negative extents become none.
    public mutating func rectangle(
        x: Double, y: Double, width: Double, height: Double, _ style: String
    ) {
        elements +=
            "<rect x=\"\(number(x))\" y=\"\(number(y))\" width=\"\(number(max(0, width)))\" "
            + "height=\"\(number(max(0, height)))\" class=\"\(style)\"/>"
    }

    /// A line through `points`.
    public mutating func path(
        _ points: [(x: Double, y: Double)], _ style: String, closed: Bool = false
    ) {
        guard let first = points.first else { return }
        var text = "M\(number(first.x)) \(number(first.y))"
        for point in points.dropFirst() { text += "L\(number(point.x)) \(number(point.y))" }
        elements += "<path d=\"\(text)\(closed ? "Z" : "")\" class=\"\(style)\"/>"
    }

    /// A dot at each point, all in one element: lines of no length with round or square ends.
    public mutating func dots(
        _ points: [(x: Double, y: Double)], radius: Double, _ style: String, square: Bool = false
    ) {
        guard !points.isEmpty else { return }
        let moves = points.map { "M\(number($0.x, 1)) \(number($0.y, 1))h0" }.joined()
        elements +=
            "<path d=\"\(moves)\" stroke-width=\"\(number(2 * radius))\" "
            + "stroke-linecap=\"\(square ? "square" : "round")\" class=\"\(style)\"/>"
    }

    /// A text that begins, or ends, at a point.
    public mutating func text(
        _ text: String, x: Double, y: Double, _ style: String = "t", anchor: Anchor = .start,
        rotated: Bool = false
    ) {
        let turn = rotated ? " transform=\"rotate(-90 \(number(x)) \(number(y)))\"" : ""
        elements +=
            "<text x=\"\(number(x))\" y=\"\(number(y))\" class=\"\(style)\" "
            + "text-anchor=\"\(anchor.rawValue)\"\(turn)>\(escaped(text))</text>"
    }

    /// A picture, its pixels kept square and sharp when enlarged.
    public mutating func picture(
        png: [UInt8], x: Double, y: Double, width: Double, height: Double
    ) {
        elements +=
            "<image x=\"\(number(x))\" y=\"\(number(y))\" width=\"\(number(width))\" "
            + "height=\"\(number(height))\" preserveAspectRatio=\"none\" class=\"px\" "
            + "href=\"data:image/png;base64,\(Data(png).base64EncodedString())\"/>"
    }

    /// Another drawing with its corner at (x, y).
    public mutating func place(_ other: Drawing, x: Double, y: Double) {
        elements +=
            "<g transform=\"translate(\(number(x)) \(number(y)))\">\(other.elements)</g>"
    }
}

/// A coordinate with at most two decimals.
public func number(_ value: Double, _ digits: Int = 2) -> String {
    let text = fixed(value.isFinite ? value : 0, digits)
    guard text.contains(".") else { return text }
    let end = text.lastIndex { $0 != "0" } ?? text.startIndex
    let kept = text[...end]
    return String(kept.hasSuffix(".") ? kept.dropLast() : kept)
}

/// Text in which the characters that mean something to XML are spelt out.
public func escaped(_ text: String) -> String {
    var result = ""
    for character in text {
        switch character {
        case "&": result += "&amp;"
        case "<": result += "&lt;"
        case ">": result += "&gt;"
        case "\"": result += "&quot;"
        default: result.append(character)
        }
    }
    return result
}

/// About how wide a text is in the 13-pixel type of figures.
func textWidth(_ text: String) -> Double { 7.2 * Double(text.count) }

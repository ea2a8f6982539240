import Platform

/// Metrics in Prometheus' text format, version 0.0.4 (prometheus.io/docs/instrumenting/
/// exposition_formats): families one after the other, help and type in front of each.
public struct Exposition {
    /// The text so far; every line ends with a line break.
    public private(set) var text = ""
    private var family = ""

    /// What a server says the text is.
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// An empty text.
    public init() {}

    /// What a family of samples is.
    public enum Kind: String { case counter, gauge, histogram }

    /// Begins a family; its samples follow.
    public mutating func begin(_ name: String, _ kind: Kind, _ help: String) {
        family = name
        let help = help.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
    }

    /// Adds a sample to the family, `suffix` after its name.
    public mutating func sample(
        _ value: Double, _ labels: [(name: String, value: String)] = [], suffix: String = ""
    ) {
        text += family + suffix
        if !labels.isEmpty {
            text +=
                "{"
                + labels.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }
                .joined(separator: ",") + "}"
        }
        text += " \(Self.number(value))\n"
    }

    /// Adds a counter's or gauge's sample that is an integer.
    public mutating func sample(_ value: Int, _ labels: [(name: String, value: String)] = []) {
        sample(Double(value), labels)
    }

    /// Adds a family that is one number.
    public mutating func single(_ name: String, _ kind: Kind, _ help: String, _ value: Double) {
        begin(name, kind, help)
        sample(value)
    }

    /// Adds a histogram: values up to each of the ascending `bounds`, those beyond, and their sum.
    public mutating func histogram(
        _ name: String, _ help: String, bounds: [Double], counts: [Int], sum: Double
    ) {
        begin(name, .histogram, help)
        var total = 0
        for (bound, count) in zip(bounds + [.infinity], counts) {
            total += count
            sample(Double(total), [("le", Self.number(bound))], suffix: "_bucket")
        }
        sample(sum, suffix: "_sum")
        sample(Double(total), suffix: "_count")
    }

    /// Byte by byte, as the format has it; what would steer a terminal is made visible besides.
    private static func escaped(_ value: String) -> String {
        var bytes: [UInt8] = []
        for byte in printableLines(value).utf8 {
            switch byte {
            case UInt8(ascii: "\\"), UInt8(ascii: "\""): bytes += [UInt8(ascii: "\\"), byte]
            case UInt8(ascii: "\n"): bytes += Array("\\n".utf8)
            default: bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        return value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
    }
}

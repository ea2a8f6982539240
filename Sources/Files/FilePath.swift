import Glibc

/// A path as the system has it: bytes, which need not be UTF-8.
///
/// `description` is for people: what cannot be printed is escaped, as in `caf\xe9.jpg`.
public struct FilePath: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The bytes, without a zero.
    public let bytes: [UInt8]
    /// The path in printable characters; equal to the path if that is all it holds.
    public let description: String

    /// The path of these bytes; what follows a zero is lost.
    public init(bytes: [UInt8]) {
        self.bytes = Array(bytes.prefix { $0 != 0 })
        description = printable(self.bytes)
    }

    /// The path that a text says.
    public init(_ text: String) {
        self.init(bytes: Array(text.utf8))
    }

    /// A path that was given on the command line, where `text` has lost the bytes that are not UTF-8:
    /// they are looked up among the arguments as the system handed them over.
    public init(argument text: String) {
        guard text.unicodeScalars.contains("\u{FFFD}") else {
            self.init(text)
            return
        }
        self.init(bytes: rawArgument(text) ?? Array(text.utf8))
    }

    /// The file of this name in the folder at this path.
    public func appending(_ name: [UInt8]) -> FilePath {
        FilePath(bytes: bytes.last == UInt8(ascii: "/") ? bytes + name : bytes + [0x2F] + name)
    }

    /// What follows the last slash.
    public var name: [UInt8] {
        bytes.lastIndex(of: UInt8(ascii: "/")).map { Array(bytes[($0 + 1)...]) } ?? bytes
    }

    /// How the name ends, in small letters and without the point; empty if it has no ending.
    public var ending: String {
        let name = name
        guard let point = name.lastIndex(of: UInt8(ascii: ".")), point > 0 else { return "" }
        return printable(Array(name[(point + 1)...])).lowercased()
    }

    /// By bytes, as `LC_ALL=C sort` does.
    public static func < (first: FilePath, second: FilePath) -> Bool {
        first.bytes.lexicographicallyPrecedes(second.bytes)
    }

    /// Calls `body` with the bytes and a zero after them.
    @unsafe func withCString<Value>(_ body: (UnsafePointer<CChar>) -> Value) -> Value {
        let terminated = bytes.map { CChar(bitPattern: $0) } + [0]
        return unsafe terminated.withUnsafeBufferPointer { buffer in
            guard let start = buffer.baseAddress else { preconditionFailure("a zero is there") }
            return unsafe body(start)
        }
    }
}

/// Text for people: UTF-8 as it is, all else and what moves a terminal's cursor as `\xNN`.
private func printable(_ bytes: [UInt8]) -> String {
    func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: false
        default: true
        }
    }
    if let text = String(validating: bytes, as: UTF8.self),
        text.unicodeScalars.allSatisfy(isPrintable)
    {
        return text
    }
    var text = ""
    var rest = bytes[...]
    while let first = rest.first {
        let length = (1...min(4, rest.count)).first { length in
            let piece = String(validating: rest.prefix(length), as: UTF8.self)?.unicodeScalars
            return piece.map { $0.count == 1 && $0.allSatisfy(isPrintable) } ?? false
        }
        if let length {
            text += String(decoding: rest.prefix(length), as: UTF8.self)
        } else {
            text += "\\x" + (first < 16 ? "0" : "") + String(first, radix: 16)
        }
        rest = rest.dropFirst(length ?? 1)
    }
    return text
}

/// The argument, or part of one after `=` or before a range, that reads as `text`.
private func rawArgument(_ text: String) -> [UInt8]? {
    for index in 1..<max(1, Int(CommandLine.argc)) {
        guard let start = unsafe CommandLine.unsafeArgv[index] else { continue }
        let whole = unsafe Array(UnsafeBufferPointer(start: start, count: strlen(start))).map {
            UInt8(bitPattern: $0)
        }
        let value = whole.firstIndex(of: UInt8(ascii: "=")).map { Array(whole[($0 + 1)...]) }
        for candidate in [whole, value ?? []] {
            let base = candidate.lastIndex(of: UInt8(ascii: "[")).map { Array(candidate[..<$0]) }
            for bytes in [candidate, base ?? []]
            where String(decoding: bytes, as: UTF8.self) == text {
                return bytes
            }
        }
    }
    return nil
}

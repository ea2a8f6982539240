/// Texts of others, made fit to be looked at: what would steer a terminal, turn the direction of what
/// follows, hide, or end a line is written as its number, as in `\u{1b}`.
///
/// Two texts that differ come out different. Whatever bytes a `String` was made of, it is Unicode by now:
/// what was none has become U+FFFD.
public func printable(_ text: String) -> String { replacing(text) { $0.codeInBraces } }

/// The same for lines that are printed together: line feeds stay.
public func printableLines(_ text: String) -> String {
    replacing(text) { $0 == "\n" ? nil : $0.codeInBraces }
}

/// JSON, made fit to be looked at and still the same JSON: by JSON's own escapes, which are only
/// possible within strings; line feeds stay where `keepsLines`.
public func printableJSON(_ text: String, keepsLines: Bool = false) -> String {
    replacing(text, escapesBackslash: false) { scalar in
        if keepsLines, scalar == "\n" { return nil }
        return String(scalar).utf16.map { unit in
            let digits = String(unit, radix: 16)
            return "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
        }.joined()
    }
}

/// Scalar by scalar, for a `Character` may be several: CR LF is one, a quote with an accent another.
private func replacing(
    _ text: String, escapesBackslash: Bool = true, _ escape: (Unicode.Scalar) -> String?
) -> String {
    var result = ""
    result.reserveCapacity(text.utf8.count)
    var rest = text.unicodeScalars[...]
    while let scalar = rest.popFirst() {
        // Or a text that holds an escape would look like one that needed it.
        let looksEscaped =
            escapesBackslash && scalar == "\\" && rest.starts(with: "u{".unicodeScalars)
        if scalar.steers || looksEscaped, let escaped = escape(scalar) {
            result += escaped
        } else {
            result.unicodeScalars.append(scalar)
        }
    }
    return result
}

extension Unicode.Scalar {
    fileprivate var codeInBraces: String { "\\u{\(String(value, radix: 16))}" }

    /// Whether a terminal or a reader would take it for something else than a sign to be shown.
    fileprivate var steers: Bool {
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate: true
        default: properties.isDefaultIgnorableCodePoint
        }
    }
}

public import Foundation

/// A JSON object as Foundation reads it, or nil where it is more lenient than RFC 8259: with a byte
/// order mark or a comma too many.
public func strictObject(_ text: [UInt8]) throws -> NSDictionary? {
    let value = try JSONSerialization.jsonObject(with: Data(text))
    var (previous, isInString, isEscaped) = (UInt8(0), false, false)
    for byte in text where !(0x09...0x0D).contains(byte) && byte != 0x20 {
        if isInString {
            isInString = isEscaped || byte != UInt8(ascii: "\"")
            isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
            previous = byte
            continue
        }
        let closes = byte == UInt8(ascii: "]") || byte == UInt8(ascii: "}")
        guard byte < 0x80, !closes || previous != UInt8(ascii: ",") else { return nil }
        isInString = byte == UInt8(ascii: "\"")
        previous = byte
    }
    return value as? NSDictionary
}

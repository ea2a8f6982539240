import Files
import FoundationEssentials
import Platform

/// Prints one JSON object, indented.
func printJSON(_ value: some Encodable) throws {
    let text = String(decoding: try JSONEncoder.elbodIndented.encode(value), as: UTF8.self)
    print(printableJSON(text, keepsLines: true))
}

/// Prints one JSON object on one line.
func printJSONLine(_ value: some Encodable) throws {
    print(printableJSON(String(decoding: try JSONEncoder.elbod.encode(value), as: UTF8.self)))
}

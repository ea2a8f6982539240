import Files
import FoundationEssentials

/// Prints one JSON object, indented.
func printJSON(_ value: some Encodable) throws {
    print(String(decoding: try JSONEncoder.elbodIndented.encode(value), as: UTF8.self))
}

/// Prints one JSON object on one line.
func printJSONLine(_ value: some Encodable) throws {
    print(String(decoding: try JSONEncoder.elbod.encode(value), as: UTF8.self))
}

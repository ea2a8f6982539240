public import FoundationEssentials

// How JSON of ours is spelt, wherever Foundation writes or reads it: properties are camelCase in Swift and
// snake_case on the wire. Keys of dictionaries, which may be names of files, stay as they are. An acronym is
// one word (`dataSHA256` is `data_sha256`), which only writing can know; a type that is read spells it
// `sha256` or has none.
extension JSONEncoder {
    /// A new encoder of one line: keys sorted and in snake_case, slashes as they are.
    public static var elbod: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return encoder
    }

    /// The same with line breaks and indentation, for people.
    public static var elbodIndented: JSONEncoder {
        let encoder = elbod
        encoder.outputFormatting.insert(.prettyPrinted)
        return encoder
    }
}

extension JSONDecoder {
    /// A new decoder of what `JSONEncoder.elbod` writes.
    public static var elbod: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return decoder
    }
}

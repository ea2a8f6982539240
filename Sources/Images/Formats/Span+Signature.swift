extension Span<UInt8> {
    /// Whether these characters stand at `offset`; asked of every message, so it allocates nothing.
    func contains(_ signature: StaticString, at offset: Int) -> Bool {
        guard offset >= 0, count - offset >= signature.utf8CodeUnitCount else { return false }
        return signature.withUTF8Buffer { characters in
            for index in characters.indices
            where unsafe self[offset + index] != characters[index] { return false }
            return true
        }
    }
}

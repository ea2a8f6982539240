extension Span<UInt8> {
    /// Whether these bytes stand at `offset`.
    func contains(_ signature: [UInt8], at offset: Int) -> Bool {
        guard offset >= 0, count - offset >= signature.count else { return false }
        return signature.indices.allSatisfy { self[offset + $0] == signature[$0] }
    }
}

/// Why bytes cannot be read as a safetensors file.
public struct SafetensorsError: Error, Sendable, CustomStringConvertible {
    /// What is wrong, and where.
    public let reason: String

    static func malformed(_ reason: String) -> SafetensorsError { SafetensorsError(reason: reason) }

    /// One sentence an operator can act on.
    public var description: String { "damaged model file: \(reason)" }
}

/// An address that HTTP is served at.
public struct HTTPAddress: Equatable, Sendable {
    /// A name or number.
    public let host: String
    /// 0 lets the system choose.
    public let port: UInt16

    /// Reads `host:port`; nil for anything else.
    public init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"),
            let port = UInt16(text[text.index(after: colon)...])
        else { return nil }
        host = String(text[..<colon])
        self.port = port
        guard !host.isEmpty else { return nil }
    }

    /// Whether only this machine reaches it.
    public var isLocal: Bool { ["127.0.0.1", "localhost", "[::1]"].contains(host) }
}

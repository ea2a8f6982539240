import ZeroMQ

/// An address that HTTP is served at.
public struct HTTPAddress: Equatable, Sendable, CustomStringConvertible {
    /// A name or number, IPv6 without brackets; `0.0.0.0` for `*`.
    public let host: String
    /// 0 lets the system choose.
    public let port: UInt16
    /// Whether only this machine reaches it.
    public let isLocal: Bool
    /// As it is written.
    public let description: String
    /// What it would be to ZeroMQ.
    let tcp: TCPAddress

    /// Reads `host:port`; nil for anything else.
    public init?(_ text: String) {
        description = text.trimmed
        guard let address = try? TCPAddress("tcp://\(description)"), description.last != "*" else {
            return nil
        }
        tcp = address
        port = address.port
        isLocal = address.isLoopback
        host =
            switch address.host {
            case .any: "0.0.0.0"
            // Not looked up: which of its addresses comes first differs from machine to machine.
            case .name("localhost"): "127.0.0.1"
            case .v4(let bytes): bytes.map { "\($0)" }.joined(separator: ".")
            case .v6: String(description.dropFirst().prefix { $0 != "]" })
            case .name(let name): name
            }
    }
}

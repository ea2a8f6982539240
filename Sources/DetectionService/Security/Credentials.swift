import Files
import ServiceConfiguration
import YAML
import ZeroMQ

/// The daemon's secret key and whom it lets in: CURVE, with a list of client keys and what each may.
///
/// The list is YAML:
/// ```
/// camera-1: {key: "…40 characters…", rights: [send]}
/// dashboard: {key: "…", rights: [receive]}
/// ```
struct Credentials: Sendable {
    /// What a client may do.
    enum Right: String, Sendable, CaseIterable {
        /// Send images to ingest endpoints.
        case send
        /// Receive verdicts from publishing endpoints.
        case receive
        /// Steer the daemon.
        case control
    }

    /// A client that is let in.
    struct Client: Sendable, Equatable {
        let name: String
        let rights: Set<Right>
    }

    /// Clients by their public keys.
    struct AllowList: Sendable, Equatable {
        var clients: [String: Client] = [:]
    }

    let keyPair: CurveKeyPair
    /// Keys of servers that the daemon connects to, by address.
    let serverKeys: [String: String]

    /// Reads the secret key that the configuration names; nil if it names none.
    init?(_ configuration: Configuration) throws(ConfigurationError) {
        guard let path = configuration.curveSecretPath else { return nil }
        keyPair = try CurveKeyPair(secretFile: path)
        var keys: [String: String] = [:]
        for entry in configuration.serverKeys {
            let parts = entry.split(separator: " ").map(String.init)
            guard parts.count == 2, parts[1].utf8.count == 40 else {
                throw .value(
                    key: "server_keys", value: entry,
                    allowed: "an address, a space and the public key of the server there")
            }
            keys[parts[0]] = parts[1]
        }
        serverKeys = keys
    }

    /// Prepares a socket to speak to `endpoint`: as a CURVE server where it binds over TCP, as a
    /// client where the key of the server is known, and otherwise plainly.
    func secure(
        _ socket: borrowing Socket, _ endpoint: Endpoint, domain: String
    ) throws(ZMQError) {
        guard endpoint.address.hasPrefix("tcp://") else { return }
        if endpoint.role == .bind {
            try socket.setZAPDomain(domain)
            try socket.setCurveServer(secretKey: keyPair.secretKey)
        } else if let key = serverKeys[endpoint.address] {
            try socket.setCurveClient(serverKey: key, keyPair: keyPair)
        }
    }

    /// The most bytes that a list of clients may have.
    static let listLimit = 1 << 20

    /// Makes sense of a list of clients; `path` is for messages.
    ///
    /// A key stands for one client: of two entries with the same key, taking a right from the one
    /// would leave it to whoever holds the key by the other.
    static func allowList(
        _ bytes: [UInt8], path: String
    ) throws(ConfigurationError) -> AllowList {
        let text = String(decoding: bytes, as: UTF8.self)
        let root: YAML?
        do { root = try YAML.parse(text) } catch {
            throw .notYAML(path: path, reason: error.description)
        }
        var list = AllowList()
        guard let root else { return list }
        guard let mapping = root.mapping else { throw .notYAML(path: path, reason: "no clients") }
        for (client, value) in mapping {
            let rights = value["rights"]?.sequence?.map { Right(rawValue: $0.scalar ?? "") }
            guard let key = value["key"]?.scalar, key.utf8.count == 40, let rights,
                !rights.contains(nil)
            else {
                throw .value(
                    key: "clients", value: "\(client) in \(path)",
                    allowed: "{key: a public key of 40 characters, "
                        + "rights: [send, receive, control]}")
            }
            if let other = list.clients[key] {
                throw .value(
                    key: "clients", value: "\(client) in \(path)",
                    allowed:
                        "a key of its own; \(other.name) has the same one, and a client has one "
                        + "entry with all its rights")
            }
            list.clients[key] = Client(name: client, rights: Set(rights.compactMap { $0 }))
        }
        return list
    }
}

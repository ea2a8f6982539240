import FoundationEssentials
import Frames
import ZeroMQ

/// Where a socket listens or connects, written `pattern+role:address`, as in
/// `pull+bind:ipc:///run/elbod/in` or `sub+connect:tcp://camera:5555`.
public struct Endpoint: Hashable, Sendable, CustomStringConvertible {
    /// What kind of ZeroMQ socket.
    public enum Pattern: String, CaseIterable, Sendable {
        /// Takes in images: everything a publisher sends, dropping the oldest when scoring is slower.
        case sub
        /// Takes in images: its share of what a pusher sends, which waits when we are slow.
        case pull
        /// Takes in images of senders that wait for a reply, the verdict.
        case router
        /// Publishes verdicts to its subscribers.
        case pub
        /// Sends images to a `pull` endpoint; what elbo-replay uses.
        case push
    }

    /// Whether the socket waits for peers or goes to one.
    public enum Role: String, CaseIterable, Sendable {
        /// Listens.
        case bind
        /// Connects.
        case connect
    }

    /// See `Pattern`.
    public let pattern: Pattern
    /// See `Role`.
    public let role: Role
    /// A ZeroMQ address: `tcp://host:port` or `ipc:///path`.
    public let address: String
    /// What is in an address of TCP; nil of any other.
    let tcp: TCPAddress?

    /// Reads an endpoint; throws a sentence that says what is allowed.
    public init(_ written: String) throws(ConfigurationError) {
        let text = written.trimmed
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        let words = (parts.first ?? "").split(separator: "+").map(String.init)
        guard parts.count == 2, words.count == 2, let pattern = Pattern(rawValue: words[0]),
            let role = Role(rawValue: words[1])
        else {
            throw .value(
                key: "endpoint", value: text,
                allowed: "pattern+role:address, such as pull+bind:tcp://127.0.0.1:5555 or "
                    + "sub+connect:ipc:///run/camera (patterns sub, pull, router, pub, push; roles "
                    + "bind, connect)")
        }
        do throws(TCPAddress.Flaw) { tcp = try Self.checked(parts[1], role) } catch {
            throw .value(key: "endpoint", value: text, allowed: error.expected)
        }
        self.pattern = pattern
        self.role = role
        address = parts[1]
    }

    /// Checks an address; what is in it if it is one of TCP.
    private static func checked(
        _ address: String, _ role: Role
    ) throws(TCPAddress.Flaw) -> TCPAddress? {
        if address.hasPrefix("tcp://") {
            let tcp = try TCPAddress(address)
            guard role == .bind || tcp.port != 0 && tcp.host != .any else {
                throw .init(expected: "a host and a port of 1 to 65535 to connect to")
            }
            return tcp
        }
        guard address.hasPrefix("ipc://") else {
            throw .init(expected: "an address that starts with tcp:// or ipc://")
        }
        let path = address.dropFirst("ipc://".count)
        guard !path.isEmpty, path != "@", path != "*", !path.hasSuffix("/") else {
            throw .init(expected: "the path of a socket after ipc://, such as ipc:///run/elbod/in")
        }
        guard path.utf8.count <= pathLimit else {
            throw .init(expected: "a path of at most \(pathLimit) bytes after ipc://")
        }
        return nil
    }

    /// The most bytes that the path of a socket may have on Linux.
    static let pathLimit = 107

    /// As it is written.
    public var description: String { "\(pattern.rawValue)+\(role.rawValue):\(address)" }

    /// The address a peer on this machine connects to.
    public var reachableAddress: String {
        guard let tcp, tcp.isWildcard else { return address }
        return "tcp://\(tcp.isIPv6 ? "[::1]" : "127.0.0.1"):\(tcp.port)"
    }

    /// How topics spell the name of a source.
    public static func topicName(_ source: String) -> String {
        let topic = String(decoding: Source(source).normalTopic, as: UTF8.self)
        return String(topic.dropFirst("normal/".count).dropLast())
    }

    /// Whether only processes of this machine can be at the other end.
    var isLocal: Bool {
        guard let tcp else { return true }
        // The interface of that name, where it is bound; elsewhere it would be a machine.
        return tcp.isLoopback || role == .bind && tcp.host == .name("lo")
    }

    /// The path of an `ipc` endpoint, or its abstract name after an at sign.
    var socketPath: String? { tcp == nil ? String(address.dropFirst("ipc://".count)) : nil }

    /// The file of a bound `ipc` endpoint, which a second daemon must not take over.
    public var ipcPath: String? {
        role == .bind && address.hasPrefix("ipc://") && !address.hasPrefix("ipc://@")
            ? String(address.dropFirst(6)) : nil
    }
}

extension String {
    /// Without the spaces and line ends that editors, shells and lists leave around a value.
    var trimmed: String {
        let isBlank = { (byte: UInt8) in byte == 32 || (9...13).contains(byte) }
        let bytes = Array(utf8)
        guard let first = bytes.firstIndex(where: { !isBlank($0) }),
            let last = bytes.lastIndex(where: { !isBlank($0) })
        else { return "" }
        return String(decoding: bytes[first...last], as: UTF8.self)
    }
}

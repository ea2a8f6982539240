import FoundationEssentials
import Frames

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

    /// Reads an endpoint; throws a sentence that says what is allowed.
    public init(_ text: String) throws(ConfigurationError) {
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
        guard parts[1].hasPrefix("tcp://") || parts[1].hasPrefix("ipc://") else {
            throw .value(
                key: "endpoint", value: text,
                allowed: "an address that starts with tcp:// or ipc://")
        }
        self.pattern = pattern
        self.role = role
        address = parts[1]
    }

    /// As it is written.
    public var description: String { "\(pattern.rawValue)+\(role.rawValue):\(address)" }

    /// The address a peer on this machine connects to.
    public var reachableAddress: String {
        address.replacing("tcp://*:", with: "tcp://127.0.0.1:")
            .replacing("tcp://0.0.0.0:", with: "tcp://127.0.0.1:")
    }

    /// How topics spell the name of a source.
    public static func topicName(_ source: String) -> String {
        let topic = String(decoding: Source(source).normalTopic, as: UTF8.self)
        return String(topic.dropFirst("normal/".count).dropLast())
    }

    /// Whether only processes of this machine can be at the other end.
    var isLocal: Bool {
        guard address.hasPrefix("tcp://") else { return true }
        let host = address.dropFirst(6)
        return ["127.0.0.1:", "localhost:", "[::1]:"].contains { host.hasPrefix($0) }
    }

    /// The file of a bound `ipc` endpoint, which a second daemon must not take over.
    public var ipcPath: String? {
        role == .bind && address.hasPrefix("ipc://") && !address.hasPrefix("ipc://@")
            ? String(address.dropFirst(6)) : nil
    }
}

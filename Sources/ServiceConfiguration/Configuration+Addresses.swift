import Files
import ZeroMQ

// Addresses that the daemon listens at: that each is there once, and can be had.
extension Configuration {
    /// One address that is listened at, and which key says so.
    private struct Listener {
        let key: String
        let text: String
        /// What is in an address of TCP, HTTP included.
        var tcp: TCPAddress?
        /// The path of a socket, or the name of an abstract one after an at sign.
        var path: String?

        /// Whether the host is a name that HTTP's own library looks up.
        var isLookedUp: Bool {
            guard key == "http", case .name(let name) = tcp?.host else { return false }
            return name != "localhost"
        }

        /// Whether both cannot be had at once.
        func excludes(_ other: Listener) -> Bool {
            if let path { return path == other.path }
            guard let tcp, let theirs = other.tcp, tcp.port == theirs.port, tcp.port != 0 else {
                return false
            }
            return tcp.isWildcard || theirs.isWildcard || tcp.host == theirs.host
                || tcp.isLoopbackV4 && theirs.isLoopbackV4
        }
    }

    private var listeners: [Listener] {
        let endpoints = ingest.map { ("ingest", $0) } + publish.map { ("publish", $0) }
        var listeners = endpoints.filter { $0.1.role == .bind }.map { key, endpoint in
            Listener(
                key: key, text: "\(endpoint)", tcp: endpoint.tcp, path: endpoint.socketPath)
        }
        if let remoteControl {
            listeners.append(
                Listener(
                    key: "remote_control", text: remoteControl,
                    tcp: try? TCPAddress(remoteControl.trimmed)))
        }
        if let address = http.flatMap({ HTTPAddress($0) }) {
            listeners.append(Listener(key: "http", text: "\(address)", tcp: address.tcp))
        }
        if let controlPath {
            listeners.append(Listener(key: "control", text: controlPath, path: controlPath))
        }
        return listeners
    }

    /// Throws the first address that two sockets would listen at.
    func checkConflicts() throws(ConfigurationError) {
        let listeners = listeners
        for (index, listener) in listeners.enumerated() {
            guard let other = listeners[..<index].first(where: { listener.excludes($0) }) else {
                continue
            }
            throw .value(
                key: listener.key, value: listener.text,
                allowed: "an address of its own; \(other.key) has \(other.text)")
        }
    }

    /// Throws the first address that could not be listened at now, without disturbing who listens
    /// there: the daemon that this configuration is to be for may be running.
    public func probeAddresses() throws {
        let context = try Context()
        for listener in listeners {
            if let tcp = listener.tcp {
                // The port is left out: it may be in use by that daemon.
                if !listener.isLookedUp {
                    try Socket(context, .pull).bind(tcp.withAnyPort)
                }
                guard tcp.mayUsePort else { throw AddressError.port(listener.key, listener.text) }
            }
            if let path = listener.path, !path.hasPrefix("@") {
                let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
                guard isWritableFolder(folder) else {
                    throw AddressError.folder(listener.key, path, folder)
                }
            }
        }
        try checkSocketPaths()
    }

    /// Throws the first path of a socket where something stands that is no socket; libzmq would
    /// delete it.
    public func checkSocketPaths() throws(AddressError) {
        for listener in listeners {
            guard let path = listener.path, !path.hasPrefix("@") else { continue }
            switch fileKind(at: path) {
            case .file, .folder: throw .occupied(listener.key, path)
            case .absent, .other: break
            }
        }
    }
}

extension TCPAddress {
    /// Whether 127.0.0.1 is meant, by whichever name.
    fileprivate var isLoopbackV4: Bool {
        host == .name("localhost") || host == .v4([127, 0, 0, 1])
    }
}

extension Configuration {
    /// Every file, directory and socket that is named, with the key that names it.
    public var paths: [(key: String, path: String)] {
        var paths = [("model", model)]
        if state != "auto" { paths.append(("state", state)) }
        paths += ingest.compactMap { endpoint in endpoint.socketPath.map { ("ingest", $0) } }
        paths += publish.compactMap { endpoint in endpoint.socketPath.map { ("publish", $0) } }
        if let controlPath { paths.append(("control", controlPath)) }
        if !["auto", "none"].contains(curveSecret) { paths.append(("curve_secret", curveSecret)) }
        if let clients { paths.append(("clients", clients)) }
        return paths
    }
}

public import ServiceConfiguration
public import ZeroMQ

/// How a run is to be done.
public struct ReplaySettings: Sendable {
    /// Where frames go: a `push` or `pub` endpoint.
    public var frames: Endpoint
    /// Where verdicts come from: a `sub` endpoint.
    public var verdicts: Endpoint
    /// How fast.
    public var rate = Rate.unlimited
    /// The most frames on their way at once when the rate is unlimited.
    ///
    /// Enough to keep every batch full, and less than the daemon's queue of 1,024, beyond which it
    /// drops what was published.
    public var window = 512
    /// The name in every header, by which our verdicts are told from others.
    public var source = "replay"
    /// Seconds without any verdict after which those outstanding are given up.
    public var timeout = 10.0

    /// The server's public key and our pair, where the daemon is connected to over TCP and asks for
    /// keys.
    public var keys: (server: String, pair: CurveKeyPair)?

    /// Lowers the window to as many picture files as have 64 MiB together, so that a run at an unlimited
    /// rate does not fill a daemon's memory.
    public mutating func limitWindow(toFramesOf sets: [StreamedSet]) {
        for set in sets {
            guard case .files(let files) = set.content else { continue }
            window = min(window, max(1, (1 << 26) / max(1, files.largest)))
        }
    }

    /// A run between these endpoints, otherwise by default.
    public init(frames: Endpoint, verdicts: Endpoint) {
        self.frames = frames
        self.verdicts = verdicts
    }

    /// Has a socket prove who we are, if it connects to where that is asked for.
    func secure(_ socket: borrowing Socket, _ endpoint: Endpoint) throws(ZMQError) {
        guard let keys, endpoint.role == .connect, endpoint.address.hasPrefix("tcp://") else {
            return
        }
        try socket.setCurveClient(serverKey: keys.server, keyPair: keys.pair)
    }

    /// See `timeout`.
    var timeoutNanoseconds: UInt64 { UInt64(timeout * 1e9) }

    /// Reads where frames go; a plain address stands for `push+connect`.
    public static func framesEndpoint(_ text: String) throws(ReplayError) -> Endpoint {
        let endpoint = try endpoint(text, plain: "push+connect")
        guard endpoint.pattern == .push || endpoint.pattern == .pub else {
            throw .endpoint(
                .value(
                    key: "endpoint", value: text,
                    allowed: "a push or pub endpoint, which sends, or a plain address"))
        }
        return endpoint
    }

    /// Reads where verdicts come from; a plain address stands for `sub+connect`.
    public static func verdictsEndpoint(_ text: String) throws(ReplayError) -> Endpoint {
        let endpoint = try endpoint(text, plain: "sub+connect")
        guard endpoint.pattern == .sub else {
            throw .endpoint(
                .value(
                    key: "verdicts", value: text,
                    allowed: "a sub endpoint, which receives what is published, or a plain address")
            )
        }
        return endpoint
    }

    private static func endpoint(_ text: String, plain: String) throws(ReplayError) -> Endpoint {
        let isPlain = ["tcp://", "ipc://"].contains { text.hasPrefix($0) }
        do { return try Endpoint(isPlain ? "\(plain):\(text)" : text) } catch {
            throw .endpoint(error)
        }
    }

    /// Whether a source of this name comes back from the daemon as it was sent: up to 100 ASCII
    /// letters, digits, points, dashes and underscores, so that neither JSON nor topics escape it.
    public static func isSource(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 100
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"),
                    UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }

    /// A name no earlier run is likely to have had: `replay-` and four random hexadecimal digits.
    public static func uniqueSource() -> String {
        let digits = String(UInt16.random(in: .min ... .max), radix: 16)
        return "replay-" + String(repeating: "0", count: 4 - digits.count) + digits
    }
}

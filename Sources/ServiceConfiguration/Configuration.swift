public import Detection
import FoundationEssentials
public import Frames
import Tensors

/// Everything the daemon is told before it starts.
///
/// `Configuration.keys` is the table that says of each how it is spelt in files, in the environment and
/// on the command line, what it means and which values it takes; here are their types and defaults.
public struct Configuration: Equatable, Sendable {
    /// The model directory.
    public var model = ""
    /// Where images come in.
    public var ingest: [Endpoint] = []
    /// Where verdicts go out.
    public var publish: [Endpoint] = []
    /// Frames that may wait to be scored.
    public var queue = 1024
    /// Bytes of messages that may wait, 0 for what the model needs.
    public var queueBytes = 0
    /// Frames scored at once, at most.
    public var batch = 128
    /// Threads that score; 0 lets the receiving thread do it, nil is as many as suit the model.
    public var threads: Int?
    /// Threads that only score.
    public var scoringThreads: Int { threads ?? Self.automaticThreads(takesPictures: false) }
    /// Threads that score, the receiving one included where there is no other.
    public var scorers: Int { max(1, scoringThreads) }
    /// A message part larger than this disconnects its sender; nil for what the model needs.
    public var maxMessageBytes: Int?
    /// Messages that may wait in libzmq for each connection, 0 for as many as suit the model.
    public var receiveHighWater = 0
    /// Messages that may wait for one slow subscriber before it loses some, 0 for as many as suit what is published.
    public var publishHighWater = 0
    /// A frame equal to so many before it of its source is frozen; 0 looks for none.
    public var frozenFrames = 10
    /// When anomalies of a source make an event; nil makes none.
    public var event: EventRule?
    /// Which windows of a source's frames are looked at as a whole; nil for none.
    public var discoveries: DiscoveryRule?
    /// Every so-many-th frame of a source is audited against its calibration; 0 audits none.
    public var thin = 1
    /// What is looked for beside single frames.
    public var decidingPlan: DecidingPlan {
        DecidingPlan(
            frozenAfter: frozenFrames, auditEvery: thin, event: event, window: discoveries)
    }
    /// Boxes around what is odd in the verdict on a picture, at most.
    public var boxes = 5
    /// Of which pictures maps are published.
    public var maps = MapChoice.none
    /// Whether verdicts carry every score or only the deciding one.
    public var allScores = false
    /// Whether a message of one part, exactly as long as an image has pixels, is an 8-bit image.
    public var bareFrames = false
    /// Where in a message the name of its source is.
    public var sourceFrom = SourceNaming.automatic
    /// What senders at a `router` endpoint get back.
    public var reply = ReplyMode.verdict
    /// Which part of publishers' frames is ours.
    public var shard = Shard.whole
    /// MiB of resident memory beyond which peers are cut off; 0 has the daemon compute the limit.
    public var memoryLimit = 0
    /// Seconds without a frame after which a source counts as stale.
    public var staleAfter = 10
    /// Seconds that a start waits for a model, or an address to bind to, that is not there yet.
    public var startWait = 0
    /// Where calibrations made while the daemon runs are kept: a directory; `auto` is the service
    /// manager's for this service, or else the model's.
    public var state = "auto"
    /// Calibrations made while the daemon runs that are kept to go back to.
    public var keepCalibrations = 20
    /// Where `elbo` steers the daemon: the path of a socket, or `none`; `auto` is in the service
    /// manager's directory for this service, or else none.
    public var control = "auto"
    /// Where `elbo` steers the daemon from other machines: a TCP address that is always encrypted and
    /// asks for the right `control`; nil for nowhere.
    public var remoteControl: String?
    /// Where metrics and health are served over HTTP, as `host:port`; nil for nowhere.
    public var http: String?
    /// Whether HTTP may be served beyond this machine; it is never encrypted.
    public var httpAllowRemote = false
    /// The file of the daemon's secret key, or `none`; `auto` is the service manager's credential
    /// `curve.secret`, if there is one.
    public var curveSecret = "auto"
    /// The file that lists clients and their rights; nil without a secret key.
    public var clients: String?
    /// Addresses that are connected to, each with a space and the public key of the server there.
    public var serverKeys: [String] = []
    /// Whether addresses other than loopback and `ipc` may be used without encryption.
    public var allowPlaintext = false

    /// What scores are computed with.
    public var precision = PrecisionChoice.only(.fp32)

    /// What a sender that waits gets back.
    public enum ReplyMode: String, Sendable, CaseIterable {
        /// The verdict, as it is published.
        case verdict
        /// `OK`, for clients that compare what they get.
        case ok
    }

    /// As many threads as suit a model.
    ///
    /// Of small frames, receiving takes a core; of pictures, decoding takes all the time there is.
    public static func automaticThreads(takesPictures: Bool) -> Int {
        max(1, ProcessInfo.processInfo.activeProcessorCount - (takesPictures ? 0 : 1))
    }

    /// The messages that libzmq may hold for each connection of an ingest endpoint.
    ///
    /// It counts messages whatever they weigh, so of pictures there are few: what waits is in our own
    /// queue, which counts bytes. The mark cannot follow what comes: one that is lowered below half of
    /// what it was can leave a connection waiting for ever (libzmq 4.3.4 tells the reading end's
    /// progress to the writing one at each half of the mark).
    public func receiveHighWater(for endpoint: Endpoint, takesPictures: Bool) -> Int {
        if receiveHighWater > 0 { return receiveHighWater }
        return takesPictures ? 2 : endpoint.pattern == .sub ? 1000 : 128
    }

    /// The messages that libzmq may hold for a subscriber: maps of pictures are ten times as large as verdicts.
    public var publishHighWaterMark: Int {
        if publishHighWater > 0 { return publishHighWater }
        return maps == .none ? 10_000 : 2_000
    }

    /// The most bytes of a message part for a model that takes pictures of any size, or images of its
    /// own size alone.
    public func messageLimit(decodesPictures: Bool) -> Int {
        // A raw picture of 4096 × 4096 in three colours has 48 MiB, and in four 64.
        maxMessageBytes ?? (decodesPictures ? 64 << 20 : 16 << 20)
    }

    /// The directory that `state` stands for.
    public var stateDirectory: String {
        guard state == "auto" else { return state }
        return ProcessInfo.processInfo.environment["STATE_DIRECTORY"] ?? model
    }

    /// The path that `control` stands for, nil for none.
    public var controlPath: String? {
        switch control {
        case "none": nil
        case "auto":
            ProcessInfo.processInfo.environment["RUNTIME_DIRECTORY"].map { $0 + "/control.sock" }
        default: control
        }
    }

    /// The path that `curveSecret` stands for, nil for none.
    public var curveSecretPath: String? {
        switch curveSecret {
        case "none": return nil
        case "auto":
            let folder = ProcessInfo.processInfo.environment["CREDENTIALS_DIRECTORY"]
            let path = folder.map { $0 + "/curve.secret" }
            return path.flatMap { FileManager.default.fileExists(atPath: $0) ? $0 : nil }
        default: return curveSecret
        }
    }

    /// Whether what passes through an endpoint is encrypted, and its peer known.
    private func isEncrypted(_ endpoint: Endpoint) -> Bool {
        guard curveSecretPath != nil else { return false }
        return endpoint.role == .bind
            || serverKeys.contains { $0.hasPrefix(endpoint.address + " ") }
    }

    /// The defaults, which name no model and no endpoint yet.
    public init() {}

    /// Throws the first thing that keeps the daemon from starting.
    public func validate() throws(ConfigurationError) {
        guard !model.isEmpty else {
            throw .missing(key: "model", hint: "the directory that holds model.safetensors")
        }
        guard !ingest.isEmpty else {
            throw .missing(key: "ingest", hint: "such as pull+bind:tcp://127.0.0.1:5555")
        }
        guard !publish.isEmpty else {
            throw .missing(key: "publish", hint: "such as pub+bind:tcp://127.0.0.1:5556")
        }
        for endpoint in ingest where ![.sub, .pull, .router].contains(endpoint.pattern) {
            throw .value(
                key: "ingest", value: "\(endpoint)",
                allowed: "sub, pull or router endpoints, which take in")
        }
        for endpoint in publish where endpoint.pattern != .pub {
            throw .value(
                key: "publish", value: "\(endpoint)", allowed: "pub endpoints, which give out")
        }
        for (key, endpoint) in ingest.map({ ("ingest", $0) }) + publish.map({ ("publish", $0) })
        where !endpoint.isLocal && !allowPlaintext && !isEncrypted(endpoint) {
            throw .exposed(key: key, endpoint: endpoint)
        }
        try checkConflicts()
        if remoteControl != nil, curveSecretPath == nil {
            throw .missing(
                key: "curve_secret", hint: "without which nobody is let in at remote_control")
        }
        if curveSecretPath != nil, clients == nil {
            throw .missing(
                key: "clients", hint: "the file that lists the keys of clients and their rights")
        }
        if let port = http.flatMap({ HTTPAddress($0) }), !port.isLocal,
            !httpAllowRemote, !allowPlaintext
        {
            throw .value(
                key: "http", value: "\(http ?? "")",
                allowed:
                    "a loopback address, or any with http_allow_remote: true; metrics, names of "
                    + "sources and the status are then readable by whoever reaches it")
        }
    }
}

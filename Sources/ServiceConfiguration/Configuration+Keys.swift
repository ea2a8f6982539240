import Detection
import Frames

extension Configuration {
    /// All keys, in the order in which `elbo config` and the shipped file list them.
    public static let keys: [Key] = pipelineKeys + outputKeys + operationKeys + securityKeys

    private static let pipelineKeys: [Key] = [
        .text(
            .init(
                "model", "The model directory: model.safetensors and calibration.json", "dir",
                details: """
                    What is done to pictures to make them the model's images (elbo train \
                    --preprocess) is part of the model; there is no key for it. No default.
                    """, shipped: ["/usr/share/elbod/models/mnist"]), \.model,
            allowed: "a directory"),
        .endpoints(
            .init(
                "ingest",
                "Where images come in: endpoints, written pattern+role:address with pull, sub or "
                    + "router", "endpoint",
                details: """
                    No default. Who may write to a socket's file may send: in the service's directory, \
                    the group elbod.
                    """,
                table: [
                    "pull    takes its share of what a pusher sends; when scoring is slower, the sender waits",
                    "sub     takes what a publisher sends; when scoring is slower, the oldest frames are dropped",
                    "router  takes requests, as imagezmq's and VidGear's REQ modes send them; the reply is the verdict",
                    "bind    listens at the address; connect goes to it",
                    "address: tcp://host:port or ipc:///path",
                ], shipped: ["pull+bind:ipc:///run/elbod/images"]), \.ingest),
        .endpoints(
            .init(
                "publish", "Where verdicts go out: endpoints, written pub+bind:address", "endpoint",
                details: "No default.",
                shipped: ["pub+bind:ipc:///run/elbod/verdicts"]),
            \.publish),
        .integer(
            .init(
                "queue", "Images that may wait to be scored", "n",
                details: """
                    All sources share the room, each with a queue of its own; when it is full, the \
                    longest one loses its oldest message, or senders at pull and router wait.
                    """), \.queue, 1...1_048_576),
        .integer(
            .init(
                "queue_bytes", "Bytes of messages that may wait to be scored", "bytes",
                details: """
                    Pictures wait as they came and are decoded when their turn comes. 0 is 32 MiB, or \
                    4 bytes a pixel and half a kilobyte for each image of the queue if that is more.
                    """), \.queueBytes, 0...(1 << 40)),
        .integer(
            .init(
                "batch", "Frames scored at once, at most", "n",
                details: "A lone frame never waits for more to come."), \.batch, 1...4096),
        .value(
            .init(
                "threads", "Threads that score, 0 to 256, or auto", "n",
                details: """
                    auto is one per core for a model that takes pictures, and one less for others. \
                    Verdicts do not depend on it. With 0 the receiving thread scores what it has \
                    received: the shortest way for a lone frame, and no more than one core.
                    """, shipped: ["auto"]), \.threads,
            allowed: "a whole number from 0 to 256, or auto",
            show: { $0.map { "\($0)" } ?? "auto" },
            parse: { text in
                guard text != "auto" else { return .some(nil) }
                return Int(text).flatMap { (0...256).contains($0) ? $0 : nil }
            }),
        .value(
            .init(
                "precision",
                "What scores are computed with: fp32, bf16, int8, or auto for the fastest one that "
                    + "the processor supports and the model is calibrated for",
                "fp32|bf16|int8|auto",
                details: "elbo calibrate --precision int8 makes such a calibration."), \.precision,
            allowed: "fp32, bf16, int8 or auto", show: \.text, parse: { PrecisionChoice($0) }),
        .value(
            .init(
                "max_message_bytes",
                "The most bytes in a message part, 1024 to 2147483648, or auto; a larger one "
                    + "disconnects its sender", "bytes",
                details: """
                    auto is 16777216, and 67108864 with a model that preprocesses pictures: raw ones \
                    of 4096 × 4096 in four channels fit.
                    """), \.maxMessageBytes,
            allowed: "a whole number from 1024 to 2147483648, or auto",
            show: { $0.map { "\($0)" } ?? "auto" },
            parse: { text -> Int?? in
                if text == "auto" { return .some(nil) }
                guard let bytes = Int(text), (1024...(1 << 31)).contains(bytes) else { return nil }
                return .some(bytes)
            }),
    ]

    private static let outputKeys: [Key] = [
        .integer(
            .init(
                "receive_high_water",
                "Messages that may wait in libzmq for each connection, before they are in the queue",
                "n",
                details: """
                    0 is 2 for a model that preprocesses pictures, and else 1000 at sub endpoints and \
                    128 at the others. Lower it where messages hold thousands of images.
                    """), \.receiveHighWater, 0...1_000_000),
        .integer(
            .init(
                "publish_high_water",
                "Messages that may wait for one slow subscriber before it loses some", "n",
                details: """
                    0 is 10000, and 2000 with maps, which take 3 to 8 KB each: one that stops reading \
                    then holds 16 MB at most.
                    """), \.publishHighWater, 0...10_000_000),
        .integer(
            .init(
                "frozen_frames",
                "Frames of a source that equal those before them to the last pixel, after which one is "
                    + "called frozen", "n",
                details: """
                    A camera's noise makes every frame another one. 0 looks for none, as for sources \
                    that send drawn pictures. Other faults of frames belong to the calibration: elbo \
                    threshold set --health.
                    """), \.frozenFrames, 0...1_000_000),
        .optionalValue(
            .init(
                "event",
                "When anomalies of one source make an event: k/m, k of its last m frames, or none",
                "k/m",
                details: """
                    Published under event/<source>/ when it opens, and when fewer than half of k of the \
                    last m frames are anomalous again. elbo evaluate --event measures how often it \
                    happens to normal images.
                    """), \.event, allowed: "k/m, such as 5/10, with m up to 64, or none",
            show: \.description, parse: { EventRule($0) }),
        .optionalValue(
            .init(
                "fdr",
                "Windows of W frames of one source in which at most a share q of anomalies found are "
                    + "false: W@q, or none", "W@q",
                details: """
                    Published under window/<source>/ (Benjamini and Hochberg, 1995). Needs a rule with \
                    p-values, and W of at most q(n + 1) with n images calibrated from.
                    """), \.discoveries, allowed: "W@q, such as 500@0.1, or none",
            show: \.description, parse: { DiscoveryRule($0) }),
        .integer(
            .init(
                "thin",
                "Of which frames of a source the calibration is audited: every n-th; 0 for none",
                "n",
                details: """
                    An audit bets on frames being like the calibration's images; once a million to one \
                    speaks against that, the status says that the calibration is not valid any more. \
                    Consecutive frames of a film are not independent: take every 25th of 25 a second, \
                    or whatever it takes for another scene.
                    """), \.thin, 0...1_000_000),
        .integer(
            .init(
                "boxes",
                "Boxes around what is odd in an anomalous picture, at most, by models that inspect pictures",
                "n",
                details: """
                    In pixels of the picture as it was sent, the oddest first. 0 for none.
                    """), \.boxes, 0...5),
        .value(
            .init(
                "maps",
                "Of which pictures maps of where they are odd are published under map/<source>/: none, "
                    + "anomalies or all", "which",
                details: """
                    By models that inspect pictures: a PNG file to lay over the picture, transparent \
                    where nothing is odder than in good pictures.
                    """), \.maps, allowed: "none, anomalies or all", show: \.rawValue,
            parse: { MapChoice(rawValue: $0) }),
        .flag(
            .init(
                "all_scores",
                "Whether verdicts carry every score that is computed beside the deciding one",
                "bool"), \.allScores),
        .flag(
            .init(
                "bare_frames",
                "Whether a message of one part, exactly as many bytes as an image has pixels, is an "
                    + "8-bit image", "bool"), \.bareFrames),
        .value(
            .init(
                "source_from",
                "Where in a message the name of its source is: auto, topic, endpoint, msg or header:KEY",
                "place",
                details: """
                    Names that change with every message, such as a msg with a time in it, make a source \
                    of each.
                    """,
                table: [
                    "auto        the topic, or else the header's source, or else its msg if that is a string",
                    "topic       the topic, or else the endpoint",
                    "endpoint    ingest-1 and so on: whatever comes by one endpoint is one source",
                    "msg         the header's msg, or else the endpoint",
                    "header:KEY  the value of KEY in the header, or in the JSON that msg is or contains",
                ]), \.sourceFrom, allowed: "auto, topic, endpoint, msg or header:KEY",
            show: \.description, parse: { SourceNaming($0) }),
        .value(
            .init(
                "reply",
                "What senders at a router endpoint get back: verdict, or ok for clients that compare "
                    + "the reply", "mode"), \.reply,
            allowed: "verdict or ok", show: \.rawValue, parse: { ReplyMode(rawValue: $0) }),
        .value(
            .init(
                "shard",
                "Which part of what publishers send is scored here, when several daemons subscribe to "
                    + "the same ones: i/n, from 1/n to n/n", "i/n"), \.shard,
            allowed: "i/n, such as 2/3, with n up to 1024", show: \.description,
            parse: { Shard($0) }),
    ]

    private static let operationKeys: [Key] = [
        .integer(
            .init(
                "memory_limit",
                "MiB of resident memory beyond which peers that take memory and deliver nothing are "
                    + "cut off", "MiB",
                details: """
                    Sooner if it grows fast. 0 is what the daemon takes at its start, its queue, its \
                    batches and 48, or 176 with a model that preprocesses pictures.
                    """), \.memoryLimit, 0...1_048_576),
        .integer(
            .init(
                "stale_after", "Seconds without a frame after which a source counts as stale",
                "seconds"), \.staleAfter, 1...86_400),
        .integer(
            .init(
                "start_wait",
                "Seconds that a start waits for a model, or an address to bind to, that is not there yet",
                "seconds",
                details: """
                    After a boot disks and networks may come late. A wrong configuration ends the \
                    start at once all the same. The unit for systemd sets an hour.
                    """), \.startWait, 0...86_400),
        .text(
            .init(
                "state",
                "Where calibrations made while the daemon runs are kept: a directory; auto is "
                    + "$STATE_DIRECTORY, or else the model's", "dir",
                details: "systemd sets $STATE_DIRECTORY for its services."), \.state,
            allowed: "a directory, or auto"),
        .integer(
            .init(
                "keep_calibrations",
                "Calibrations made while the daemon runs that are kept to go back to", "n",
                details: """
                    The last ones, of all sources together and of each with bounds of its own; what is \
                    in force is always kept. 5,000 images take 190 KiB.
                    """), \.keepCalibrations, 1...10_000),
        .text(
            .init(
                "control",
                "Where elbo steers the daemon: the path of a socket, or none; auto is control.sock in "
                    + "$RUNTIME_DIRECTORY, or else none", "path",
                details: "systemd sets $RUNTIME_DIRECTORY for its services."), \.control,
            allowed: "an absolute path of at most 100 bytes, none or auto"
        ) { ["none", "auto"].contains($0) || $0.hasPrefix("/") && $0.utf8.count <= 100 },
        .optional(
            .init(
                "remote_control",
                "Where elbo steers the daemon from other machines (--control tcp://…): "
                    + "tcp://host:port, or none", "tcp://host:port",
                details: """
                    Always encrypted: needs curve_secret, and clients with the right control.
                    """), \.remoteControl,
            allowed: "an address such as tcp://0.0.0.0:5557, or none"
        ) { $0.hasPrefix("tcp://") && (try? Endpoint("router+bind:\($0)")) != nil },
        .optional(
            .init(
                "http", "Where metrics and health are served over HTTP: host:port, or none",
                "host:port", details: "The default is none.", shipped: ["127.0.0.1:9464"]), \.http,
            allowed: "host:port such as 127.0.0.1:9464, or none"
        ) { HTTPAddress($0) != nil },
        .flag(
            .init(
                "http_allow_remote",
                "Whether http may be an address that other machines reach", "bool",
                details: """
                    It is refused otherwise. HTTP is not encrypted, and whoever reaches it reads \
                    metrics, names of sources and the status; images and verdicts are not there.
                    """), \.httpAllowRemote),
    ]

    private static let securityKeys: [Key] = [
        .text(
            .init(
                "curve_secret",
                "The file of the daemon's secret key, or none; auto is the credential curve.secret, if "
                    + "there is one", "file",
                details: """
                    CURVE: with a secret key (elbo keygen), every TCP address that is bound lets in \
                    listed clients only. systemd hands out credentials.
                    """), \.curveSecret, allowed: "a file, none or auto"),
        .optional(
            .init(
                "clients", "The file that lists the keys of clients and their rights, or none",
                "file",
                details: """
                    Needed with a secret key, and looked at four times a second. A client that \
                    loses a right is cut off within a second.
                    """,
                table: [
                    #"camera-1: {key: "…40 characters…", rights: [send]}"#,
                    #"dashboard: {key: "…40 characters…", rights: [receive]}"#,
                    #"desk: {key: "…40 characters…", rights: [control]}"#,
                ]), \.clients,
            allowed: "a file, or none"
        ) { !$0.isEmpty },
        .list(
            .init(
                "server_keys",
                "Public keys of servers that are connected to: each an address, a space and the key",
                "address key", details: #"For example ["tcp://camera:5555 KEY"]."#), \.serverKeys),
        .flag(
            .init(
                "allow_plaintext",
                "Whether addresses beyond this machine may be used without encryption", "bool",
                details: "They are refused otherwise: say true only if the network is trusted."),
            \.allowPlaintext),
    ]
}

public import ArgumentParser
import FoundationEssentials

/// The daemon's configuration as options: a file, and every key.
public struct ConfigurationOptions: ParsableArguments {
    @Option(help: ArgumentHelp("YAML file (default: $ELBOD_CONFIG).", valueName: "file"))
    var config: String?
    @Option(help: ArgumentHelp("Model directory.", valueName: "dir"))
    var model: String?
    @Option(help: ArgumentHelp("Where images come in; may be repeated.", valueName: "endpoint"))
    var ingest: [String] = []
    @Option(help: ArgumentHelp("Where verdicts go out; may be repeated.", valueName: "endpoint"))
    var publish: [String] = []
    @Option(help: ArgumentHelp("Frames that may wait to be scored.", valueName: "n"))
    var queue: String?
    @Option(help: ArgumentHelp("Frames scored at once, at most.", valueName: "n"))
    var batch: String?
    @Option(
        help: ArgumentHelp(
            "Threads that score (default: one per core but one); 0: the receiving one.",
            valueName: "n"))
    var threads: String?
    @Option(help: ArgumentHelp("The largest message part accepted.", valueName: "bytes"))
    var maxMessageBytes: String?
    @Option(help: ArgumentHelp("Verdicts that may wait for a slow subscriber.", valueName: "n"))
    var publishHighWater: String?
    @Option(help: ArgumentHelp("Whether verdicts carry every score.", valueName: "bool"))
    var allScores: String?
    @Option(help: ArgumentHelp("Whether images may come without a header.", valueName: "bool"))
    var bareFrames: String?
    @Option(help: ArgumentHelp("What router endpoints reply: verdict or ok.", valueName: "mode"))
    var reply: String?
    @Option(help: ArgumentHelp("Which part of publishers' frames is ours.", valueName: "i/n"))
    var shard: String?
    @Option(help: ArgumentHelp("Memory beyond which sockets are reopened.", valueName: "MiB"))
    var memoryLimit: String?
    @Option(help: ArgumentHelp("When a silent source counts as stale.", valueName: "seconds"))
    var staleAfter: String?
    @Option(
        help: ArgumentHelp("What scores are computed with.", valueName: "fp32|bf16|int8|auto"))
    var precision: String?
    @Option(help: ArgumentHelp("Where live calibrations are kept.", valueName: "dir"))
    var state: String?
    @Option(help: ArgumentHelp("Socket to be steered by.", valueName: "path"))
    var control: String?
    @Option(
        help: ArgumentHelp(
            "Encrypted address to be steered at from other machines.",
            valueName: "tcp://host:port"))
    var remoteControl: String?
    @Option(help: ArgumentHelp("Where metrics and health are served.", valueName: "host:port"))
    var http: String?
    @Option(help: ArgumentHelp("File of the daemon's secret key.", valueName: "file"))
    var curveSecret: String?
    @Option(help: ArgumentHelp("File of clients and their rights.", valueName: "file"))
    var clients: String?
    @Option(
        help: ArgumentHelp(
            "An address connected to, and its public key; may be repeated.",
            valueName: "address key"))
    var serverKeys: [String] = []
    @Option(help: ArgumentHelp("Allow other machines without encryption.", valueName: "bool"))
    var allowPlaintext: String?

    /// Nothing given.
    public init() {}

    /// Puts defaults, file, environment and these options together.
    public func layers() throws(ConfigurationError) -> ConfigurationLayers {
        let environment = ProcessInfo.processInfo.environment
        var layers = ConfigurationLayers()
        if let file = config ?? environment["ELBOD_CONFIG"] { try layers.add(file: file) }
        try layers.add(environment: environment)
        try layers.add(options: given)
        return layers
    }

    /// What was given, by the names of keys.
    private var given: [String: [String]] {
        let single: [(String, String?)] = [
            ("model", model), ("queue", queue), ("batch", batch), ("threads", threads),
            ("max_message_bytes", maxMessageBytes), ("publish_high_water", publishHighWater),
            ("all_scores", allScores), ("bare_frames", bareFrames), ("reply", reply),
            ("shard", shard), ("memory_limit", memoryLimit), ("stale_after", staleAfter),
            ("precision", precision),
            ("state", state), ("control", control),
            ("remote_control", remoteControl), ("http", http),
            ("curve_secret", curveSecret), ("clients", clients),
            ("allow_plaintext", allowPlaintext),
        ]
        var given: [String: [String]] = [:]
        for (name, value) in single { given[name] = value.map { [$0] } }
        if !ingest.isEmpty { given["ingest"] = ingest }
        if !publish.isEmpty { given["publish"] = publish }
        if !serverKeys.isEmpty { given["server_keys"] = serverKeys }
        return given
    }
}

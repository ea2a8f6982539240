public import ArgumentParser
public import Replay
import ServiceConfiguration
import ZeroMQ

extension Rate: ExpressibleByArgument {
    /// As `Rate.init(_:)`.
    public init?(argument: String) { self.init(argument) }
    /// As it is written.
    public var defaultValueDescription: String { "max" }
}

/// How many frames, how fast, and how the run is told of.
struct RunOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Frames.", valueName: "n"))
    var count = 10_000
    @Option(help: ArgumentHelp("Frames a second, or max.", valueName: "n|max"))
    var rate = Rate.unlimited
    @Option(
        help: ArgumentHelp(
            "Frames on their way at once at --rate max (default: 512, or as many pictures as have 64 MiB).",
            valueName: "n"))
    var window: Int?
    @Option(help: "What the mixture is drawn from.")
    var seed: UInt64 = 1
    @Flag(help: "Print one JSON object, and no progress.")
    var json = false

    /// What is kept of each frame has to fit into memory: 14 bytes.
    private static let mostFrames = 100_000_000

    func validate() throws {
        guard (1...Self.mostFrames).contains(count) else {
            throw ValidationError("--count is from 1 to \(Self.mostFrames)")
        }
        if let window, !(1...1_000_000).contains(window) {
            throw ValidationError("--window is from 1 to 1000000")
        }
    }
}

/// Where the daemon is.
struct DaemonOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Where frames go: an address, or push+connect:…, push+bind:…, pub+bind:… or pub+connect:….",
            valueName: "endpoint"))
    var endpoint = "tcp://127.0.0.1:5555"
    @Option(
        help: ArgumentHelp(
            "Where verdicts come from: an address, or sub+connect:… or sub+bind:….",
            valueName: "endpoint"))
    var verdicts = "tcp://127.0.0.1:5556"
    @Option(
        help: ArgumentHelp(
            "The name the frames carry (default: replay- and four random digits).",
            valueName: "name"))
    var source: String?
    @Option(help: ArgumentHelp("Seconds without a verdict before giving up.", valueName: "s"))
    var timeout = 10.0

    @Option(
        help: ArgumentHelp(
            "The daemon's public key, where it asks for one over TCP.", valueName: "key"))
    var serverKey: String?
    @Option(
        help: ArgumentHelp(
            "File of a secret key with the rights to send and to receive.", valueName: "file"))
    var curveSecret: String?

    func validate() throws {
        guard (serverKey == nil) == (curveSecret == nil) else {
            throw ValidationError("--server-key and --curve-secret belong together")
        }
        do {
            _ = try ReplaySettings.framesEndpoint(endpoint)
            _ = try ReplaySettings.verdictsEndpoint(verdicts)
        } catch {
            throw ValidationError("\(error)")
        }
        if let source, !ReplaySettings.isSource(source) {
            throw ValidationError("--source is 1 to 100 letters, digits, points, dashes and _")
        }
        guard timeout > 0, timeout <= 86400 else {
            throw ValidationError("--timeout is above 0 and at most 86400 s")
        }
    }

    /// The settings of a run with these options.
    func settings(_ run: RunOptions) throws -> ReplaySettings {
        var settings = ReplaySettings(
            frames: try ReplaySettings.framesEndpoint(endpoint),
            verdicts: try ReplaySettings.verdictsEndpoint(verdicts))
        settings.rate = run.rate
        if let window = run.window { settings.window = window }
        settings.source = source ?? ReplaySettings.uniqueSource()
        settings.timeout = timeout
        if let serverKey, let curveSecret {
            settings.keys = (serverKey, try CurveKeyPair(secretFile: curveSecret))
        }
        return settings
    }
}

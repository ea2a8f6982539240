import ArgumentParser
import Build
import Datasets
import Platform
import Replay
import Terminal
import ZeroMQ

/// `elbo-replay`: streams data sets at a live daemon and judges it.
@main
struct ElboReplay: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "elbo-replay",
        abstract: "Stream images whose truth is known at a live elbod, and judge its verdicts.",
        discussion: """
            A daemon to try it on, and some runs:
              elbod --model models/mnist --ingest pull+bind:tcp://127.0.0.1:5555 \\
                    --publish pub+bind:tcp://127.0.0.1:5556
              elbo-replay                            10,000 images at full speed
              elbo-replay --rate 1000 --count 60000  a minute at 1,000 images/s
              elbo-replay --anomalous none           false alarms alone
              elbo-replay --builtin --model models/mnist   without any data set

            Normal and anomalous images are mixed in an exact proportion, at places
            drawn by --seed. A frame is two parts, a JSON header and the pixels, as
            imagezmq sends them. Pictures are sent as the files that they are, of any size
            and in colour, as cameras send JPEG; so the very folder that trained a model
            can be replayed:
              elbo-replay --normal pictures/ --anomalous none
            Nothing is sent before the daemon's status has come
            in, so that no verdict can be missed.

            At --rate max a new frame leaves when an old one is answered, with --window
            frames on their way; latency is then mostly waiting in line. At a fixed rate
            frames leave on schedule whatever comes back, and latency counts from when a
            frame was due, not from when it could be sent: a daemon that stalls cannot
            hide it by holding the load back ("coordinated omission"). Frames it held
            back are counted as late.

            At the end stands a table, or with --json one object with the keys sent,
            verdicts, lost, duplicates, out_of_order, errors, errors_by_reason, strays,
            late, normal_within, anomalous_flagged, accuracy, false_alarm_rate,
            false_alarm_interval, auroc, seconds, images_per_second,
            latency_us {p50, p99, p999, max}, normal, anomalous and seed.

            Ctrl-C stops sending, waits up to two seconds for what is on its way, and
            prints the table. The exit code is 0 if every frame has its verdict, 1 if
            one is missing, 69 if there is no daemon.
            """,
        version: Build.text(for: "elbo-replay"))

    @OptionGroup(title: "Images") var images: ImageOptions
    @OptionGroup(title: "Run") var options: RunOptions
    @OptionGroup(title: "Daemon") var daemon: DaemonOptions

    func run() throws {
        let stopSignal = StopSignal()
        stopSignal.watch()
        let isComplete = try reporting(as: "elbo-replay") { try replay(until: stopSignal) }
        if !isComplete { throw ExitCode(1) }
    }

    /// Whether every frame has its verdict.
    private func replay(until stopSignal: StopSignal) throws -> Bool {
        var settings = try daemon.settings(options)
        let (normal, anomalous) = try images.load(seed: options.seed, until: stopSignal)
        if options.window == nil {
            settings.limitWindow(toFramesOf: [normal, anomalous].compactMap { $0 })
        }
        let mixture = Mixture(
            count: options.count, share: images.anomalousShare, seed: options.seed)
        var replayer = try Replayer(
            Context(), settings, mixture, normal: normal, anomalous: anomalous)
        try replayer.waitForDaemon { stopSignal.isRequested }
        var progress = ProgressLine(total: options.count)
        let ending = try replayer.run(
            until: { stopSignal.isRequested },
            watch: { tally, now in if !options.json { progress.show(tally, now) } })
        progress.end()
        if ending == .gaveUp {
            let hint =
                replayer.tally.verdicts > 0
                ? "" : "; does elbod ingest from where \(settings.frames) goes?"
            note("elbo-replay: gave up after \(settings.timeout) s without a verdict\(hint)\n")
        }
        let summary = Summary(
            replayer.tally, normal: normal?.name ?? "none",
            anomalous: anomalous?.name ?? "none", seed: options.seed)
        print(options.json ? try summary.json : summary.table)
        return ending != .gaveUp && summary.tally.verdicts == summary.tally.sent
    }
}

import ArgumentParser
import Build
import DetectionService
import FoundationEssentials
import Glibc
import Logging
import Platform
import ServiceConfiguration
import Synchronization

/// `elbod`: scores the images of ZeroMQ streams and publishes verdicts.
@main
struct Elbod: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "elbod",
        abstract: "Score images that arrive over ZeroMQ and publish a verdict on each.",
        discussion: """
            Images come in as pyzmq and imagezmq send arrays: a part with a JSON header
            that gives dtype and shape, a part with the raw pixels, and optionally a topic
            part in front. Each verdict goes out as a topic, anomaly/<source>/,
            normal/<source>/ or error/<source>/, and one line of JSON. Counts go out under
            status/ every second.

            Endpoints are written pattern+role:address. pull takes its share of what a
            pusher sends and lets it wait when scoring is slower; sub takes what a
            publisher sends and drops the oldest frames:
              elbod --model models/mnist --ingest pull+bind:tcp://127.0.0.1:5555 \\
                    --publish pub+bind:tcp://127.0.0.1:5556

            SIGTERM stops reading, scores what is held, publishes it and exits 0; SIGHUP
            reads model and calibration again. Options win over environment variables
            (ELBOD_QUEUE and so on), and those over the file; config/elbod.yaml documents
            every key, and elbo config explain says where each value came from.
            """,
        version: Build.text(for: "elbod"))

    @OptionGroup var options: ConfigurationOptions
    @Flag(help: "Check configuration, model and calibration, and exit.")
    var checkConfig = false

    /// Before anything else: a signal that comes while libraries and model are being loaded must not end
    /// the program, but wait until there is a daemon that it can be told.
    static func main() {
        ServiceSignals.hold()
        main(nil)
    }

    func run() throws {
        LoggingSystem.bootstrap { _ in ConsoleLogHandler() }
        defer { ConsoleLogHandler.flush() }
        let logger = Logger(label: "elbod")
        let running = RunningDaemon()
        do {
            try ServiceSignals.handle { running.take($0) }
            let configuration = try options.layers().validated()
            HiddenPlaces().warn(of: configuration, logger)
            noteRouterPriority(configuration, logger)
            if checkConfig {
                _ = try Daemon(configuration, logger: logger)
                try configuration.probeAddresses()
                return print("The configuration is good.")
            }
            let notifier = SystemdNotifier(environment: ProcessInfo.processInfo.environment)
            var wait = StartWait(seconds: configuration.startWait)
            while true {
                do {
                    let daemon = try Daemon(configuration, logger: logger)
                    running.set(daemon)
                    return try daemon.run(notifier)
                } catch {
                    running.set(nil)
                    if running.mustStop { return }
                    guard wait.mustTryAgain(after: error, logger, notifier) else { throw error }
                }
            }
        } catch {
            logger.error("\(error)")
            throw ExitCode(ExitStatus(of: error).rawValue)
        }
    }
}

/// The daemon, once there is one, for the thread that takes signals.
private final class RunningDaemon: Sendable {
    private struct State {
        var daemon: Daemon?
        var mustReload = false
        var mustStop = false
    }

    private let state = Mutex(State())

    /// Signals are for this daemon from now on, or for none.
    func set(_ daemon: Daemon?) {
        let mustReload = state.withLock { state in
            state.daemon = daemon
            return state.mustReload
        }
        if mustReload { daemon?.reload() }
    }

    /// Whether a stop was asked for.
    var mustStop: Bool { state.withLock { $0.mustStop } }

    /// Does what a signal asks for.
    func take(_ signal: ServiceSignal) {
        let daemon = state.withLock { state in
            if signal == .reload { state.mustReload = true } else { state.mustStop = true }
            return state.daemon
        }
        switch (signal, daemon) {
        case (.reload, let daemon): daemon?.reload()
        case (_, let daemon?): daemon.stop()
        case (_, nil):
            // Nothing serves yet, and what is being read may hang. Not by exit(3): it has libraries take down what
            // the main thread is computing with.
            ConsoleLogHandler.flush()
            _exit(0)
        }
    }
}

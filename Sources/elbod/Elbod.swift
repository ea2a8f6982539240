import ArgumentParser
import DetectionService
import FoundationEssentials
import Glibc
import Logging
import Platform
import ServiceConfiguration
import Terminal

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
        version: elbodVersion)

    @OptionGroup var options: ConfigurationOptions
    @Flag(help: "Check configuration, model and calibration, and exit.")
    var checkConfig = false

    func run() throws {
        LoggingSystem.bootstrap { _ in ConsoleLogHandler() }
        let logger = Logger(label: "elbod")
        let stopSignal = StopSignal()
        do {
            let configuration = try options.layers().configuration
            let daemon = try Daemon(configuration, logger: logger)
            if checkConfig {
                try configuration.probeAddresses()
                return print("The configuration is good.")
            }
            stopSignal.watch { daemon.stop() }
            watchForHangup { daemon.reload() }
            try daemon.run(SystemdNotifier(environment: ProcessInfo.processInfo.environment))
        } catch {
            logger.error("\(error)")
            throw ExitCode(ExitStatus(of: error).rawValue)
        }
    }
}

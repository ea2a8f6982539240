import ArgumentParser
import Console
import DetectionService
import FoundationEssentials
import ZeroMQ

/// Which running daemon.
struct DaemonOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The daemon's control socket (default: $ELBOD_CONTROL, or /run/elbod/control.sock).",
            valueName: "path"))
    var control: String?
    @Flag(help: "Print the result as JSON.")
    var json = false

    /// Where the daemon listens.
    var path: String {
        control ?? ProcessInfo.processInfo.environment["ELBOD_CONTROL"] ?? "/run/elbod/control.sock"
    }

    /// Asks for something and waits for the answer.
    func ask<Result: Codable & Sendable>(
        _ request: ControlRequest, seconds: Int = 10
    ) throws -> Result {
        do {
            return try ControlClient(Context(), path: path).ask(request, seconds: seconds)
        } catch let error as ControlError {
            if case .refused = error { throw Failure(error.description, .dataFormat) }
            throw Failure(error.description, .unavailable)
        }
    }

    /// How the daemon is doing.
    func status() throws -> Status { try ask(ControlRequest(.status)) }
}

import ArgumentParser
import Control
import ControlClients
import FoundationEssentials
import Platform
import ServiceConfiguration
import Terminal
import ZeroMQ

/// Which running daemon.
struct DaemonOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The daemon's control socket, a path or tcp://host:port (default: $ELBOD_CONTROL, or "
                + "/run/elbod/control.sock).", valueName: "address"))
    var control: String?
    @Option(help: ArgumentHelp("The daemon's public key, for tcp.", valueName: "key"))
    var serverKey: String?
    @Option(
        help: ArgumentHelp(
            "File of a secret key that the daemon knows, where it asks for one.",
            valueName: "file"))
    var curveSecret: String?
    @Flag(help: "Print the result as JSON.")
    var json = false

    /// Where the daemon listens.
    var address: String {
        control ?? ProcessInfo.processInfo.environment["ELBOD_CONTROL"] ?? "/run/elbod/control.sock"
    }

    /// Asks for something and waits for the answer.
    func ask<Result: Codable & Sendable>(
        _ request: ControlRequest, seconds: Int = 10
    ) throws -> Result {
        try ControlClient(Context(), address: address, keys: keys).ask(request, seconds: seconds)
    }

    private var keys: (server: String, pair: CurveKeyPair)? {
        get throws {
            guard address.hasPrefix("tcp://") else { return nil }
            guard let serverKey, let curveSecret, serverKey.utf8.count == 40 else {
                throw Failure(
                    "\(address) is encrypted: name the daemon's public key with --server-key and "
                        + "your secret key with --curve-secret; elbo keygen makes one", .usage)
            }
            return (serverKey, try CurveKeyPair(secretFile: curveSecret))
        }
    }

    /// How the daemon is doing.
    func status() throws -> Status { try ask(.status) }
}

import ArgumentParser
import Control
import Glibc
import Platform
import ServiceConfiguration
import Terminal
import ZeroMQ

/// `elbo tap`: prints the verdicts of a running daemon as they are published.
struct Tap: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print the verdicts of a running daemon, one JSON line each.",
        discussion: """
            Asks the daemon where it publishes and subscribes there:
              elbo tap --anomalies | jq .score
            """)

    @OptionGroup var daemon: DaemonOptions
    @Flag(help: "Only anomalies.")
    var anomalies = false
    @Option(help: ArgumentHelp("Only this source.", valueName: "name"))
    var source: String?
    @Option(help: ArgumentHelp("End after this many.", valueName: "n"))
    var count: Int?

    func run() throws {
        try reporting {
            let status = try daemon.status()
            guard let endpoint = status.publish.first.flatMap({ try? Endpoint($0) }),
                endpoint.role == .bind
            else {
                throw Failure(
                    "the daemon publishes at no address it listens at itself; subscribe where it "
                        + "connects to", .unavailable)
            }
            let socket = try Socket(Context(), .sub)
            if let curveSecret = daemon.curveSecret, let serverKey = status.publicKey {
                try socket.setCurveClient(
                    serverKey: serverKey, keyPair: try CurveKeyPair(secretFile: curveSecret))
            } else if endpoint.address.hasPrefix("tcp"), status.publicKey != nil {
                throw Failure("the daemon asks for a key: name yours with --curve-secret", .usage)
            }
            for topic in topics { try socket.subscribe(topic) }
            try socket.connect(endpoint.reachableAddress)
            try follow(socket)
        }
    }

    private var topics: [String] {
        let kinds = anomalies ? ["anomaly/"] : ["anomaly/", "normal/", "error/"]
        return kinds.map { $0 + (source.map { Endpoint.topicName($0) + "/" } ?? "") }
    }

    private func follow(_ socket: borrowing Socket) throws {
        var message = Message()
        var printed = 0
        while printed < count ?? .max {
            _ = try socket.receive(into: &message)
            guard message.more else { continue }
            _ = try socket.receive(into: &message)
            print(printableJSON(String(decoding: message.copy, as: UTF8.self)))
            // Whoever reads this through a pipe wants each line when it comes.
            fflush(nil)
            printed += 1
        }
    }
}

import ArgumentParser
import Control
import Formatting
import Platform

/// `elbo reload`: has a running daemon read its model and calibration again.
struct Reload: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Have a running daemon take up changed model and calibration files.",
        discussion: """
            The files are read and tried first; if anything is wrong with them the old ones
            serve on, and this command says what and exits non-zero. Otherwise they are
            swapped between two frames; none is lost. SIGHUP does the same, unwatched.
            """)

    @OptionGroup var daemon: DaemonOptions
    // It always waits until every scoring thread uses the new files; older scripts say it all the same.
    @Flag(help: .hidden)
    var wait = false

    func run() throws {
        try reporting {
            let status: Status = try daemon.ask(.reload, seconds: 30)
            if daemon.json { return try printJSON(status) }
            print(
                "Serving model \(status.model) with calibration \(status.calibration), revision "
                    + "\(status.calibrationRevision)")
            for remark in status.remarks ?? [] { print(remark) }
        }
    }
}

/// `elbo drain`: has a running daemon finish what it holds.
struct Drain: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Have a running daemon take nothing more in, and wait until all is scored.",
        discussion: """
            The daemon stays up, answers and is not ready; stop or restart it when you like.
            """)

    @OptionGroup var daemon: DaemonOptions

    func run() throws {
        try reporting {
            var status: Status = try daemon.ask(.drain)
            while status.inFlight > 0 {
                sleepThread(for: .milliseconds(50))
                status = try daemon.status()
            }
            if daemon.json { return try printJSON(status) }
            print(
                "Drained: received \(grouped(status.received)) = scored \(grouped(status.scored)) + "
                    + "rejected \(grouped(status.rejected)) + dropped \(grouped(status.dropped))")
        }
    }
}

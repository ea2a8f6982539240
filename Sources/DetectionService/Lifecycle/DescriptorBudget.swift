import Frames
import Images
import Inspection
import Logging
import Platform
import ServiceConfiguration
import VAE

/// How the descriptors that the daemon may have are divided.
///
/// Idle peers cost one each, and could otherwise take those that control, monitoring and files need.
struct DescriptorBudget {
    /// What the process may have.
    let limit: Int
    /// What it takes without a single peer.
    let own: Int

    /// Kept for files and for looking at /proc.
    static let files = 8
    /// Below so many peers at a port there is no point in starting.
    static let fewest = 8
    /// And more than so many are not let in.
    static let most = 2000

    /// Of a process that may have `limit` and has `open`, before it opens anything for `configuration`.
    init(limit: Int, open: Int, _ configuration: Configuration) {
        self.limit = limit
        let sockets =
            configuration.ingest.count + configuration.publish.count
            + (configuration.controlPath == nil ? 0 : 1)
            + (configuration.remoteControl == nil ? 0 : 1)
        // Of libzmq's context 5, wake-ups 3, the service manager's and the spare one; of each socket its
        // mailbox, its listener and the lock beside its file; of NIO 4.
        own =
            open + 10 + 3 * sockets + (configuration.http == nil ? 0 : 5)
            + (configuration.clients == nil ? 0 : 2)
    }

    /// The fewest descriptors that are enough.
    var needed: Int { own + Self.files + 2 * Self.fewest }
    /// Kept from peers for control, monitoring and files: a quarter of few, and no more than all of these
    /// can use.
    var reserve: Int { min(Self.files + 2 * 32, max(2 * Self.fewest, limit / 4)) }
    /// Connections of one port: its peers leave a quarter of what there is to those of others, and take 22
    /// KiB of memory each, silent as they may be.
    var perPort: Int { min(Self.most, max(Self.fewest, (limit - own - reserve) * 3 / 4)) }

    /// The bounds of a port whose peers may have libzmq hold so much.
    func bounds(_ holding: HoldingBounds) -> ConnectionBounds {
        ConnectionBounds(connections: perPort, reserve: reserve, holding: holding)
    }
    /// Those of the port that serves metrics; where there are many, its server turns connections away
    /// before.
    var monitoring: ConnectionBounds {
        ConnectionBounds(
            connections: min(2 * MonitoringServer.connections, max(Self.fewest / 2, limit / 16)),
            reserve: Self.files + Self.fewest / 2, replacesIdle: true)
    }
}

extension Daemon {
    /// What senders of frames may have libzmq hold.
    var ingestHolding: HoldingBounds {
        let limit = messageLimit + ConnectionWatch.margin
        var holding = HoldingBounds(
            .ingest, part: messageLimit, unfinished: limit,
            allUnfinished: max(Self.leastUnfinished, 2 * limit), parts: Self.parts)
        holding.waiting = 2 * messageLimit
        holding.waitingParts = max(Self.waitingParts, 8 * configuration.receiveHighWater)
        return holding
    }

    /// A message has three parts, and more where its senders put something in front of it or behind.
    private static let parts = 256
    /// Of 1,000 messages that may wait.
    private static let waitingParts = 16_384
    /// What all of them may hold of messages that are not whole, however small these may be.
    private static let leastUnfinished = 32 << 20

    /// Sees to it that peers can take neither all descriptors nor all memory, or throws if there are too few
    /// of the former to begin with; the bounds of ports that verdicts go out by.
    func boundConnections() throws(DaemonError) -> ConnectionBounds {
        let budget = DescriptorBudget(
            limit: Descriptors.raiseLimit(), open: Descriptors.open, configuration)
        guard budget.limit >= budget.needed else {
            throw .descriptors(limit: budget.limit, needed: budget.needed)
        }
        guard budget.bounds(ingestHolding).apply(descriptors: budget.limit) else {
            throw .memory(mebibytes: 1)
        }
        if let path = configuration.controlPath { ControlPort.bounds.apply(path: path) }
        let ports = [
            configuration.remoteControl.map { ($0, ControlPort.bounds) },
            configuration.http.map { ($0, budget.monitoring) },
        ]
        for case (let address, let bounds)? in ports {
            if let port = address.split(separator: ":").last.flatMap({ UInt16($0) }) {
                bounds.apply(port: port)
            }
        }
        return budget.bounds(Publisher.holding)
    }

    /// Throws if the process may not have the memory that it is going to need.
    func checkMemory() throws(DaemonError) {
        let scored = 2 * framesBeingScored * (4 * first.model.model.imageShape.values + 1024)
        // Each thread reserves the stack that it might need.
        let bytes = queueLimits.bytes + scored + (configuration.scorers + 8) << 23 + 64 << 20
        guard canHaveMemory(bytes: bytes) else { throw .memory(mebibytes: bytes >> 20) }
    }

    /// Says at which ports peers were turned away.
    func reportConnections() {
        for report in ConnectionBounds.takeReports()
        where report.refused + report.replaced + report.cut > 0 {
            logger.warning(
                "Connections were turned away or cut: peers have taken what they may.",
                metadata: [
                    "port": "\(report.port)", "refused": "\(report.refused)",
                    "replaced": "\(report.replaced)", "held_too_much": "\(report.cut)",
                ])
        }
    }
}

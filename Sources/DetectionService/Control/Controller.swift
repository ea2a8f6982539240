import Control
import Detection
import Files
import FoundationEssentials

/// Answers requests; knows no sockets.
///
/// What takes time is done in the workshop, and waited for here with the heartbeat going on.
struct Controller: Sendable {
    let monitor: Monitor
    let updater: ModelUpdater
    let recentScores: RecentScores
    /// Asks the daemon to take nothing more in.
    let drain: @Sendable () -> Void
    /// Of the thread that answers.
    var heartbeat = Heartbeat()
    /// Whether nobody should wait any more.
    var isStopping: @Sendable () -> Bool = { false }

    /// Requests longer than this hold a calibration, and are read in the workshop.
    private static let shortest = 1 << 16

    /// The answer to a request, whatever its bytes are.
    func answer(_ request: [UInt8]) -> [UInt8] {
        do {
            guard request.count <= Self.shortest else {
                return try inWorkshop("a request of \(request.count) bytes") {
                    attempt { try carryOut(ControlRequest(decoding: request)) }
                }
            }
            let request = try ControlRequest(decoding: request)
            guard let work = request.work else { return try carryOut(request) }
            return try inWorkshop(work) { attempt { try carryOut(request) } }
        } catch { return failure(error) }
    }

    private func attempt(_ body: () throws -> [UInt8]) -> [UInt8] {
        do { return try body() } catch { return failure(error) }
    }

    private func inWorkshop(
        _ name: String, _ work: @escaping @Sendable () -> [UInt8]
    ) throws(WorkshopError) -> [UInt8] {
        try updater.workshop.perform(
            name,
            tick: {
                heartbeat.advance()
                return !isStopping()
            }, work: work)
    }

    private func carryOut(_ request: ControlRequest) throws -> [UInt8] {
        switch request {
        case .status: return try result(monitor.status(isQuestion: true))
        case .sources: return try result(monitor.sources())
        case .reload:
            let remarks = try updater.reload()
            var status = monitor.status()
            status.remarks = remarks.isEmpty ? nil : remarks
            return try result(status)
        case .drain:
            drain()
            return try result(monitor.status())
        case .gather, .renew, .release, .cancel: return try result(gathering(request))
        case .adopt(let rule, let scope, let ticket):
            let effect = try updater.change(to: .gathered(rule, ticket: ticket), scope)
            if !scope.isDryRun { recentScores.stopCollecting() }
            return try result(effect)
        case .threshold(let rule, let scope):
            return try result(updater.change(to: .redrawn(rule), scope))
        case .calibrate(let calibration, let scope):
            return try result(updater.change(to: .given(calibration), scope))
        case .rollback(let scope): return try result(updater.change(to: .before, scope))
        case .remove(let scope): return try result(updater.change(to: .common, scope))
        }
    }

    private func gathering(_ request: ControlRequest) throws -> Status {
        switch request {
        case .gather(let count, let source, let lease):
            guard (2...1_000_000).contains(count) else { throw GatheringRefusal.count }
            let terms = try lease.map { lease throws(GatheringRefusal) in
                guard (1...3600).contains(lease.seconds) else { throw .lease }
                return Gathering.Lease(holder: lease.holder, seconds: lease.seconds)
            }
            try recentScores.startCollecting(count, source: source, terms ?? .unspoken)
            var status = monitor.status()
            status.collecting?.ticket = recentScores.progress()?.ticket
            return status
        case .renew(let ticket): try recentScores.renew(ticket)
        case .release(let ticket): recentScores.stopCollecting(ticket)
        default:
            recentScores.stopCollecting(because: "somebody ended the gathering")
        }
        return monitor.status()
    }

    private func result(_ value: some Codable & Sendable) throws -> [UInt8] {
        try Self.encode(ControlAnswer(result: value, error: nil))
    }

    private func failure(_ error: any Error) -> [UInt8] {
        let text =
            (error as? DecodingError).map { "the request is not understood: \(Self.reason($0))" }
            ?? "\(error)"
        return (try? Self.encode(ControlAnswer<Status>(result: nil, error: text)))
            ?? Array("{}".utf8)
    }

    private static func encode(_ value: some Encodable) throws -> [UInt8] {
        try [UInt8](JSONEncoder.elbod.encode(value))
    }

    private static func reason(_ error: DecodingError) -> String {
        switch error {
        case .keyNotFound(let key, _): "\(key.stringValue) is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context),
            .dataCorrupted(let context):
            context.codingPath.map(\.stringValue).joined(separator: ".") + " "
                + context.debugDescription
        @unknown default: "\(error)"
        }
    }
}

extension ControlRequest {
    /// What takes time in it, for people; nil if it is answered at once.
    fileprivate var work: String? {
        switch self {
        case .status, .sources, .drain, .gather, .renew, .release, .cancel: nil
        case .reload: "reloading model and calibration"
        case .adopt, .threshold, .calibrate, .rollback, .remove: "a change of bounds"
        }
    }
}

/// Why nothing can be gathered this way.
private enum GatheringRefusal: Error, CustomStringConvertible {
    case count
    case lease

    var description: String {
        switch self {
        case .count: "between 2 and 1,000,000 frames can be gathered"
        case .lease: "a lease is for 1 to 3,600 seconds"
        }
    }
}

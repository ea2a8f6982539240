import Control
import Detection
import Files
import FoundationEssentials

/// Answers requests; knows no sockets.
struct Controller: Sendable {
    let monitor: Monitor
    let updater: ModelUpdater
    let recentScores: RecentScores
    /// Asks the daemon to take nothing more in.
    let drain: @Sendable () -> Void

    /// The answer to a request, whatever its bytes are.
    func answer(_ request: [UInt8]) -> [UInt8] {
        do {
            let request = try JSONDecoder().decode(ControlRequest.self, from: Data(request))
            return try carryOut(request)
        } catch let error as DecodingError {
            return failure("the request is not understood: \(Self.reason(error))")
        } catch { return failure("\(error)") }
    }

    private func carryOut(_ request: ControlRequest) throws -> [UInt8] {
        switch request {
        case .status: return try result(monitor.status())
        case .sources: return try result(monitor.sources())
        case .reload:
            try updater.reload()
            return try result(monitor.status())
        case .drain:
            drain()
            return try result(monitor.status())
        case .gather(let count, let source):
            guard (2...1_000_000).contains(count) else {
                return failure("between 2 and 1,000,000 frames can be gathered")
            }
            guard recentScores.startCollecting(count, source: source) else {
                return failure("scores are being gathered already; wait, or end that first")
            }
            return try result(monitor.status())
        case .cancel:
            recentScores.stopCollecting()
            return try result(monitor.status())
        case .adopt(let rule, let scope):
            let effect = try change(to: updater.gathered(score: rule.score, k: rule.k), scope)
            if !scope.isDryRun { recentScores.stopCollecting() }
            return try result(effect)
        case .threshold(let rule, let scope):
            return try result(change(to: updater.redrawn(score: rule.score, k: rule.k), scope))
        case .calibrate(let calibration, let scope):
            return try result(change(to: calibration, scope))
        case .rollback(let scope): return try result(change(to: updater.previous(), scope))
        }
    }

    /// Puts a calibration into service, unless this is only a look.
    private func change(
        to calibration: Calibration, _ scope: ControlRequest.Scope
    ) throws -> CalibrationEffect {
        let effect = updater.effect(of: calibration, source: scope.source)
        if !scope.isDryRun { try updater.apply(calibration, source: scope.source) }
        return effect
    }

    private func result(_ value: some Codable & Sendable) throws -> [UInt8] {
        try Self.encode(ControlAnswer(result: value, error: nil))
    }

    private func failure(_ text: String) -> [UInt8] {
        (try? Self.encode(ControlAnswer<Status>(result: nil, error: text))) ?? Array("{}".utf8)
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

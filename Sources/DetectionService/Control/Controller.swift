import Control
import Detection
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
        switch request.verb {
        case .status: return try result(monitor.status())
        case .sources: return try result(monitor.sources())
        case .reload:
            try updater.reload()
            return try result(monitor.status())
        case .drain:
            drain()
            return try result(monitor.status())
        case .gather:
            guard let count = request.count, (2...1_000_000).contains(count) else {
                return failure("between 2 and 1,000,000 frames can be gathered")
            }
            guard recentScores.startCollecting(count, source: request.source) else {
                return failure("scores are being gathered already; wait, or end that first")
            }
            return try result(monitor.status())
        case .cancel:
            recentScores.stopCollecting()
            return try result(monitor.status())
        case .adopt:
            let calibration = try updater.gathered(score: request.score, k: request.k)
            return try change(to: calibration, request)
        case .threshold:
            return try change(
                to: updater.redrawn(score: request.score, k: request.k), request)
        case .calibrate:
            guard let calibration = request.calibration else {
                return failure("the request holds no calibration")
            }
            return try change(to: calibration, request)
        case .rollback: return try change(to: updater.previous(), request)
        }
    }

    private func change(to calibration: Calibration, _ request: ControlRequest) throws -> [UInt8] {
        let effect = updater.effect(of: calibration, source: request.source)
        if request.dry_run != true {
            try updater.apply(calibration, source: request.source)
            if request.verb == .adopt { recentScores.stopCollecting() }
        }
        return try result(effect)
    }

    private func result(_ value: some Codable & Sendable) throws -> [UInt8] {
        try Self.encode(ControlAnswer(result: value, error: nil))
    }

    private func failure(_ text: String) -> [UInt8] {
        (try? Self.encode(ControlAnswer<Status>(result: nil, error: text))) ?? Array("{}".utf8)
    }

    private static func encode(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try [UInt8](encoder.encode(value))
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

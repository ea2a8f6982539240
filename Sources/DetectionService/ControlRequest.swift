public import Detection
import FoundationEssentials
public import VAE

/// What `elbo` asks of a running daemon: one JSON object a request, over the control socket.
public struct ControlRequest: Codable, Sendable {
    /// What to do.
    public var verb: Verb
    /// Of which source alone.
    public var source: String?
    /// The score that is to decide.
    public var score: ScoreFunction?
    /// k in μ ± kσ.
    public var k: Double?
    /// Frames to gather scores from.
    public var count: Int?
    /// A whole calibration, made elsewhere.
    public var calibration: Calibration?
    /// Only say what would change.
    public var dry_run: Bool?

    /// Everything that can be asked.
    public enum Verb: String, Codable, Sendable, CaseIterable {
        /// `Status`.
        case status
        /// `[SourceStatus]`.
        case sources
        /// Reads model and calibration again; `Status`.
        case reload
        /// Takes nothing more in and scores what is held; `Status`.
        case drain
        /// Gathers the scores of the next `count` frames; `Status`.
        case gather
        /// Ends gathering; `Status`.
        case cancel
        /// Draws bounds from the gathered scores; `CalibrationEffect`.
        case adopt
        /// Draws bounds anew from the scores of the calibration in service; `CalibrationEffect`.
        case threshold
        /// Takes over `calibration`; `CalibrationEffect`.
        case calibrate
        /// Goes back to the calibration before; `CalibrationEffect`.
        case rollback
    }

    /// A request without details.
    public init(_ verb: Verb) { self.verb = verb }
}

/// The daemon's answer: `result`, or else `error`.
public struct ControlAnswer<Result: Codable & Sendable>: Codable, Sendable {
    /// What was asked for.
    public var result: Result?
    /// Why it was not done; one sentence.
    public var error: String?
}

/// Answers requests; knows no sockets.
struct Controller: Sendable {
    let monitor: Monitor
    let steering: Steering
    let observations: Observations
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
            try steering.reload()
            return try result(monitor.status())
        case .drain:
            drain()
            return try result(monitor.status())
        case .gather:
            guard let count = request.count, (2...1_000_000).contains(count) else {
                return failure("between 2 and 1,000,000 frames can be gathered")
            }
            guard observations.startCollecting(count, source: request.source) else {
                return failure("scores are being gathered already; wait, or end that first")
            }
            return try result(monitor.status())
        case .cancel:
            observations.stopCollecting()
            return try result(monitor.status())
        case .adopt:
            let calibration = try steering.gathered(score: request.score, k: request.k)
            return try change(to: calibration, request)
        case .threshold:
            return try change(
                to: steering.redrawn(score: request.score, k: request.k), request)
        case .calibrate:
            guard let calibration = request.calibration else {
                return failure("the request holds no calibration")
            }
            return try change(to: calibration, request)
        case .rollback: return try change(to: steering.previous(), request)
        }
    }

    private func change(to calibration: Calibration, _ request: ControlRequest) throws -> [UInt8] {
        let effect = steering.effect(of: calibration, source: request.source)
        if request.dry_run != true {
            try steering.apply(calibration, source: request.source)
            if request.verb == .adopt { observations.stopCollecting() }
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

import Detection
import Files
import Foundation
import Frames
import Platform
import TestSupport
import VAE

/// A writer of verdicts by a calibration with μ = 2, σ = 1 and k = 2 over `mse`.
struct Verdicts {
    static let model = SHA256Digest(of: Array("model".utf8))

    var encoder: VerdictEncoder
    let rulebook: Rulebook

    init(
        _ calibration: Calibration? = nil, epoch: String = "6f1c2a90", worker: String = "host-1",
        allScores: Bool = false
    ) throws {
        let folder = try TemporaryFolder()
        let bytes = try (calibration ?? standardCalibration()).encoded()
        try Data(bytes).write(to: URL(fileURLWithPath: Calibration.path(in: folder.path)))
        rulebook = Rulebook(
            try LoadedCalibration(directory: folder.path, model: Self.model))
        encoder = VerdictEncoder(
            rulebook: rulebook, model: Self.model, epoch: epoch, worker: worker,
            allScores: allScores)
    }

    /// The verdicts on the frames of a batch that all have this score, which were scored at 150 µs in a
    /// batch begun at 100 µs.
    func verdicts(on batch: borrowing Batch, mse: Float = 2) -> [Verdict] {
        var decider = Decider()
        _ = decider.reserve(16)
        var verdicts: [Verdict] = []
        let scores = Scores(mse: mse, nll: 20, kl: 3, elbo: 23)
        decider.decide(
            batch, scores: Array(repeating: scores, count: batch.count), edition: .first,
            by: rulebook,
            at: Verdict.Times(
                started: UnixTime(nanoseconds: 100_000), scored: UnixTime(nanoseconds: 150_000)),
            into: &verdicts)
        return verdicts
    }

    /// The line of the verdict on the frame in `row`.
    mutating func line(of batch: borrowing Batch, row: Int = 0, mse: Float = 2) -> [UInt8] {
        var line: [UInt8] = []
        encoder.encode(verdicts(on: batch, mse: mse)[row], of: batch, into: &line)
        return line
    }
}

/// A calibration from the scores 1, 2 and 3.
func standardCalibration(
    scores: [Float] = [1, 2, 3], score: ScoreFunction = .mse, k: Double = 2,
    rule: DecisionRule? = nil
) throws -> Calibration {
    try Calibration(
        scores: scores.map { Scores(mse: $0, nll: 10 * $0, kl: -$0, elbo: 100 + $0) },
        rule: rule ?? .sigma(score: score, k: k), model: Verdicts.model,
        data: Calibration.DataIdentity(name: "toys", sha256: "sha256:00"),
        created: UnixTime(nanoseconds: 1_795_417_316_120_311_000), revision: 7)
}

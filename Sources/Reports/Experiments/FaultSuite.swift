public import Datasets
public import Detection
import Frames
public import VAE

/// What a rule makes of normal images, of the same images with every fault, and of other sets.
public struct FaultSuite: Sendable {
    /// Whose rule is measured.
    public let calibration: Calibration
    /// The normal images, of which the outside ones are false alarms.
    public let normal: CaughtShare
    /// What they are called.
    public let normalName: String
    /// Every fault, then the other sets.
    public let rows: [CaughtShare]

    /// Measures `normal` as it is and with every fault that can happen to it, and `others` as they are.
    ///
    /// `score` computes all scores that the calibration holds; `progress` is told how many of all sets are done.
    public init<Failure: Error>(
        _ calibration: Calibration, normal: ImageSet, others: [ImageSet],
        progress: (Int, Int) -> Void = { _, _ in },
        scoring score: (ImageSet) throws(Failure) -> [Scores]
    ) throws(Failure) {
        self.calibration = calibration
        let faults = Fault.allCases.filter { $0.applies(to: normal) }
        let all = 2 + faults.count + others.count
        progress(0, all)
        let scores = try score(normal)
        self.normal = calibration.caught("normal", normal: scores, anomalous: scores)
        normalName = normal.name
        var rows: [CaughtShare] = []
        for fault in faults {
            progress(rows.count + 1, all)
            let faulty = try score(fault.applied(to: normal))
            rows.append(calibration.caught(fault.name, normal: scores, anomalous: faulty))
        }
        progress(rows.count + 1, all)
        if Self.findsFrozen(calibration) {
            let pixels = (0..<normal.count).reversed().flatMap(normal.image)
            let again = try score(normal.replacing(pixels: pixels, name: normal.name))
            rows.append(Self.frozen(calibration, scores, again.reversed()))
        }
        for set in others {
            progress(rows.count + 1, all)
            rows.append(calibration.caught(set.name, normal: scores, anomalous: try score(set)))
        }
        progress(all, all)
        self.rows = rows
    }

    private static func findsFrozen(_ calibration: Calibration) -> Bool {
        calibration.rule.health.contains(.frozen)
            && calibration.needed.isSuperset(of: .health)
    }

    /// The images as frozen ones: each scored once more, in another place of a batch, must be known for the same and
    /// its neighbour for another, as a source's next frames are compared.
    private static func frozen(
        _ calibration: Calibration, _ scores: [Scores], _ again: [Scores]
    ) -> CaughtShare {
        let caught = scores.indices.count { index in
            var stillness = Stillness()
            _ = stillness.note(scores[index == 0 ? scores.count - 1 : index - 1])
            let isNew = stillness.note(scores[index]) == 0
            return isNew && stillness.note(again[index]) == 1
        }
        return CaughtShare(
            "frozen", count: scores.count, faulty: [.frozen: caught], score: calibration.rule.score)
    }

    /// The mean over faults and sets of the share that a score catches.
    public func mean(_ score: ScoreFunction) -> Double {
        rows.reduce(0) { $0 + $1.share(score) } / Double(max(1, rows.count))
    }
}

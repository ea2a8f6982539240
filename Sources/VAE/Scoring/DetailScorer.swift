import Networks
import Tensors

/// Adds to the scores of a batch those that take more than its reconstruction error: what the pixels tell,
/// where image and reconstruction differ, and what encoding the reconstruction shows.
///
/// Works on what a network has computed of the same batch; nothing that is not asked for is computed. Everything
/// is allocated at initialisation; belongs to one thread.
final class DetailScorer {
    private let wanted: ScoreSet
    private let (rows, columns): (Int, Int)
    private let examiner: ImageExaminer
    private let meter: HealthMeter
    private let reconstructions: ImageBatch
    /// Means before log-variances, `(capacity, 2·latent)`.
    let posterior: Matrix
    /// What the encoder's hidden layers make of images less what they make of reconstructions, `(capacity, units)`.
    let differences: Matrix
    private let latent: PrincipalDistances?
    private let hidden: PrincipalDistances?
    private let fusion: Fusion?
    private var room: [Double]

    /// The patch whose error is the worst is of 3 × 3 pixels.
    private static let patchSide = 3
    /// And that with the most entropy of 5 × 5.
    private static let entropySide = 5

    /// For the images of a model, in batches of at most `capacity`.
    init(
        _ architecture: Architecture, rows: Int, columns: Int, _ wanted: ScoreSet,
        _ profile: NormalProfile?, capacity: Int
    ) {
        self.wanted = wanted
        (self.rows, self.columns) = (rows, columns)
        examiner = ImageExaminer(rows: rows, columns: columns)
        meter = HealthMeter(rows: rows, columns: columns)
        let reconstructs = !wanted.isDisjoint(with: ScoreSet.differences.union(.rapp))
        reconstructions = ImageBatch(
            rows: reconstructs ? capacity : 0, columns: architecture.inputs)
        let looksAtPosterior = !wanted.isDisjoint(with: .posterior)
        posterior = Matrix(
            rows: looksAtPosterior ? capacity : 0, columns: 2 * architecture.latent)
        let retraces = !wanted.isDisjoint(with: .rapp)
        differences = Matrix(
            rows: retraces ? capacity : 0,
            columns: architecture.hidden.reduce(0, +))
        latent =
            wanted.contains(.latent)
            ? profile.map { PrincipalDistances($0.codes, capacity: capacity) } : nil
        hidden =
            wanted.contains(.nap)
            ? profile.map { PrincipalDistances($0.hidden, capacity: capacity) } : nil
        fusion = wanted.contains(.fused) ? profile?.fusion : nil
        room = Array(repeating: 0, count: fusion?.width ?? 0)
    }

    /// Adds to `scores`, those of the first `count` of `images`.
    func add(
        to scores: inout [Scores], of images: borrowing ImageBatch, _ count: Int,
        _ network: any Network
    ) {
        if reconstructions.rows > 0 {
            for row in 0..<count { network.reconstruct(row, into: reconstructions) }
        }
        if posterior.rows > 0 {
            for row in 0..<count { network.writePosterior(row, into: posterior) }
            latent?.run(posterior, count)
        }
        if differences.rows > 0 {
            network.retrace(reconstructions, count, into: differences)
            hidden?.run(differences, count)
        }
        for row in 0..<count {
            look(at: row, of: images, adding: &scores[row])
            compare(row, adding: &scores[row])
        }
    }

    private func look(
        at row: Int, of images: borrowing ImageBatch, adding scores: inout Scores
    ) {
        if !wanted.isDisjoint(with: .health) {
            scores.add(meter.measure(row, of: images), rows: rows, columns: columns)
        }
        guard !wanted.isDisjoint(with: .examined) else { return }
        let entropy = examiner.open(row, of: images, side: Self.entropySide)
        if wanted.contains(.excess) { scores[.excess] = max(0, scores[.nll] - entropy.sum) }
        if !wanted.isDisjoint(with: ScoreSet.pixels.subtracting(.health)) {
            scores.add(examiner.statistics, rows: rows, columns: columns)
            (scores[.entropy], scores[.entropyPatch]) = (entropy.sum, entropy.patch)
        }
        if !wanted.isDisjoint(with: .differences) {
            let pixels = Float(rows * columns)
            let found = examiner.differences(from: row, of: reconstructions, side: Self.patchSide)
            scores[.brighter] = found.brighter / pixels
            scores[.darker] = found.darker / pixels
            scores[.residual] = found.residual / pixels
            scores[.patch] = found.patch / Float(Self.patchSide * Self.patchSide)
        }
    }

    private func compare(_ row: Int, adding scores: inout Scores) {
        if posterior.rows > 0 {
            (scores[.code], scores[.spread]) = posteriorLengths(row: row, of: posterior)
        }
        if let latent { scores[.latent] = latent.squared(row) }
        if differences.rows > 0 { scores[.sap] = sumOfSquares(row: row, of: differences) }
        if let hidden { scores[.nap] = hidden.squared(row) }
        fusion?.add(to: &scores, &room)
    }
}

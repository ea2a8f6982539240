public import Frames
public import VAE

/// Makes verdicts of scores, in the order of each source and of publication, and numbers them.
///
/// Several threads score batches at once; this is where order returns, so what depends on the frames
/// before (a rule with a memory, a frozen picture) has its place here, in the state of a source. Uses
/// the same memory again and again; one thread at a time, batches in the order in which they were
/// taken.
public struct Decider: Sendable {
    /// By the places of the sources.
    private var sources: [SourceState] = []
    /// The number of the last verdict or error.
    private var publications: UInt64 = 0

    /// What is known of one source between its frames.
    private struct SourceState {
        /// The edition that `calibration` is a place in.
        var edition = EditionNumber.none
        /// Which calibration decides, looked up by the source's name once an edition.
        var calibration = CalibrationIndex.common
        /// Whose state this is: a forgotten source's place is another one's.
        var source: Source?
    }

    private let isPublishing: Bool

    /// A decider that has said nothing yet; its verdicts have the number 0 if nobody publishes them.
    public init(isPublishing: Bool = true) { self.isPublishing = isPublishing }

    /// The next `count` numbers of publication, of which the first is returned: those of errors, which
    /// need no decision.
    public mutating func reserve(_ count: Int) -> UInt64 {
        guard isPublishing else { return 0 }
        defer { publications += UInt64(count) }
        return publications + 1
    }

    /// Appends the verdict on each frame of `batch`, in the order of its rows, to `verdicts`.
    ///
    /// `scores` holds those of each row, by a model of the edition of this number and rulebook.
    public mutating func decide(
        _ batch: borrowing Batch, scores: [Scores], edition: EditionNumber, by rulebook: Rulebook,
        at times: Verdict.Times, into verdicts: inout [Verdict]
    ) {
        for row in 0..<batch.count {
            let frame = batch.frame(row)
            let calibration = calibration(of: frame, in: batch, row, edition, rulebook)
            let isFinite = scores[row].isFinite
            verdicts.append(
                Verdict(
                    frame: frame, row: row, scores: scores[row],
                    decision: isFinite ? rulebook.judge(at: calibration).decide(scores[row]) : nil,
                    version: Verdict.Version(edition: edition, calibration: calibration),
                    times: times, publication: reserve(1)))
        }
    }

    private mutating func calibration(
        of frame: Frame, in batch: borrowing Batch, _ row: Int, _ edition: EditionNumber,
        _ rulebook: Rulebook
    ) -> CalibrationIndex {
        let source = frame.source.value
        while sources.count <= source { sources.append(SourceState()) }
        let sender = batch.source(row)
        if sources[source].edition != edition || sources[source].source !== sender {
            sources[source] = SourceState(
                edition: edition, calibration: rulebook.calibration(for: sender.name),
                source: sender)
        }
        return sources[source].calibration
    }
}

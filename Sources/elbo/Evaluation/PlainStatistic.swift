import Detection
import VAE

/// How well the best of the statistics of pixels alone tells two sets of images: what a model has to beat.
struct PlainStatistic: Encodable {
    /// Which.
    let statistic: String
    /// On which side of normal images it finds the others: `high` or `low`.
    let side: String
    /// The area under its ROC curve, on that side.
    let auroc: Double

    /// The best by the scores of both sets; nil if one has none.
    ///
    /// Looking for the best of nineteen on the very images it is measured on flatters it a little.
    init?(normal: [Scores], anomalous: [Scores]) {
        guard let first = normal.first, !anomalous.isEmpty else { return nil }
        let statistics = first.computed.intersection(.pixels).functions
        let areas = statistics.map { function in
            Evaluation.auroc(
                normal: normal.map { $0[function] }, anomalous: anomalous.map { $0[function] })
        }
        guard let best = areas.indices.max(by: { abs(areas[$0] - 0.5) < abs(areas[$1] - 0.5) })
        else { return nil }
        statistic = statistics[best].rawValue
        side = areas[best] >= 0.5 ? "high" : "low"
        auroc = max(areas[best], 1 - areas[best])
    }
}

public import Drawing
public import VAETraining

/// How the loss fell while a model was trained.
public struct TrainingHistory: Sendable {
    /// What was recorded of every epoch.
    public let records: [EpochRecord]

    /// A history of at least one epoch, or nil.
    public init?(_ records: [EpochRecord]) {
        guard !records.isEmpty else { return nil }
        self.records = records
    }

    /// The loss over the epochs.
    public var lossCurve: Figure {
        figure(
            "Loss of each epoch on the training images, and its reconstruction term",
            "nats per image",
            [
                ("loss", records.map(\.terms.loss)),
                ("reconstruction", records.map(\.terms.reconstruction)),
            ])
    }

    /// The divergence over the epochs.
    public var divergenceCurve: Figure {
        figure(
            "KL term of each epoch", "nats per image", [("KL", records.map(\.terms.kl))])
    }

    /// The use of the latent units over the epochs.
    public var activityCurve: Figure {
        figure(
            "Active latent units in each epoch", "units",
            [("active units", records.map { Double($0.activeUnits) })])
    }

    private func figure(
        _ caption: String, _ unit: String, _ series: [(name: String, values: [Double])]
    ) -> Figure {
        let values = series.flatMap(\.values).filter(\.isFinite)
        let (low, high) = (values.min() ?? 0, values.max() ?? 1)
        let margin = (high - low) * 0.06
        var chart = Chart(
            x: Axis("epoch", .linear(1...Double(max(2, records.count)))),
            y: Axis(unit, .linear(max(0, low - margin)...(high + margin))), width: 420, height: 260,
            legend: series.enumerated().map {
                Chart.Key(series: $0.offset, sample: .line, text: $0.element.name)
            })
        for (index, series) in series.enumerated() {
            chart.curve(
                series.values.enumerated().map { (Double($0.offset + 1), $0.element) },
                series: index)
        }
        return Figure(caption, chart.drawing)
    }
}

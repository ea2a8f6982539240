import FoundationEssentials

extension Summary {
    /// One JSON object, sorted by key; what there is no number for is null.
    public var json: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }
}

extension Summary: Encodable {
    private enum Key: String, CodingKey {
        case sent, verdicts, lost, duplicates, errors, strays, late, accuracy, auroc, seconds
        case normal, anomalous, seed
        case outOfOrder = "out_of_order"
        case errorsByReason = "errors_by_reason"
        case normalWithin = "normal_within"
        case anomalousFlagged = "anomalous_flagged"
        case falseAlarmRate = "false_alarm_rate"
        case falseAlarmInterval = "false_alarm_interval"
        case imagesPerSecond = "images_per_second"
        case latency = "latency_us"
    }

    private struct Latency: Encodable {
        let p50: Double?
        let p99: Double?
        let p999: Double?
        let max: Double?
    }

    /// Writes what `--json` prints; the keys are listed in the help.
    public func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: Key.self)
        try object.encode(tally.sent, forKey: .sent)
        try object.encode(tally.verdicts, forKey: .verdicts)
        try object.encode(lost, forKey: .lost)
        try object.encode(tally.duplicates, forKey: .duplicates)
        try object.encode(tally.outOfOrder, forKey: .outOfOrder)
        try object.encode(tally.errorCount, forKey: .errors)
        try object.encode(tally.errors, forKey: .errorsByReason)
        try object.encode(tally.strays, forKey: .strays)
        try object.encode(tally.late, forKey: .late)
        try object.encode(normalWithin, forKey: .normalWithin)
        try object.encode(anomalousFlagged, forKey: .anomalousFlagged)
        try object.encode(accuracy, forKey: .accuracy)
        try object.encode(falseAlarmRate, forKey: .falseAlarmRate)
        try object.encode(
            falseAlarmInterval.map { [$0.lowerBound, $0.upperBound] }, forKey: .falseAlarmInterval)
        try object.encode(auroc, forKey: .auroc)
        try object.encode(seconds, forKey: .seconds)
        try object.encode(imagesPerSecond, forKey: .imagesPerSecond)
        try object.encode(
            Latency(p50: latency(50), p99: latency(99), p999: latency(99.9), max: latency(100)),
            forKey: .latency)
        try object.encode(names.normal, forKey: .normal)
        try object.encode(names.anomalous, forKey: .anomalous)
        try object.encode(seed, forKey: .seed)
    }
}

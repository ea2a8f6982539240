import Foundation
import Replay
import Testing

@Suite struct SummaryTests {
    /// Ten frames a millisecond apart; every verdict takes 500 µs; one normal frame is flagged.
    private func summary(anomalous: Int = 5, unanswered: Int = 0) -> Summary {
        let mixture = Mixture(count: 10, anomalous: anomalous, seed: 2)
        var tally = Tally(mixture)
        var alarm = mixture.isAnomalous.firstIndex(of: false)
        for sequence in 0..<10 {
            let due = UInt64(sequence) * 1_000_000
            tally.noteSent(due: due)
            guard sequence < 10 - unanswered else { continue }
            let truth = mixture.isAnomalous[sequence]
            tally.noteVerdict(
                sequence, isAnomaly: truth || sequence == alarm, score: truth ? 2 : 1,
                at: due + 500_000)
            if sequence == alarm { alarm = nil }
        }
        return Summary(tally, normal: "mnist:t10k", anomalous: "fashion-mnist:t10k", seed: 2)
    }

    @Test func `shares are of the frames judged`() {
        let summary = summary()
        #expect(summary.normalWithin == 0.8)
        #expect(summary.falseAlarmRate == 0.2)
        #expect(summary.anomalousFlagged == 1)
        #expect(summary.accuracy == 0.9)
        #expect(summary.auroc == 1)
        #expect(summary.falseAlarmInterval?.contains(0.2) == true)
        #expect(summary.lost == 0)
    }

    @Test func `speed is verdicts over the time from the first frame to the last verdict`() throws {
        let summary = summary()
        #expect(summary.seconds == 0.0095)
        #expect(abs(try #require(summary.imagesPerSecond) - 10 / 0.0095) < 1e-6)
        #expect(abs(try #require(summary.latency(50)) - 500) < 0.5)
    }

    @Test func `what there are no frames for has no number`() {
        let summary = summary(anomalous: 0)
        #expect(summary.anomalousFlagged == nil)
        #expect(summary.auroc == nil)
        #expect(summary.accuracy == 0.9)
        let silent = self.summary(unanswered: 10)
        #expect(silent.accuracy == nil)
        #expect(silent.falseAlarmInterval == nil)
        #expect(silent.imagesPerSecond == nil)
        #expect(silent.latency(99) == nil)
        #expect(silent.lost == 10)
    }

    @Test func `JSON has every key, null where there is no number`() throws {
        let json = try JSONSerialization.jsonObject(with: Data(try summary(anomalous: 0).json.utf8))
        let object = try #require(json as? [String: Any])
        #expect(
            Set(object.keys) == [
                "sent", "verdicts", "lost", "duplicates", "out_of_order", "errors",
                "errors_by_reason", "strays", "late", "normal_within", "anomalous_flagged",
                "accuracy", "false_alarm_rate", "false_alarm_interval", "auroc", "seconds",
                "images_per_second", "latency_us", "normal", "anomalous", "seed",
            ])
        #expect(object["auroc"] is NSNull)
        #expect(object["sent"] as? Int == 10)
        #expect(object["normal_within"] as? Double == 0.9)
        #expect((object["false_alarm_interval"] as? [Double])?.count == 2)
        let latency = try #require(object["latency_us"] as? [String: Any])
        #expect(Set(latency.keys) == ["p50", "p99", "p999", "max"])
    }

    @Test func `the table tells people the same`() {
        #expect(
            summary(unanswered: 1).table == """
                                                 flagged         not flagged  unanswered
                mnist:t10k                   1 (25.00 %)         3 (75.00 %)           1
                fashion-mnist:t10k          5 (100.00 %)          0 (0.00 %)           0

                Accuracy       88.89 %
                False alarms   25.00 %, 95 % interval 4.56 % to 69.94 %
                AUROC          1.00000
                Throughput     1,059 images/s over 0.01 s
                Latency        p50 500 µs   p99 500 µs   p99.9 500 µs   max 500 µs
                Frames         10 sent, 9 judged, 1 lost, 0 duplicated, 0 out of order, 0 late
                """)
    }
}

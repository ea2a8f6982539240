import Detection
import Foundation
import Frames
import Platform
import Tensors
import TestSupport
import Testing
import VAE

@Suite struct EventTests {
    private let loud = Decision(score: 9, z: 9, side: .high)
    private let quiet = Decision(score: 1, z: 0, side: .inside)

    private func frame(_ number: UInt64) throws -> Frame {
        var intake = Intake()
        try intake.take(header("\"seq\":\(number)"), received: Int64(number) * 1_000_000_000)
        return intake.frames[0]
    }

    /// What becomes of frames that are anomalous where there is an x.
    private func changes(_ text: String, _ rule: EventRule) throws -> [FrameEvent] {
        var tracker = EventTracker()
        return try text.enumerated().compactMap { index, character in
            tracker.note(
                try frame(UInt64(index)), character == "x" ? loud : quiet, by: rule, number: 1)
        }
    }

    @Test(arguments: ["", "5", "0/5", "6/5", "5/65", "5/10/2", "-1/5", "a/b", "1/"])
    func `what is no rule is refused`(text: String) { #expect(EventRule(text) == nil) }

    @Test func `one opens with the k-th of m, and closes with fewer than half as many`() throws {
        let rule = try #require(EventRule("3/5"))
        #expect(rule.description == "3/5")
        #expect(try changes("..x.x..x.x....x", rule).isEmpty)
        let open = try changes("..x.xx", rule)
        #expect(open.map(\.isOpen) == [true])
        #expect(open[0].firstSequence == 5 && open[0].frames == 5 && open[0].anomalies == 3)
        let whole = try changes("..x.xx.x......", rule)
        #expect(whole.map(\.isOpen) == [true, false])
        #expect(whole[1].number == 1 && whole[1].anomalies == 4)
        // Of the last five of "..x.xx.x..." one is anomalous with the frame of number 10, less than one and a half.
        #expect(whole[1].lastSequence == 10 && whole[1].frames == 10)
        #expect(whole[1].opened == whole[0].opened && whole[1].lastTime > whole[0].lastTime)
    }

    @Test func `a window of 64 forgets nothing too early`() throws {
        let rule = try #require(EventRule("2/64"))
        let early = "x" + String(repeating: ".", count: 62) + "x"
        let late = "x" + String(repeating: ".", count: 63) + "x"
        #expect(try changes(early, rule).count == 1)
        #expect(try changes(late, rule).isEmpty)
    }

    @Test func `faults of its frames are gathered`() throws {
        let rule = try #require(EventRule("2/3"))
        var tracker = EventTracker()
        for fault in [FrameFault.soft, .dark] {
            _ = tracker.note(
                try frame(1), Decision(score: 1, z: 0, side: .inside, fault: fault), by: rule,
                number: 4)
        }
        let closed = tracker.close()
        let event = try #require(closed)
        #expect(event.number == 4 && !event.isOpen && event.faults.contains(.dark))
        #expect(tracker.event == nil && tracker.close() == nil)
    }

    @Test func `windows find what Benjamini and Hochberg do`() throws {
        let rule = try #require(DiscoveryRule("5@0.25"))
        // 0.05 ≤ 1/5 · 0.25, 0.08 ≤ 2/5 · 0.25, 0.14 ≤ 3/5 · 0.25, 0.3 > 4/5 · 0.25.
        #expect(rule.discoveries([0.3, 0.05, 0.14, 0.9, 0.08]) == [1, 2, 4])
        #expect(rule.discoveries([0.3, 0.4, 0.6, 0.9, 0.8]).isEmpty)
        // A later one may be small enough for all before it.
        #expect(rule.discoveries([0.06, 0.09, 0.14, 0.9, 0.9]) == [0, 1, 2])
        var window = DiscoveryWindow()
        var reports: [DiscoveryWindow.Report] = []
        for (number, p) in ([0.3, 0.05, 0.14, 0.9, 0.08] as [Float]).enumerated() {
            if let report = window.note(p, sequence: UInt64(10 + number), by: rule) {
                reports.append(report)
            }
        }
        #expect(reports.map(\.discoveries) == [[11, 12, 14]] && reports[0].first == 10)
        for text in ["", "5", "1@0.1", "5@0", "5@1", "5@nan", "10001@0.1", "5@0.1@2"] {
            #expect(DiscoveryRule(text) == nil, "\(text)")
        }
    }

    @Test func `the share of false discoveries is what it says`() throws {
        let rule = try #require(DiscoveryRule(window: 100, rate: 0.2))
        var random = RandomNumbers(seed: 6)
        var shares: [Double] = []
        for _ in 0..<400 {
            let normal = ScoreSample(of: (0..<2000).map { _ in random.nextNormal() })
            let judge = try Judge(
                DecisionRule(
                    score: .mse, method: .quantile(alpha: 0.01, tails: .high), health: []),
                over: [.mse: normal])
            let ps = (0..<100).map { place in
                judge.decide(Scores(mse: random.nextNormal() + (place < 10 ? 4 : 0))).p ?? 1
            }
            let found = rule.discoveries(ps)
            shares.append(Double(found.count { $0 >= 10 }) / Double(max(1, found.count)))
        }
        let mean = shares.reduce(0, +) / Double(shares.count)
        // q times the share of normal frames is 0.18.
        #expect(mean < 0.2 && mean > 0.12, "\(mean)")
    }

    @Test func `a window too long for the calibration, or a rule without p-values, is refused`()
        throws
    {
        let sample = [ScoreFunction.mse: ScoreSample(of: (0..<999).map(Float.init))]
        let quantile = try DrawnRule(
            DecisionRule(score: .mse, method: .quantile(alpha: 0.01, tails: .high), health: []),
            over: sample)
        try DiscoveryRule(window: 100, rate: 0.1)?.check(quantile)
        let error = #expect(throws: CalibrationError.self) {
            try DiscoveryRule(window: 101, rate: 0.1)?.check(quantile)
        }
        #expect(error?.description.contains("at most 100, or the images at least 1009") == true)
        #expect(throws: CalibrationError.self) {
            try DiscoveryRule(window: 10, rate: 0.1)?.check(DrawnRule(.paper, over: sample))
        }
    }
}

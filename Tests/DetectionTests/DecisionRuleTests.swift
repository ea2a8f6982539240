import Detection
import Foundation
import Frames
import Tensors
import Testing
import VAE

@Suite struct DecisionRuleTests {
    private typealias Method = DecisionRule.Method

    private func sample(_ scores: [Float]) -> ScoreSample { ScoreSample(of: scores) }

    /// By counting, not by bounds: (1 + #{sᵢ ≥ s}) / (n + 1) on the high side.
    private func p(_ score: Float, _ scores: [Float], _ tails: DecisionRule.Tails) -> Double {
        let high = Double(1 + scores.count { $0 >= score }) / Double(scores.count + 1)
        let low = Double(1 + scores.count { $0 <= score }) / Double(scores.count + 1)
        switch tails {
        case .high: return high
        case .low: return low
        case .both: return min(1, 2 * min(high, low))
        }
    }

    @Test(arguments: DecisionRule.Tails.allCases, [0, 7])
    func `a quantile calls anomalous what has a p-value of at most α, ties or not`(
        tails: DecisionRule.Tails, steps: Int
    ) throws {
        var random = RandomNumbers(seed: 3)
        func score() -> Float {
            let score = random.nextUniform()
            return steps == 0 ? score : (score * Float(steps)).rounded(.down)
        }
        for alpha in [0.04, 0.1, 0.29, 0.9] {
            let scores = (0..<99).map { _ in score() }
            let rule = DecisionRule(
                score: .mse, method: .quantile(alpha: alpha, tails: tails))
            let judge = try Judge(rule, over: [.mse: sample(scores)])
            for value in (0..<200).map({ _ in score() }) + [-1, 0, 1, 8] + scores.prefix(20) {
                let decision = judge.decide(Scores(mse: value))
                let expected = p(value, scores, tails)
                #expect(abs(Double(decision.p ?? 2) - expected) < 1e-6)
                #expect(decision.isAnomaly == (expected <= alpha + 1e-9), "\(value), α \(alpha)")
            }
        }
    }

    @Test(arguments: [0, 256])
    func `two certified sides together break the promise in no more calibrations than allowed`(
        steps: Int
    ) throws {
        var random = RandomNumbers(seed: 11)
        let rule = DecisionRule(
            score: .mse, method: .certified(alpha: 0.02, confidence: 0.99, tails: .both))
        var broken = 0
        for _ in 0..<10_000 {
            let scores = (0..<400).map { _ in
                let score = random.nextUniform()
                return steps == 0 ? score : (score * Float(steps)).rounded(.down)
            }
            let bounds = try DrawnRule(rule, over: [.mse: sample(scores)]).bounds
            let inside =
                steps == 0
                ? bounds.upper - bounds.lower
                : (bounds.upper + 1 - bounds.lower) / Double(steps)
            if 1 - inside > 0.02 { broken += 1 }
        }
        #expect(broken <= 130, "\(broken)")
        #expect(steps > 0 || broken >= 20, "\(broken)")
    }

    @Test func `two sides need more images, and exactly as many as is said`() throws {
        #expect(Certificate.images(alpha: 0.001, confidence: 0.99) == 4603)
        let images = Certificate.images(alpha: 0.001, confidence: 0.99, parts: 2)
        #expect(images == 6636)
        #expect(
            try Certificate(n: images, alpha: 0.001, confidence: 0.99, parts: 2).ranks == 2)
        #expect(throws: CalibrationError.self) {
            try Certificate(n: images - 1, alpha: 0.001, confidence: 0.99, parts: 2)
        }
        // However little is promised: two images have two ends.
        #expect(Certificate.images(alpha: 0.999, confidence: 0.01, parts: 2) == 2)
    }

    @Test(
        arguments: [
            (.fixed(lower: nil, upper: nil), "a lower or an upper"),
            (.fixed(lower: 2, upper: 1), "the lower one first"),
            (.fixed(lower: .nan, upper: 1), "give numbers"),
            (.fixed(lower: nil, upper: .infinity), "give numbers"),
            (.sigma(k: 0), "above 0"), (.sigma(k: .nan), "above 0"),
            (.quantile(alpha: 0, tails: .high), "between 0 and 1"),
            (.quantile(alpha: .nan, tails: .high), "between 0 and 1"),
            (.quantile(alpha: 0.2, tails: .high), "it takes 4"),
            (.quantile(alpha: 0.2, tails: .both), "it takes 9"),
            (.certified(alpha: 0.5, confidence: 0.99, tails: .low), "it takes 7"),
            (.certified(alpha: 1, confidence: 0.99, tails: .low), "between 0 and 1"),
            (.certified(alpha: 0.5, confidence: .nan, tails: .low), "between 0 and 1"),
            (.tail(alpha: 0.01, tails: .high), "it takes 500"),
            (.tail(alpha: 0.4, tails: .high), "take quantile"),
            (.tail(alpha: 2, tails: .high), "between 0 and 1"),
        ] as [(DecisionRule.Method, String)])
    func `what cannot be drawn is refused with what it would take`(
        method: DecisionRule.Method, reason: String
    ) {
        let error = #expect(throws: CalibrationError.self) {
            try DrawnRule(
                DecisionRule(score: .mse, method: method), over: [.mse: sample([1, 2, 3])])
        }
        #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
    }

    @Test(
        arguments: [
            (.sigma(k: 2.5), #"{"k":2.5,"rule":"sigma","score":"nll"}"#),
            (.fixed(lower: nil, upper: 2), #"{"rule":"fixed","score":"nll","upper":2}"#),
            (.fixed(lower: 1, upper: 2), #"{"lower":1,"rule":"fixed","score":"nll","upper":2}"#),
            (
                .quantile(alpha: 0.5, tails: .low),
                #"{"alpha":0.5,"rule":"quantile","score":"nll","tails":"low"}"#
            ),
            (
                .certified(alpha: 0.5, confidence: 0.75, tails: .both),
                #"{"alpha":0.5,"confidence":0.75,"rule":"certified","score":"nll","tails":"both"}"#
            ),
            (
                .tail(alpha: 0.25, tails: .high),
                #"{"alpha":0.25,"rule":"tail","score":"nll","tails":"high"}"#
            ),
        ] as [(DecisionRule.Method, String)])
    func `rules are read as they are written`(method: DecisionRule.Method, text: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        // Without a word of health there is none, as in files of older versions.
        let old = DecisionRule(score: .nll, method: method, health: [])
        #expect(try JSONDecoder().decode(DecisionRule.self, from: Data(text.utf8)) == old)
        let rule = DecisionRule(
            score: .nll, method: method, others: [.mse], health: FaultSet([.soft, .dark]))
        let written = try encoder.encode(rule)
        #expect(try JSONDecoder().decode(DecisionRule.self, from: written) == rule)
        let whole = String(decoding: written, as: UTF8.self)
        #expect(
            whole.contains(#""any_of":["mse"]"#) && whole.contains(#""health":["dark","soft"]"#))
        let plain = whole.replacing(#""any_of":["mse"],"#, with: "")
        #expect(plain.replacing(#""health":["dark","soft"],"#, with: "") == text)
    }

    @Test(arguments: [
        #"{"rule":"mood","score":"mse"}"#, #"{"rule":"sigma","score":"mse"}"#,
        #"{"rule":"certified","score":"mse"}"#, #"{"k":2,"score":"mse"}"#,
        #"{"rule":"quantile","alpha":0.1,"tails":"sideways","score":"mse"}"#,
    ])
    func `a rule that is unknown or lacks a number is refused`(text: String) {
        #expect(throws: (any Error).self) {
            try JSONDecoder().decode(DecisionRule.self, from: Data(text.utf8))
        }
    }

    @Test(
        arguments: [
            .sigma(k: 2), .fixed(lower: nil, upper: 2.5), .fixed(lower: 1.5, upper: nil),
            .quantile(alpha: 0.5, tails: .high),
            .certified(alpha: 0.9, confidence: 0.5, tails: .both),
        ] as [DecisionRule.Method])
    func `a calibration keeps its rule in its file, and refuses other bounds`(
        method: DecisionRule.Method
    ) throws {
        let calibration = try standardCalibration(
            rule: DecisionRule(score: .mse, method: method))
        let bytes = try calibration.encoded()
        #expect(try Calibration(decoding: bytes) == calibration)
        var text = String(decoding: bytes, as: UTF8.self)
        let bound = calibration.bounds.upperIfAny == nil ? "lower" : "upper"
        let start = try #require(text.range(of: #""\#(bound)":"#))
        text.insert("9", at: start.upperBound)
        if case .fixed = method { return }
        #expect(throws: CalibrationError.self) { try Calibration(decoding: Array(text.utf8)) }
    }

    @Test func `a forecast of two sides is that of all that lies outside`() throws {
        let scores = [ScoreFunction.mse: sample((0..<999).map(Float.init))]
        func rate(_ tails: DecisionRule.Tails) throws -> Double {
            let rule = DecisionRule(score: .mse, method: .quantile(alpha: 0.1, tails: tails))
            return try RuleForecast(rule, over: scores).rate
        }
        let rates = try [rate(.high), rate(.low), rate(.both)]
        #expect(rates.allSatisfy { abs($0 - 0.1) < 1e-12 }, "\(rates)")
        let byHand = DecisionRule(score: .mse, method: .fixed(lower: 9.5, upper: nil))
        let counted = try RuleForecast(byHand, over: scores).rate
        #expect(abs(counted - 10.0 / 999) < 1e-12)
    }
}

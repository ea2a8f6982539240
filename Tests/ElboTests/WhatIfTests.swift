import Foundation
import Testing

@Suite struct WhatIfTests {
    private func rows(_ options: String...) throws -> [[String: Any]] {
        let run = try Command(
            ["threshold", "what-if", "--model", Command.model, "--json"] + options)
        #expect(run.status == 0, "\(run.errors)")
        let data = Data(run.output.utf8)
        return try #require(try JSONSerialization.jsonObject(with: data) as? [[String: Any]])
    }

    @Test func `rules and levels are told with what they alarm and what they promise`() throws {
        let rows = try rows("--fps", "10", "--tails", "high")
        func row(_ rule: String, _ level: Double) throws -> [String: Any] {
            let found = rows.first {
                $0["rule"] as? String == rule && ($0["alpha"] ?? $0["k"]) as? Double == level
            }
            return try #require(found)
        }
        // 5,000 scores: the 34th largest keeps 1 % with 99 % confidence, the 50th in the mean.
        let certified = try row("certified", 0.01)
        let quantile = try row("quantile", 0.01)
        #expect(abs((certified["rate"] as? Double ?? 0) - 34.0 / 5001) < 1e-12)
        #expect(abs((quantile["rate"] as? Double ?? 0) - 50.0 / 5001) < 1e-12)
        let bounds = [certified, quantile].compactMap { $0["upper"] as? Double }
        #expect(bounds.count == 2 && bounds[0] > bounds[1])
        #expect(abs((certified["alarms_per_hour"] as? Double ?? 0) - 34.0 / 5001 * 36_000) < 1e-6)
        let tail = try row("tail", 0.01)
        let interval = try #require(tail["extrapolation"] as? [Double])
        #expect((interval[0]...interval[1]).contains(tail["upper"] as? Double ?? 0))
        #expect(certified["extrapolation"] == nil)
        // Of the paper's rule there is what it did, and no promise.
        let sigma = try row("sigma", 2)
        #expect(sigma["lower"] is Double && certified["lower"] == nil)
        #expect((sigma["rate"] as? Double ?? 0) > 0)
    }

    @Test func `what the scores cannot promise is refused with what it would take`() throws {
        let rows = try rows("--confidence", "0.999999", "--tails", "high")
        let refused = rows.compactMap { $0["refused"] as? String }
        #expect(refused.count == 1 && refused[0].contains("it takes 13809"), "\(refused)")
        let text = try Command(["threshold", "what-if", "--model", Command.model])
        #expect(text.output.contains("certified 1 %") && text.output.contains("alarms an hour"))
    }

    @Test(arguments: [["--fps", "0"], ["--confidence", "1"], ["--score", "mood"]])
    func `options that cannot be are refused`(options: [String]) throws {
        let run = try Command(["threshold", "what-if", "--model", Command.model] + options)
        #expect(run.status == 64 && !run.errors.isEmpty)
    }
}

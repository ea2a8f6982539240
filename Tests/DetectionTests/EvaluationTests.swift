import Detection
import Tensors
import Testing

@Suite struct EvaluationTests {
    @Test(
        arguments: [
            ([1, 2, 3], [4, 5], 1.0), ([4, 5], [1, 2, 3], 0), ([1, 2], [1, 2], 0.5),
            ([1], [1], 0.5),
            ([1, 3], [2, 4], 0.75), ([1, 1, 1], [1, 2], 0.75), ([0, 2], [1], 0.5),
            ([-.infinity, 0], [.infinity], 1),
        ] as [([Float], [Float], Double)])
    func `the area under the ROC curve of small sets is known`(
        normal: [Float], anomalous: [Float], area: Double
    ) {
        #expect(Evaluation.auroc(normal: normal, anomalous: anomalous) == area)
    }

    @Test(arguments: [1, 2, 5, 1000])
    func `it is the share of pairs in order, ties counting half`(values: Int) {
        var random = RandomNumbers(seed: UInt64(values))
        let draw = { (count: Int, shift: Float) in
            (0..<count).map { _ in (random.nextUniform() * Float(values)).rounded() + shift }
        }
        for (normal, anomalous) in [
            (draw(50, 0), draw(70, 0)), (draw(1, 0), draw(90, 1)), (draw(80, 2), draw(3, 0)),
        ] {
            var pairs = 0.0
            for a in normal {
                for b in anomalous { pairs += a < b ? 1 : a == b ? 0.5 : 0 }
            }
            let expected = pairs / Double(normal.count * anomalous.count)
            #expect(abs(Evaluation.auroc(normal: normal, anomalous: anomalous) - expected) < 1e-12)
        }
    }

    @Test func `without both kinds of images, or with scores that are not numbers, there is none`()
    {
        #expect(Evaluation.auroc(normal: [], anomalous: [1]).isNaN)
        #expect(Evaluation.auroc(normal: [1], anomalous: []).isNaN)
        #expect(Evaluation.auroc(normal: [1, .nan], anomalous: [2]).isNaN)
        #expect(Evaluation.auroc(normal: [1], anomalous: [.nan, .nan]).isNaN)
    }

    @Test(arguments: [
        // The roots of (p − x)² = z²·x·(1 − x)/n, solved with Python.
        (5, 10, 0.236593090512564, 0.763406909487436), (0, 10, 0, 0.2775327998628892),
        (10, 10, 0.7224672001371108, 1), (1, 100, 0.001767432064140646, 0.05448619617870532),
        (47, 5000, 0.007076557215688707, 0.012476711932801346), (0, 0, 0, 1),
    ])
    func `Wilson's interval has its known values`(
        hits: Int, trials: Int, lower: Double, upper: Double
    ) {
        let interval = Evaluation.wilsonInterval(hits: hits, trials: trials)
        #expect(abs(interval.lowerBound - lower) < 1e-14)
        #expect(abs(interval.upperBound - upper) < 1e-14)
    }
}

import Backbone
import Formatting
import Images
import Inspection
import Tensors
import VAE

/// How fast an inspection model looks at pictures: the backbone alone, and the whole of it.
struct InspectionBenchmark {
    private let model: InspectionModel
    private let seconds: Double
    private let pixels: [UInt8]

    /// What `--json` prints.
    struct Row: Codable {
        let precision: String
        let threads: Int
        let featuresMilliseconds: Double
        let pictureMilliseconds: Double
    }

    init(_ model: InspectionModel, seconds: Double) {
        (self.model, self.seconds) = (model, seconds)
        // Blots of eight pixels, for noise of single ones is nothing like a picture.
        let shape = model.imageShape
        var random = SplitMix64(seed: 1)
        let blots = (0..<(shape.rows / 8 + 1)).map { _ in
            (0..<(shape.columns / 8 + 1)).map { _ in UInt8(random.next() >> 56) }
        }
        pixels = (0..<shape.values).map { index in
            let place = index / shape.channels
            return blots[place / shape.columns / 8][place % shape.columns / 8]
        }
    }

    /// One picture after the other on one thread.
    func alone(_ precision: Precision) -> Row {
        let extractor = extractor(precision, parts: 1)
        let features = median { extractor.run(pixels.span) }
        let engine = InspectionEngine(model, by: precision, capacity: 1)
        let whole = median { _ = engine.score(pixels.span) }
        return Row(
            precision: precision.rawValue, threads: 1, featuresMilliseconds: 1e3 * features,
            pictureMilliseconds: 1e3 * whole)
    }

    /// One picture at a time, whose features several threads share.
    func shared(_ precision: Precision, threads: Int) -> Row {
        let team = ThreadTeam(count: threads)
        let extractor = extractor(precision, parts: threads)
        let features = median { extractor.run(pixels.span, by: team) }
        let engine = InspectionEngine(model, by: precision, capacity: 1, team: team)
        let whole = median { _ = engine.score(pixels.span) }
        return Row(
            precision: precision.rawValue, threads: threads, featuresMilliseconds: 1e3 * features,
            pictureMilliseconds: 1e3 * whole)
    }

    private func extractor(_ precision: Precision, parts: Int) -> FeatureExtractor {
        FeatureExtractor(
            model.backbone, of: model.imageShape, taps: model.taps,
            by: BackboneComputation(precision: precision, ranges: model.ranges), parts: parts)
    }

    private func median(_ body: () -> Void) -> Double {
        let clock = ContinuousClock()
        for _ in 0..<5 { body() }
        var times: [Double] = []
        let end = clock.now + .seconds(seconds)
        while clock.now < end || times.count < 5 {
            let start = clock.now
            body()
            times.append((clock.now - start) / .seconds(1))
        }
        return times.sorted()[times.count / 2]
    }
}

extension InspectionBenchmark.Row {
    /// A line for people.
    var text: String {
        "\(precision)  \(threads == 1 ? "one thread" : "\(threads) threads share"): features "
            + "\(fixed(featuresMilliseconds, 2)) ms, \(fixed(pictureMilliseconds, 2)) ms a picture in all"
    }
}

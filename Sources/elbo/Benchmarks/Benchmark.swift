public import ArgumentParser
import Detection
import Formatting
import Inspection
import Networks
import Platform
import Tensors
import Terminal
import VAE

extension Precision: ExpressibleByArgument {}

/// `elbo benchmark`: how fast this machine scores.
struct Benchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure how fast this machine scores with a model, no sockets.",
        discussion: """
            From 8-bit pixels to the four standard scores, in batches of several sizes; the
            median of several runs. --score nap, --score fused and others add what those
            take; scores that compare with normal images are computed as by the model's
            calibration of each precision. The images are such as the model generates: a single one is
            faster the more of its pixels are black, which --noise shows the worst case of.
            elbo-replay measures a whole daemon.

            Of an inspection model: the time for the features of one picture and for all of it,
            and with --threads for features that several threads share.
            """)

    @OptionGroup var model: ModelOption
    @Option(parsing: .upToNextOption, help: "Precisions (default: all).")
    var precision = Precision.allCases.filter(\.isSupported)
    @Option(parsing: .upToNextOption, help: ArgumentHelp("Batch sizes.", valueName: "n"))
    var batch = [1, 8, 64, 128]
    @Flag(help: "Compute the mean squared error alone, without the other scores.")
    var mse = false
    @Option(help: "A score beyond the standard ones.")
    var score: ScoreFunction?
    @Option(
        help: ArgumentHelp(
            "Threads that score at once, each with an engine of its own.", valueName: "n"))
    var threads = 1
    @Flag(help: "Score noise without a black pixel instead.")
    var noise = false
    @Option(help: ArgumentHelp("Seconds for each.", valueName: "s"))
    var seconds = 1.0
    @Flag(help: "Instead measure how many frames ZeroMQ carries alone, over ipc.")
    var hop = false
    @Flag(help: "Print the result as JSON.")
    var json = false

    struct Row: Codable {
        let precision: String
        let batch: Int
        let imagesPerSecond: Double
        let microsecondsPerBatch: Double
    }

    func validate() throws {
        guard batch.allSatisfy({ 1...65_536 ~= $0 }), seconds > 0, 1...256 ~= threads else {
            throw ValidationError(
                "Batches hold 1 to 65536 images, seconds are above 0, and threads are 1 to 256.")
        }
    }

    func run() throws {
        try reporting {
            if hop {
                let result = try HopBenchmark(seconds: seconds).run()
                if json { return try printJSON(result) }
                return print("\(grouped(Int(result.messagesPerSecond))) frames/s")
            }
            if let inspection = try model.loadAny().inspection { return try measure(inspection) }
            let loaded = try LoadedModel(directory: model.model)
            try loaded.requireUnconditional()
            var rows: [Row] = []
            let inputs = loaded.model.architecture.inputs
            var random = RandomNumbers(seed: 1, 0, 0)
            let pixels =
                noise
                ? (0..<(Self.images * inputs)).map { _ in UInt8(1 + 254 * random.nextUniform()) }
                : loaded.model.generatedImages(count: Self.images, seed: 1)
            for precision in precision {
                let computation = try computation(precision, of: loaded)
                for batch in batch {
                    let row = measureTogether(
                        loaded.model, computation, batch, pixels)
                    rows.append(row)
                    guard !json else { continue }
                    print(
                        "\(row.precision)  batches of \(grouped(batch)): "
                            + "\(grouped(Int(row.imagesPerSecond))) images/s, "
                            + "\(fixed(row.microsecondsPerBatch, 2)) µs each")
                }
            }
            if json { try printJSON(rows) }
        }
    }

    private func measure(_ model: InspectionModel) throws {
        let benchmark = InspectionBenchmark(model, seconds: seconds)
        var rows: [InspectionBenchmark.Row] = []
        for precision in precision {
            rows.append(benchmark.alone(precision))
            if threads > 1 { rows.append(benchmark.shared(precision, threads: threads)) }
        }
        if json { return try printJSON(rows) }
        for row in rows { print(row.text) }
    }

    /// So many that no branch is foreseen from the last time.
    private static let images = 1024

    /// How the model is computed: as its calibration has it where a score needs to compare with normal images.
    private func computation(_ precision: Precision, of loaded: LoadedModel) throws -> Computation {
        if let score, !ScoreSet.plain.contains(score) {
            let calibration = try LoadedCalibration(
                directory: model.model, model: loaded, precision: precision
            ).calibration
            guard calibration.computation.possible.contains(score) else {
                throw Failure(
                    "the calibration for \(precision.rawValue) has no profile of normal images, which "
                        + "\(score.rawValue) needs; make one with elbo calibrate --fuse",
                    .dataFormat)
            }
            return calibration.computation
        }
        // The speed does not depend on the ranges, so any will do.
        var ranges = ActivationRanges(loaded.model.architecture)
        ranges.latent = 4
        ranges.encoder = ranges.encoder.map { _ in 10 }
        ranges.decoder = ranges.encoder
        return Computation(precision: precision, ranges: precision == .int8 ? ranges : nil)
    }

    /// As many threads as are asked for; images a second are those of all.
    private func measureTogether(
        _ model: Model, _ computation: Computation, _ batch: Int, _ pixels: [UInt8]
    ) -> Row {
        var rows = [Row?](repeating: nil, count: threads)
        // Each call computes with an engine and images of its own.
        unsafe ThreadTeam(count: threads).run(collecting: &rows) { _ in
            measure(model, computation, batch, pixels)
        }
        let rates = rows.compactMap { $0?.imagesPerSecond }
        return Row(
            precision: computation.precision.rawValue, batch: batch,
            imagesPerSecond: rates.reduce(0, +),
            microsecondsPerBatch: Double(batch * threads) * 1e6 / rates.reduce(0, +))
    }

    private func measure(
        _ model: Model, _ computation: Computation, _ batch: Int, _ pixels: [UInt8]
    ) -> Row {
        let inputs = model.architecture.inputs
        let batches = (0..<max(1, Self.images / batch)).map { first in
            let prepared = Prepared(ImageBatch(rows: batch, columns: inputs))
            for row in 0..<batch {
                let start = (first * batch + row) % Self.images * inputs
                prepared.images.setRow(row, bytes: pixels.span.extracting(start..<(start + inputs)))
            }
            return prepared
        }
        let wanted = mse ? .reconstruction : score.map { ScoreSet($0) } ?? .standard
        let engine = ScoringEngine(model, by: computation, computing: wanted, capacity: batch)
        engine.warmUp()
        let clock = ContinuousClock()
        var times: [Double] = []
        let end = clock.now + .seconds(seconds)
        while clock.now < end || times.count < 5 {
            let start = clock.now
            for prepared in batches { engine.score(prepared.images, count: batch) }
            times.append((clock.now - start) / .seconds(1) / Double(batches.count))
        }
        times.sort()
        let median = times[times.count / 2]
        return Row(
            precision: computation.precision.rawValue, batch: batch,
            imagesPerSecond: Double(batch) / median,
            microsecondsPerBatch: median * 1e6)
    }
}

/// A batch that can be one of several in an array.
private final class Prepared {
    let images: ImageBatch

    init(_ images: consuming ImageBatch) { self.images = images }
}

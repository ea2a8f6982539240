import ArgumentParser
import Detection
import Files
import Frames
import Images
import Platform
import Terminal
import VAE
import ZeroMQ

/// `elbo score`: judges images in files, as the daemon would.
struct Score: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Judge the images in files: one JSON verdict a line.",
        discussion: """
            Takes IDX, .npy, PNG and JPEG files, gzip-compressed or not, and - for
            standard input; of any size and in colour if the model preprocesses them:
              cat image.png | elbo score --model models/mnist -
            Exits 0 whatever the verdicts; with --exit-code, 1 if any image is anomalous.
            """)

    @OptionGroup var model: ModelOption
    @OptionGroup var precision: PrecisionOption
    @Flag(help: "Exit 1 if an image is anomalous.")
    var exitCode = false
    @Argument(help: "IDX, .npy, PNG or JPEG files, or - for standard input.")
    var files: [String]

    func run() throws {
        let anomalies = try reporting {
            let loaded = try model.load()
            try loaded.requireUnconditional()
            let calibration = try LoadedCalibration(
                directory: model.model, model: loaded, precision: precision.precision)
            var judging = FileJudging(loaded, calibration)
            for file in files { try judging.judge(file) }
            return judging.anomalies
        }
        if exitCode, anomalies > 0 { throw ExitCode(1) }
    }
}

/// Judges the images of one file after the other and prints the verdicts.
private struct FileJudging: ~Copyable {
    private(set) var anomalies = 0
    private let model: Model
    private let scorer: ScoringEngine
    private let rulebook: Rulebook
    private var decider = Decider(isPublishing: false)
    private var encoder: VerdictEncoder
    private let rejections = RejectionEncoder(epoch: "offline", worker: "elbo")
    private var batch: Batch

    init(_ loaded: LoadedModel, _ calibration: LoadedCalibration) {
        model = loaded.model
        scorer = ScoringEngine(
            loaded.model.weights, by: calibration.calibration.computation, capacity: 256)
        batch = Batch(capacity: 256, pixels: model.imageShape.pixels)
        rulebook = Rulebook(calibration)
        encoder = VerdictEncoder(
            rulebook: rulebook, model: loaded.digest, epoch: "offline", worker: "elbo",
            allScores: true)
    }

    mutating func judge(_ file: String) throws {
        var bytes = try readFile(file)
        if isGzip(bytes) { bytes = try gunzip(bytes) }
        let frame = try FileFrame(contents: bytes, name: file, model: model)
        let shape = model.imageShape
        // Training reads pictures of this size from files, so judging them does too.
        var decoder = FrameDecoder(
            shape, preprocessing: model.preprocessing, sideLimit: JPEG.sideLimit)
        func failure(_ place: String, _ reason: Rejection) -> Failure {
            Failure(
                "\(place): \(reason.explanation) (here \(frame.summary); the model takes \(shape)"
                    + "\(model.preprocessing.isEmpty ? "" : " after \(model.preprocessing)"))",
                .dataFormat)
        }
        let message: FrameDecoder.Message
        do throws(FrameDecoder.Failure) {
            message = try decoder.open(
                topic: Span(), header: frame.header.span, payload: frame.payload.span,
                endpoint: Array(file.utf8).span)
        } catch {
            throw failure(file, error.reason)
        }
        for image in 0..<message.images {
            let now = UnixTime.now
            do throws(Rejection) {
                try batch.append(
                    image, of: message, header: frame.header.span, payload: frame.payload.span,
                    received: now)
            } catch { throw failure("\(file), image \(image)", error) }
            if batch.isFull { flush(now) }
        }
        flush(UnixTime.now)
    }

    private mutating func flush(_ now: UnixTime) {
        guard batch.count > 0 else { return }
        batch.withImages { scorer.score($0, count: batch.count) }
        var verdicts: [Verdict] = []
        decider.decide(
            batch, scores: scorer.scores, edition: .first, by: rulebook,
            at: Verdict.Times(started: now, scored: now), into: &verdicts)
        for verdict in verdicts {
            var line: [UInt8] = []
            if verdict.decision == nil {
                // As the daemon would say it; an image without a score is certainly not normal.
                rejections.encode(
                    RejectedMessage(
                        reason: .scoreNotFinite, source: batch.source(verdict.row),
                        sequence: verdict.frame.sequence, received: verdict.frame.received),
                    publication: verdict.publication, into: &line)
            } else {
                encoder.encode(verdict, of: batch, into: &line)
            }
            if verdict.decision?.isAnomaly != false { anomalies += 1 }
            print(String(decoding: line, as: UTF8.self))
        }
        batch.removeAll()
    }
}

import Datasets
import Detection
import Files
import FoundationEssentials
import Frames
import Images
import Inspection
import Platform
import Terminal
import VAE

/// Judges the images of one file after the other and prints the verdicts; what cannot be judged gets
/// an error line and keeps nothing else from being judged.
struct FileJudging: ~Copyable {
    /// Images that are not normal.
    private(set) var anomalies = 0
    /// The exit code of the first error; nil if there was none.
    private(set) var failure: ExitStatus?
    /// Files of folders that hold no images, by how their names end.
    private(set) var passedOver = ReadingRecord()
    private let model: any PictureModel
    private let options: ReadingOptions
    private let scorer: any ImageScorer
    private let rulebook: Rulebook
    private var decider = Decider(isPublishing: false)
    private var encoder: VerdictEncoder
    private let rejections = RejectionEncoder(epoch: "offline", worker: "elbo")
    private var batch: Batch

    init(
        _ loaded: LoadedPictureModel, _ calibration: LoadedCalibration, _ options: ReadingOptions
    ) {
        model = loaded.model
        self.options = options
        let capacity = model.batchSize(atMost: 256)
        scorer = loaded.model.scorer(
            by: calibration.calibration.computation, computing: calibration.calibration.held,
            capacity: capacity)
        batch = Batch(
            capacity: capacity, pixels: model.imageShape.values)
        rulebook = Rulebook(calibration)
        encoder = VerdictEncoder(
            rulebook: rulebook, model: loaded.digest, epoch: "offline", worker: "elbo",
            allScores: true)
    }

    /// Judges the pictures of a folder and of those below it, or its arrays if there are no pictures.
    mutating func judge(folder: FilePath) {
        do {
            let tree = try FileTree(folder)
            var pictures: [FilePath] = []
            for file in tree.files {
                let picture = PictureFile(file)
                if try picture.isNamedAsPicture || picture.startsAsPicture() {
                    pictures.append(file)
                } else {
                    passedOver.count(picture)
                }
            }
            if pictures.isEmpty {
                pictures = tree.files.filter { $0.ending == "npy" }
                if !pictures.isEmpty { passedOver = ReadingRecord() }
            }
            guard !pictures.isEmpty else {
                throw DatasetError.noPictures(
                    folder: folder.description, passedOver: passedOver.passedOverText)
            }
            for file in pictures { judge(file) }
        } catch { refuse(folder.description, error) }
    }

    /// Judges the images of a file; `key` names an array of several.
    mutating func judge(_ file: FilePath, key: String? = nil) {
        let name = file.description
        do {
            var bytes = try readFile(file)
            if isGzip(bytes) { bytes = try gunzip(bytes) }
            for frame in try FileFrame.frames(
                bytes, name: name, key: key, model: model, options)
            {
                judge(frame, name)
            }
        } catch let error as any ExitCoding & CustomStringConvertible {
            let text = "\(error)"
            refuse(name, text.contains(name) ? text : "\(name): \(text)", error.exitStatus)
        } catch { refuse(name, error) }
    }

    /// Judges images that were read already.
    mutating func judge(_ set: ImageSet) {
        for frame in FileFrame.frames(of: set) { judge(frame, set.name) }
    }

    private mutating func judge(_ frame: FileFrame, _ file: String) {
        // Training reads pictures of this size from files, so judging them does too.
        var decoder = FrameDecoder(
            model.imageShape,
            preprocessing: frame.isPrepared ? Preprocessing() : model.preprocessing,
            sideLimit: JPEG.sideLimit)
        let message: FrameDecoder.Message
        do throws(FrameDecoder.Failure) {
            message = try decoder.open(
                topic: Span(), header: frame.header.span, payload: frame.payload.span,
                endpoint: Array(sourceName(file).utf8).span)
        } catch { return refuse(file, file, error.reason, frame) }
        for image in 0..<message.images {
            let now = UnixTime.now
            do throws(Rejection) {
                try batch.append(
                    image, of: message, header: frame.header.span, payload: frame.payload.span,
                    received: now)
            } catch {
                flush(now)
                refuse(file, message.images > 1 ? "\(file), image \(image)" : file, error, frame)
            }
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

// What cannot be judged.
extension FileJudging {
    /// An error line, with the keys of the daemon's that mean something here.
    private struct ErrorLine: Encodable {
        let schema = "elbod.error/1"
        let source: String
        let epoch = "offline"
        let reason: String
        let detail: String
        let tsReceived = UnixTime.now.iso8601
        let worker = "elbo"
    }

    /// Tells of an error that concerns a whole file or name.
    mutating func refuse(_ name: String, _ error: any Error) {
        refuse(name, "\(error)", ExitStatus(of: error))
    }

    private mutating func refuse(
        _ name: String, _ place: String, _ reason: Rejection, _ frame: FileFrame
    ) {
        let steps = model.preprocessing.isEmpty ? "" : " after \(model.preprocessing)"
        let text =
            "\(place): \(reason.explanation) (here \(frame.summary); the model takes "
            + "\(model.imageShape)\(steps))"
        refuse(name, text, .dataFormat, reason: reason.rawValue)
    }

    private mutating func refuse(
        _ name: String, _ text: String, _ status: ExitStatus, reason: String = "unreadable"
    ) {
        note("elbo: \(text)\n")
        try? printJSONLine(ErrorLine(source: name, reason: reason, detail: text))
        failure = failure ?? status
    }

    /// A name of at most 128 bytes, after which sources are cut: of a longer path its hash and its end,
    /// so that two files never get one id.
    private func sourceName(_ file: String) -> String {
        guard file.utf8.count > 128 else { return file }
        let hash = SHA256Digest(of: Array(file.utf8)).hex.prefix(12)
        var end = file[...]
        while end.utf8.count > 100 { end = end.dropFirst() }
        return "\(hash)…\(end)"
    }
}

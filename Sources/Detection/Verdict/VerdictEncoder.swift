public import Files
public import Frames
import Images
public import Platform
public import VAE

/// Writes verdicts as one line of JSON each, into buffers that are used again and again.
///
/// What is the same in every verdict of one calibration is spelt out once, at initialisation.
public struct VerdictEncoder: Sendable {
    /// The line of the last verdict written, without a line break; whole once it is finished.
    public private(set) var line: [UInt8] = []

    private let judge: Judge
    private var receivedTimes = TimeWriter()
    private var scoredTimes = TimeWriter()
    /// Both as the inside of a JSON string.
    private let epoch: [UInt8]
    private let worker: [UInt8]
    /// `,"metric":…` to `"calibration_revision":…`.
    private let fixed: [UInt8]
    private let writesAllScores: Bool

    /// Verdicts by `calibration` of `model`.
    ///
    /// `epoch` tells one run of the program from the next, `worker` one machine from another;
    /// `allScores` adds every score function's value under `scores`.
    public init(
        calibration: LoadedCalibration, model: SHA256Digest, epoch: String, worker: String,
        allScores: Bool = false
    ) {
        let distribution = calibration.calibration.deciding
        judge = Judge(calibration.calibration)
        self.epoch = jsonEscaped(epoch)
        self.worker = jsonEscaped(worker)
        writesAllScores = allScores
        var fixed: [UInt8] = []
        fixed.append(",\"metric\":\"\(judge.function.rawValue)\"")
        let bounds = [
            (",\"threshold\":{\"lower\":", distribution.lower), (",\"upper\":", distribution.upper),
            (",\"mu\":", distribution.mu), (",\"sigma\":", distribution.sigma),
            (",\"k\":", calibration.calibration.k),
        ]
        for (name, bound) in bounds {
            fixed.append(name)
            fixed.append(Float(bound))
        }
        fixed.append("},\"model\":\"\(Self.short(model))\"")
        fixed.append(",\"calibration\":\"\(Self.short(calibration.digest))\"")
        fixed.append(",\"calibration_revision\":\(calibration.calibration.revision)")
        self.fixed = fixed
        line.reserveCapacity(4096)
    }

    /// The hash as verdicts carry it: enough of it to find the file, a quarter of the bytes.
    public static func short(_ digest: SHA256Digest) -> String { "sha256:\(digest.hex.prefix(16))" }

    /// Writes the verdict on the frame in `row` of `batch`, all but its end, and returns what was
    /// judged.
    public mutating func write(
        row: Int, of batch: borrowing Batch, scores: Scores, scored: UnixTime,
        batchStarted: UnixTime
    ) -> Judge.Judgement {
        let judgement = judge.judge(scores)
        let (frame, name) = (batch.frame(row), batch.source(row).escapedName)
        let echoes = batch.echoes(row)
        line.removeAll(keepingCapacity: true)
        line.append("{\"schema\":\"elbod.verdict/1\",\"id\":")
        if echoes.id.isEmpty {
            appendIdentity(of: frame, name)
        } else {
            echo(echoes.id, of: batch, row)
        }
        line.append(",\"source\":\"")
        line.append(contentsOf: name)
        line.append("\",\"epoch\":\"")
        line.append(contentsOf: epoch)
        line.append("\",\"seq\":")
        line.append(frame.sequence)
        line.append(",\"index\":")
        line.append(UInt64(frame.index))
        line.append(",\"msg\":")
        echo(echoes.message, of: batch, row)
        append(judgement)
        line.append(contentsOf: fixed)
        if writesAllScores { append(scores) }
        line.append(",\"ts_source\":")
        echo(echoes.timestamp, of: batch, row)
        line.append(",\"ts_received\":\"")
        receivedTimes.append(frame.received, to: &line)
        line.append("\",\"ts_scored\":\"")
        scoredTimes.append(scored, to: &line)
        line.append("\",\"queue_us\":")
        line.append(batchStarted.microseconds(since: frame.received))
        line.append(",\"score_us\":")
        line.append(scored.microseconds(since: batchStarted))
        line.append(",\"dropped_before\":")
        line.append(frame.droppedBefore)
        line.append(",\"input\":{\"dtype\":\"")
        line.append(frame.type.kind.rawValue)
        line.append("\",\"shape\":")
        if let decoded = frame.decoded {
            append(decoded)
        } else {
            echo(echoes.shape, of: batch, row)
        }
        line.append("},\"worker\":\"")
        line.append(contentsOf: worker)
        line.append("\"")
        return judgement
    }

    /// Ends the line with the number of its publication, which is known last.
    public mutating func finish(publication: UInt64) { line.finish(publication: publication) }

    private mutating func append(_ judgement: Judge.Judgement) {
        line.append(
            judgement.isAnomaly
                ? ",\"verdict\":\"anomaly\",\"is_anomaly\":true"
                : ",\"verdict\":\"normal\",\"is_anomaly\":false")
        switch judgement.side {
        case .high: line.append(",\"side\":\"high\",\"score\":")
        case .low: line.append(",\"side\":\"low\",\"score\":")
        case .inside: line.append(",\"side\":null,\"score\":")
        }
        line.append(judgement.score)
        line.append(",\"z\":")
        line.append(judgement.z)
    }

    private mutating func append(_ scores: Scores) {
        line.append(",\"scores\":{\"mse\":")
        line.append(scores.mse)
        line.append(",\"nll\":")
        line.append(scores.nll)
        line.append(",\"kl\":")
        line.append(scores.kl)
        line.append(",\"elbo\":")
        line.append(scores.elbo)
        line.append("}")
    }

    /// As an array of it would be described.
    private mutating func append(_ extent: PictureExtent) {
        line.append("[")
        line.append(UInt64(extent.rows))
        line.append(",")
        line.append(UInt64(extent.columns))
        line.append(",")
        line.append(UInt64(extent.channels))
        line.append("]")
    }

    /// `"source:epoch:sequence"`, and the index where a message held several images.
    private mutating func appendIdentity(of frame: Frame, _ name: [UInt8]) {
        line.append("\"")
        line.append(contentsOf: name)
        line.append(":")
        line.append(contentsOf: epoch)
        line.append(":")
        line.append(frame.sequence)
        if frame.images > 1 {
            line.append(":")
            line.append(UInt64(frame.index))
        }
        line.append("\"")
    }

    private mutating func echo(_ range: Range<Int>, of batch: borrowing Batch, _ row: Int) {
        guard !range.isEmpty else { return line.append("null") }
        batch.withEchoBytes(row) { bytes in
            for index in range { line.append(bytes[index]) }
        }
    }
}

extension [UInt8] {
    /// Ends a line, the last of whose members was a string, with the number of its publication.
    public mutating func finish(publication: UInt64) {
        append(",\"pub_seq\":")
        append(publication)
        append("}")
    }
}

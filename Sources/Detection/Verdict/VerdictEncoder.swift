public import Files
public import Frames
import Images
public import Inspection
import Platform
import VAE

/// Writes verdicts as lines of JSON, one each.
///
/// What is the same in every verdict of one calibration is spelt out once.
public struct VerdictEncoder: Sendable {
    private let rulebook: Rulebook
    private let model: SHA256Digest
    /// `,"rule":…` to `"calibration_revision":…` of each calibration and, by its place, each score that may decide; empty
    /// until it is needed.
    private var fixed: [[[UInt8]]]
    /// `,"metric":…` of each score function, by its place.
    private let metrics = ScoreFunction.allCases.map {
        Array(",\"metric\":\"\($0.rawValue)\"".utf8)
    }
    private var receivedTimes = TimeWriter()
    private var scoredTimes = TimeWriter()
    /// Both as the inside of a JSON string.
    private let epoch: [UInt8]
    private let worker: [UInt8]
    private let writesAllScores: Bool

    /// Verdicts by the calibrations of `rulebook` on what `model` makes of images.
    ///
    /// `epoch` tells one run of the program from the next, `worker` one machine from another;
    /// `allScores` adds every score function's value under `scores`.
    public init(
        rulebook: Rulebook, model: SHA256Digest, epoch: String, worker: String,
        allScores: Bool = false
    ) {
        self.rulebook = rulebook
        self.model = model
        self.epoch = jsonEscaped(epoch)
        self.worker = jsonEscaped(worker)
        writesAllScores = allScores
        let unused = [[UInt8]](repeating: [], count: ScoreFunction.allCases.count)
        fixed = Array(repeating: unused, count: rulebook.calibrations.count)
    }

    private static func fixed(
        _ loaded: LoadedCalibration, _ score: ScoreFunction, _ model: SHA256Digest
    ) -> [UInt8] {
        let calibration = loaded.calibration
        var fixed: [UInt8] = []
        let rule = DecisionRule.Parameters(calibration.rule.method)
        fixed.append(",\"rule\":\"\(rule.rule ?? "")\"")
        let drawn = calibration.drawn
        let bounds = drawn.clauses.first { $0.score == score }?.bounds ?? drawn.bounds
        let sample = calibration.samples[score] ?? calibration.sample
        let members = [
            (",\"threshold\":{\"lower\":", bounds.lower), (",\"upper\":", bounds.upper),
            (",\"mu\":", sample.mu), (",\"sigma\":", sample.sigma),
            (",\"k\":", rule.k ?? .nan),
        ]
        for (name, number) in members {
            fixed.append(name)
            fixed.append(Float(number))
        }
        for (name, number) in [("alpha", rule.alpha), ("confidence", rule.confidence)] {
            guard let number else { continue }
            fixed.append(",\"\(name)\":")
            fixed.append(Float(number))
        }
        if let tails = rule.tails { fixed.append(",\"tails\":\"\(tails.rawValue)\"") }
        fixed.append("},\"model\":\"\(short(model))\"")
        fixed.append(",\"calibration\":\"\(short(loaded.digest))\"")
        fixed.append(",\"calibration_revision\":\(calibration.revision)")
        return fixed
    }

    /// The hash as verdicts carry it: enough of it to find the file, a quarter of the bytes.
    public static func short(_ digest: SHA256Digest) -> String { "sha256:\(digest.hex.prefix(16))" }

    /// Appends the line of `verdict`, which holds a decision, on a frame of `batch` to `line`, without a
    /// line break; with the boxes around what is odd in it, where somebody has looked for any.
    public mutating func encode(
        _ verdict: Verdict, of batch: borrowing Batch, boxes: [InspectionMap.Box]? = nil,
        into line: inout [UInt8]
    ) {
        guard let decision = verdict.decision else {
            preconditionFailure("a frame without a decision is rejected")
        }
        let (place, score) = (verdict.version.calibration.rawValue, decision.function)
        if fixed[place][score.index].isEmpty {
            fixed[place][score.index] = Self.fixed(rulebook.calibrations[place], score, model)
        }
        let (frame, row) = (verdict.frame, verdict.row)
        let name = batch.source(row).escapedName
        let echoes = batch.echoes(row)
        line.append("{\"schema\":\"elbod.verdict/1\",\"id\":")
        if echoes.id.isEmpty {
            appendIdentity(of: frame, name, to: &line)
        } else {
            echo(echoes.id, of: batch, row, to: &line)
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
        echo(echoes.message, of: batch, row, to: &line)
        line.append(decision)
        if let event = verdict.event {
            line.append(",\"event\":")
            line.append(event)
        }
        line.append(contentsOf: metrics[decision.function.index])
        if let part = verdict.scores.strongestPart {
            line.append(",\"part\":\"")
            line.append(part.rawValue)
            line.append("\"")
        }
        if let boxes { line.append(boxes) }
        line.append(contentsOf: fixed[place][score.index])
        if writesAllScores { line.append(verdict.scores) }
        line.append(",\"ts_source\":")
        echo(echoes.timestamp, of: batch, row, to: &line)
        line.append(",\"ts_received\":\"")
        receivedTimes.append(frame.received, to: &line)
        line.append("\",\"ts_scored\":\"")
        scoredTimes.append(verdict.times.scored, to: &line)
        line.append("\",\"queue_us\":")
        line.append(verdict.times.started.microseconds(since: frame.received))
        line.append(",\"score_us\":")
        line.append(verdict.times.scored.microseconds(since: verdict.times.started))
        line.append(",\"dropped_before\":")
        line.append(frame.droppedBefore)
        line.append(",\"input\":{\"dtype\":\"")
        line.append(frame.type.kind.rawValue)
        line.append("\",\"shape\":")
        if frame.isEncoded, let picture = frame.picture {
            line.append(picture)
        } else {
            echo(echoes.shape, of: batch, row, to: &line)
        }
        line.append("},\"worker\":\"")
        line.append(contentsOf: worker)
        line.append("\"")
        line.finish(publication: verdict.publication)
    }

    /// `"source:epoch:sequence"`, and the index where a message held several images.
    private func appendIdentity(of frame: Frame, _ name: [UInt8], to line: inout [UInt8]) {
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

    private func echo(
        _ range: Range<Int>, of batch: borrowing Batch, _ row: Int, to line: inout [UInt8]
    ) {
        guard !range.isEmpty else { return line.append("null") }
        batch.withEchoBytes(row) { bytes in
            for index in range { line.append(bytes[index]) }
        }
    }
}

extension [UInt8] {
    fileprivate mutating func append(_ decision: Decision) {
        append(
            decision.isAnomaly
                ? ",\"verdict\":\"anomaly\",\"is_anomaly\":true"
                : ",\"verdict\":\"normal\",\"is_anomaly\":false")
        append(",\"health\":")
        if let fault = decision.fault {
            append("\"")
            append(fault.rawValue)
            append("\"")
        } else {
            append("null")
        }
        switch decision.side {
        case .high: append(",\"side\":\"high\",\"score\":")
        case .low: append(",\"side\":\"low\",\"score\":")
        case .inside: append(",\"side\":null,\"score\":")
        }
        append(decision.score)
        append(",\"z\":")
        append(decision.z)
        if let p = decision.p {
            append(",\"p\":")
            append(p)
        }
    }

    fileprivate mutating func append(_ scores: Scores) {
        append(",\"scores\":{")
        var isFirst = true
        for function in ScoreFunction.allCases where scores.computed.contains(function) {
            append(isFirst ? "\"" : ",\"")
            append(function.rawValue)
            append("\":")
            append(scores[function])
            isFirst = false
        }
        append("}")
    }

    /// In pixels of the picture that was sent, the oddest first.
    mutating func append(_ boxes: [InspectionMap.Box]) {
        append(",\"boxes\":[")
        for (index, box) in boxes.enumerated() {
            append(
                (index == 0 ? "" : ",")
                    + "{\"left\":\(box.left),\"top\":\(box.top),\"width\":\(box.width)"
                    + ",\"height\":\(box.height),\"error\":")
            append(box.error)
            append("}")
        }
        append("]")
    }

    /// As the shape of an array that holds the picture.
    fileprivate mutating func append(_ shape: ImageShape) {
        append("[")
        append(UInt64(shape.rows))
        append(",")
        append(UInt64(shape.columns))
        append(",")
        append(UInt64(shape.channels))
        append("]")
    }

    /// Ends a line, the last of whose members was a string, with the number of its publication.
    mutating func finish(publication: UInt64) {
        append(",\"pub_seq\":")
        append(publication)
        append("}")
    }
}

import Detection
import Frames
import Images

/// Writes what goes with a map that is published under `map/<source>/`, between the topic and the PNG file.
struct MapEncoder {
    /// Both as the inside of a JSON string.
    private let epoch: [UInt8]
    private let worker: [UInt8]

    /// Maps of this run of the program on this machine.
    init(epoch: String, worker: String) {
        self.epoch = jsonEscaped(epoch)
        self.worker = jsonEscaped(worker)
    }

    /// Appends the line of a drawing to `line`, without a line break; the verdict's number says what it belongs to.
    func encode(
        _ drawing: MapDrawing, of verdict: Verdict, _ source: Source, into line: inout [UInt8]
    ) {
        line.append("{\"schema\":\"elbod.map/1\",\"source\":\"")
        line.append(contentsOf: source.escapedName)
        line.append("\",\"epoch\":\"")
        line.append(contentsOf: epoch)
        let isAnomaly = verdict.decision?.isAnomaly == true
        line.append("\",\"seq\":\(verdict.frame.sequence),\"index\":\(verdict.frame.index)")
        line.append(",\"verdict\":\"\(isAnomaly ? "anomaly" : "normal")\"")
        line.append(",\"verdict_pub_seq\":\(verdict.publication)")
        line.append(",\"shape\":[\(drawing.picture.rows),\(drawing.picture.columns)]")
        line.append(",\"bound\":\(drawing.bound),\"peak\":\(drawing.peak),\"worker\":\"")
        line.append(contentsOf: worker)
        line.append("\"}")
    }
}

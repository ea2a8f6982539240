import Frames
import Platform

/// Writes what is published under `event/<source>/` and `window/<source>/`.
public struct AnnouncementEncoder: Sendable {
    /// Both as the inside of a JSON string.
    private let epoch: [UInt8]
    private let worker: [UInt8]

    /// Announcements of this run of the program on this machine.
    public init(epoch: String, worker: String) {
        self.epoch = jsonEscaped(epoch)
        self.worker = jsonEscaped(worker)
    }

    /// Appends the line of an announcement to `line`, without a line break.
    public func encode(_ announcement: Announcement, into line: inout [UInt8]) {
        switch announcement.contents {
        case .event(let event):
            begin("elbod.event/1", announcement.source, &line)
            append(event, to: &line)
        case .window(let report, let rule):
            begin("elbod.window/1", announcement.source, &line)
            append(report, rule, to: &line)
        }
        line.append(",\"worker\":\"")
        line.append(contentsOf: worker)
        line.append("\"}")
    }

    private func begin(_ schema: String, _ source: Source, _ line: inout [UInt8]) {
        line.append("{\"schema\":\"\(schema)\",\"source\":\"")
        line.append(contentsOf: source.escapedName)
        line.append("\",\"epoch\":\"")
        line.append(contentsOf: epoch)
        line.append("\"")
    }

    private func append(_ event: FrameEvent, to line: inout [UInt8]) {
        line.append(",\"event\":\(event.number),\"state\":\"\(event.isOpen ? "open" : "closed")\"")
        line.append(",\"seq_first\":\(event.firstSequence),\"seq_last\":\(event.lastSequence)")
        line.append(",\"frames\":\(event.frames),\"anomalies\":\(event.anomalies),\"health\":[")
        line.append(event.faults.faults.map { "\"\($0.rawValue)\"" }.joined(separator: ","))
        line.append("],\"ts_opened\":\"")
        event.opened.append(to: &line)
        line.append("\",\"ts_last\":\"")
        event.lastTime.append(to: &line)
        line.append("\"")
    }

    private func append(
        _ report: DiscoveryWindow.Report, _ rule: DiscoveryRule, to line: inout [UInt8]
    ) {
        line.append(",\"seq_first\":\(report.first),\"seq_last\":\(report.last)")
        line.append(",\"frames\":\(report.frames),\"fdr\":\(rule.rate),\"discoveries\":[")
        line.append(report.discoveries.map(String.init).joined(separator: ","))
        line.append("]")
    }
}

public import Frames
import Platform

/// Writes what is published under `error/<source>/` about a message that could not be scored.
public struct RejectionEncoder: Sendable {
    /// Both as the inside of a JSON string.
    private let epoch: [UInt8]
    private let worker: [UInt8]

    /// Errors of this run of the program on this machine.
    public init(epoch: String, worker: String) {
        self.epoch = jsonEscaped(epoch)
        self.worker = jsonEscaped(worker)
    }

    /// Appends the line that a message was rejected to `line`, without a line break.
    public func encode(
        _ rejected: RejectedMessage, publication: UInt64, into line: inout [UInt8]
    ) {
        line.append("{\"schema\":\"elbod.error/1\",\"source\":\"")
        line.append(contentsOf: rejected.source.escapedName)
        line.append("\",\"epoch\":\"")
        line.append(contentsOf: epoch)
        line.append("\",\"seq\":")
        if let sequence = rejected.sequence { line.append(sequence) } else { line.append("null") }
        line.append(",\"reason\":\"")
        line.append(rejected.reason.rawValue)
        line.append("\",\"detail\":\"")
        line.appendEscaped(rejected.reason.explanation)
        if let kind = rejected.kind {
            line.append("; ")
            line.appendEscaped(kind.advice)
        }
        line.append("\",\"ts_received\":\"")
        rejected.received.append(to: &line)
        line.append("\",\"worker\":\"")
        line.append(contentsOf: worker)
        line.append("\"")
        line.finish(publication: publication)
    }
}

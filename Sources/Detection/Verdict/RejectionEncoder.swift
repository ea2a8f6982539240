public import Frames
public import Platform

/// Writes what is published under `error/<source>/` about a message that could not be scored.
public struct RejectionEncoder: Sendable {
    /// The line of the last error written, without a line break and
    /// without its end, see `finish(publication:)`.
    public private(set) var line: [UInt8] = []
    /// Both as the inside of a JSON string.
    private let epoch: [UInt8]
    private let worker: [UInt8]

    /// Errors of this run of the program on this machine.
    public init(epoch: String, worker: String) {
        self.epoch = jsonEscaped(epoch)
        self.worker = jsonEscaped(worker)
        line.reserveCapacity(1024)
    }

    /// Writes that a message of `source` was rejected, all but the end of the line; `sequence` is the
    /// number its sender gave it.
    public mutating func write(
        _ reason: Rejection, source: Source, sequence: UInt64?, received: UnixTime
    ) {
        line.removeAll(keepingCapacity: true)
        line.append("{\"schema\":\"elbod.error/1\",\"source\":\"")
        line.append(contentsOf: source.escapedName)
        line.append("\",\"epoch\":\"")
        line.append(contentsOf: epoch)
        line.append("\",\"seq\":")
        if let sequence { line.append(sequence) } else { line.append("null") }
        line.append(",\"reason\":\"")
        line.append(reason.rawValue)
        line.append("\",\"detail\":\"")
        line.appendEscaped(reason.explanation)
        line.append("\",\"ts_received\":\"")
        received.append(to: &line)
        line.append("\",\"worker\":\"")
        line.append(contentsOf: worker)
        line.append("\"")
    }

    /// Ends the line with the number of its publication, which is known last.
    public mutating func finish(publication: UInt64) { line.finish(publication: publication) }
}

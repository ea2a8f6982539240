/// Writes what is published under `error/<source>/` about a message that could not be scored.
public struct ErrorWriter: Sendable {
    /// The line of the last error written, without a line break.
    public private(set) var line: [UInt8] = []
    private let epoch: String
    private let worker: String

    /// Errors of this run of the program on this machine.
    public init(epoch: String, worker: String) {
        self.epoch = epoch
        self.worker = worker
        line.reserveCapacity(1024)
    }

    /// Writes that a message of `source` was rejected.
    public mutating func write(
        _ reason: Rejection, source: Source, received: UnixTime, publication: UInt64
    ) {
        line.removeAll(keepingCapacity: true)
        line.append("{\"schema\":\"elbod.error/1\",\"source\":\"")
        line.append(contentsOf: source.escapedName)
        line.append("\",\"epoch\":\"")
        line.append(epoch)
        line.append("\",\"reason\":\"")
        line.append(reason.rawValue)
        line.append("\",\"detail\":\"")
        line.appendEscaped(reason.explanation)
        line.append("\",\"ts_received\":\"")
        received.append(to: &line)
        line.append("\",\"worker\":\"")
        line.append(worker)
        line.append("\",\"pub_seq\":")
        line.append(publication)
        line.append("}")
    }
}

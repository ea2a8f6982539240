/// Writes what is published under `error/<source>/` about a message that could not be scored.
public struct ErrorWriter: Sendable {
    /// The line of the last error written, without a line break.
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

    /// Writes that a message of `source` was rejected.
    public mutating func write(
        _ reason: Rejection, source: Source, received: UnixTime, publication: UInt64
    ) {
        line.removeAll(keepingCapacity: true)
        line.append("{\"schema\":\"elbod.error/1\",\"source\":\"")
        line.append(contentsOf: source.escapedName)
        line.append("\",\"epoch\":\"")
        line.append(contentsOf: epoch)
        line.append("\",\"reason\":\"")
        line.append(reason.rawValue)
        line.append("\",\"detail\":\"")
        line.appendEscaped(reason.explanation)
        line.append("\",\"ts_received\":\"")
        received.append(to: &line)
        line.append("\",\"worker\":\"")
        line.append(contentsOf: worker)
        line.append("\",\"pub_seq\":")
        line.append(publication)
        line.append("}")
    }
}

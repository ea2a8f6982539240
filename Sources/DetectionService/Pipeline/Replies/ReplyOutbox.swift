import Frames

/// Replies to senders that have not read their last ones: kept for a moment, and dropped rather than
/// gathered for one that never reads.
///
/// One for each port, on the receiving thread. A sender that reads gets all of its replies, in their
/// order. A value that is told what came of sending, so that tests need no sockets.
struct ReplyOutbox {
    /// What came of handing a reply to a socket.
    enum Outcome { case sent, full, gone }

    /// Replies that were dropped.
    private(set) var dropped = 0
    private var waiting: [(reply: ReplyAddress, line: [UInt8])] = []
    /// Bytes that wait for each sender, by its identity.
    private var bytes: [[UInt8]: Int] = [:]

    /// Bytes kept for one sender, and for all of a port: some thousand verdicts, or the replies to a few
    /// messages of thousands of images.
    static let (limit, totalLimit) = (4 << 20, 16 << 20)

    /// Whether nothing waits.
    var isEmpty: Bool { waiting.isEmpty }

    /// Whether anything waits for a sender.
    func holds(for reply: ReplyAddress) -> Bool { bytes[reply.envelope.first ?? []] != nil }

    /// Sends a reply, or keeps it if its sender has no room; whether it is neither, but dropped.
    mutating func send<Failure: Error>(
        _ reply: ReplyAddress, _ line: [UInt8],
        by deliver: (ReplyAddress, [UInt8]) throws(Failure) -> Outcome
    ) throws(Failure) {
        let sender = reply.envelope.first ?? []
        let before = bytes[sender] ?? 0
        if before == 0, try deliver(reply, line) != .full { return }
        let total = bytes.values.reduce(line.count, +)
        // A lone reply is kept however long it is: it is what its sender waits for.
        guard before == 0 || before + line.count <= Self.limit, total <= Self.totalLimit else {
            dropped += 1
            return
        }
        bytes[sender] = before + max(1, line.count)
        waiting.append((reply, line))
    }

    /// Tries again to send what waits.
    mutating func flush<Failure: Error>(
        by deliver: (ReplyAddress, [UInt8]) throws(Failure) -> Outcome
    ) throws(Failure) {
        guard !waiting.isEmpty else { return }
        var left: [(reply: ReplyAddress, line: [UInt8])] = []
        var full: Set<[UInt8]> = []
        for (reply, line) in waiting {
            let sender = reply.envelope.first ?? []
            if !full.contains(sender), try deliver(reply, line) != .full {
                let rest = (bytes[sender] ?? 0) - max(1, line.count)
                bytes[sender] = rest > 0 ? rest : nil
            } else {
                full.insert(sender)
                left.append((reply, line))
            }
        }
        waiting = left
    }
}

import ZeroMQ

/// Where verdicts go: whatever is to be done with what was decided.
///
/// Called by the scoring threads, several at once, once for each batch even if nothing was decided. A
/// sink never waits for a peer: one whose peer is slow or gone drops, or keeps, what is meant for that
/// peer, so that it delays neither scoring nor the other sinks.
protocol VerdictSink: Sendable {
    /// Takes the verdicts of a batch, as values and as lines; throws what ends the daemon.
    func take(_ batch: borrowing DecidedBatch) throws(ZMQError)
}

extension [any VerdictSink] {
    /// Gives a batch to every sink, also after one has failed; throws the first failure then.
    func take(_ batch: borrowing DecidedBatch) throws(ZMQError) {
        var failure: ZMQError?
        for sink in self {
            do throws(ZMQError) { try sink.take(batch) } catch { failure = failure ?? error }
        }
        if let failure { throw failure }
    }
}

extension PendingReplies: VerdictSink {
    /// Adds the lines that senders wait for.
    func take(_ batch: borrowing DecidedBatch) {
        for (index, reply) in batch.lines.replies {
            add(Array(batch.lines.bytes[batch.lines.range(index)]), to: reply)
        }
    }
}

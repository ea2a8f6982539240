import Detection
import Dispatch
import Synchronization

/// Decodes messages and adds their images to the waiting batch, counting what becomes of each.
///
/// Knows no sockets: it is given the parts of a message.
struct FrameIntake: ~Copyable {
    private var decoders: [FrameDecoder]
    private let policies: [FullQueue]
    private let handover: Handover
    private let accounting: Accounting

    /// What happens to a frame for which the queue has no room.
    private enum FullQueue {
        /// It takes the place of the oldest; for publishers, which do not wait for us.
        case dropOldest
        /// It waits, and so does its sender; nothing is lost.
        case block
    }

    /// An intake for the configured endpoints and images of `rows × columns` pixels.
    init(
        _ configuration: Configuration, rows: Int, columns: Int, handover: Handover,
        accounting: Accounting
    ) {
        self.handover = handover
        self.accounting = accounting
        decoders = configuration.ingest.indices.map {
            FrameDecoder(rows: rows, columns: columns, endpointName: "ingest-\($0 + 1)")
        }
        policies = configuration.ingest.map { $0.pattern == .pull ? .block : .dropOldest }
    }

    /// Waits until another message of this endpoint may be taken; false if stopped meanwhile.
    func waitForRoom(
        _ endpoint: Int, until stop: borrowing Atomic<Bool>, progress: Progress
    ) -> Bool {
        guard policies[endpoint] == .block else { return true }
        while !handover.waitForRoom(.milliseconds(Receiver.tick)) {
            progress.advance()
            if stop.load(ordering: .relaxed) { return false }
        }
        return true
    }

    /// Takes in one message of `parts` parts, of which the first three are given.
    mutating func take(
        _ first: Span<UInt8>, _ second: Span<UInt8>, _ third: Span<UInt8>, parts: Int,
        from endpoint: Int, progress: Progress
    ) {
        let now = UnixTime.now
        let none = Span<UInt8>()
        guard parts <= Envelope.partLimit else {
            return reject(.tooManyParts, decoders[endpoint].source(topic: none), now)
        }
        switch Envelope(first: first, second: parts > 1 ? second : none, parts: parts) {
        case .control: accounting.control.add()
        case .noHeader: reject(.headerNotJSON, decoders[endpoint].source(topic: none), now)
        case .noPayload: reject(.noPayload, decoders[endpoint].source(topic: first), now)
        case .array(hasTopic: true):
            accounting.trailingParts.add(parts - 3)
            addImages(endpoint, now, topic: first, header: second, payload: third, progress)
        case .array(hasTopic: false):
            accounting.trailingParts.add(parts - 2)
            addImages(endpoint, now, topic: none, header: first, payload: second, progress)
        }
    }

    private mutating func addImages(
        _ endpoint: Int, _ now: UnixTime, topic: Span<UInt8>, header: Span<UInt8>,
        payload: Span<UInt8>, _ progress: Progress
    ) {
        let message: FrameDecoder.Message
        do throws(FrameDecoder.Failure) {
            message = try decoders[endpoint].open(topic: topic, header: header, payload: payload)
        } catch {
            return reject(error.reason, error.source, now)
        }
        for image in 0..<message.images {
            if image > 0, policies[endpoint] == .block {
                // The message is taken already, so this ends only when there is room.
                while !handover.waitForRoom(.milliseconds(Receiver.tick)) { progress.advance() }
            }
            accounting.received.add()
            let rejection = handover.withWaitingBatch { batch -> Rejection? in
                let isFull = batch.isFull
                do throws(Rejection) {
                    try decoders[endpoint].append(
                        image, of: message, header: header, payload: payload, received: now,
                        to: &batch)
                } catch { return error }
                if isFull { accounting.droppedFromQueue.add() }
                return nil
            }
            if let rejection { count(rejection, message.source, now) }
        }
    }

    private func reject(_ reason: Rejection, _ source: Source, _ now: UnixTime) {
        accounting.received.add()
        count(reason, source, now)
    }

    private func count(_ reason: Rejection, _ source: Source, _ now: UnixTime) {
        accounting.countRejection(reason)
        let rejected = Handover.Rejected(reason: reason, source: source, received: now)
        if !handover.reject(rejected) { accounting.errorsWithheld.add() }
    }
}

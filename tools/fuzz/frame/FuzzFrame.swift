import Detection
import Files
import Foundation
import Frames
import Images
import Platform
import VAE

/// The parts of a message, through decoder, queue, verdict and error.
///
/// The first two bytes are the lengths of topic and header; the rest is the payload. The topic's
/// length also says whether the model preprocesses.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: start, count: count))
    guard input.count >= 2 else { return 0 }
    let topicEnd = min(input.count, 2 + Int(input[0]))
    let headerEnd = min(input.count, topicEnd + Int(input[1]))
    let topic = Array(input[2..<topicEnd])
    let (header, payload) = (Array(input[topicEnd..<headerEnd]), Array(input[headerEnd...]))
    let steps =
        input[0] % 2 == 0
        ? Preprocessing()
        : Preprocessing(crop: true, grayscale: .bgr, resize: ImageShape(rows: 2, columns: 2))
    var decoder = FrameDecoder(
        ImageShape(rows: 2, columns: 2), preprocessing: steps, sideLimit: 256)
    var queue = FrameQueue(limits: .automatic(images: 3, pixels: 4))
    do throws(FrameDecoder.Failure) {
        let message = try decoder.open(
            topic: topic.span, header: header.span, payload: payload.span, endpoint: topic.span)
        let admission = queue.add(
            message, Arrival(received: now, whenFull: .dropOldest),
            bytes: FuzzedBytes(header: header, payload: payload))
        precondition(admission == .admitted, "a frame that may be dropped finds no room")
        requireBalance(queue)
    } catch {
        queue.reject(error.reason, from: error.source, sequence: error.sequence, received: now)
        check(error.reason, error.source, error.sequence)
    }
    var batch = Batch(capacity: 3, pixels: 4)
    queue.claim(for: &batch)
    batch.fetch()
    var rejections: [RejectedMessage] = []
    batch.appendRejections(to: &rejections)
    for rejected in rejections { check(rejected.reason, rejected.source, rejected.sequence) }
    requireBalance(queue)
    var decider = Decider()
    var decided: [Verdict] = []
    decider.decide(
        batch, scores: Array(repeating: Scores(mse: 1.5), count: batch.count), edition: .first,
        by: rulebook, at: Verdict.Times(started: now, scored: now), into: &decided)
    for verdict in decided {
        var line: [UInt8] = []
        verdicts.encode(verdict, of: batch, into: &line)
        requireLine(line)
    }
    queue.settle(batch, Array(repeating: .normal, count: batch.count))
    queue.release(&batch)
    requireBalance(queue)
    precondition(queue.ledgers.allSatisfy { $0.inFlight == 0 }, "a frame is lost")
    return 0
}

/// A message's bytes in arrays.
private final class FuzzedBytes: MessageBytes {
    private let header: [UInt8]
    private let payload: [UInt8]

    init(header: [UInt8], payload: [UInt8]) { (self.header, self.payload) = (header, payload) }

    func withParts(_ body: (_ header: Span<UInt8>, _ payload: Span<UInt8>) -> Void) {
        let (header, payload) = (header, payload)
        body(header.span, payload.span)
    }

    func discard() {}
}

private func check(_ reason: Rejection, _ source: Source, _ sequence: UInt64?) {
    var line: [UInt8] = []
    errors.encode(
        RejectedMessage(reason: reason, source: source, sequence: sequence, received: now),
        publication: 1, into: &line)
    requireLine(line)
}

private func requireBalance(_ queue: borrowing FrameQueue) {
    precondition(queue.ledgers.allSatisfy(\.isBalanced), "a ledger does not balance")
}

private func requireLine(_ line: [UInt8]) {
    let isJSON = (try? JSONSerialization.jsonObject(with: Data(line))) != nil
    precondition(
        isJSON && !line.contains(0x0A), "no line of JSON: \(String(decoding: line, as: UTF8.self))")
}

private let now = UnixTime(nanoseconds: 1)
private let errors = RejectionEncoder(epoch: "e", worker: "w")
private let model = SHA256Digest(of: [])
private let rulebook: Rulebook = {
    guard
        let calibration = try? Calibration(
            scores: [Scores(mse: 1), Scores(mse: 2)], rule: .sigma(score: .mse, k: 2),
            model: model, data: .init(name: "", sha256: ""),
            created: UnixTime(nanoseconds: 0), revision: 1),
        let loaded = try? LoadedCalibration(bytes: calibration.encoded(), model: model)
    else { preconditionFailure("there is no calibration") }
    return Rulebook(loaded)
}()
// `nonisolated(unsafe)` because libFuzzer calls from one thread alone.
nonisolated(unsafe) private var verdicts = VerdictEncoder(
    rulebook: rulebook, model: model, epoch: "e", worker: "w", allScores: true)

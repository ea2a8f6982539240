import Detection
import Foundation
import Tensors
import Testing
import VAE

/// A decoder of 2×2 images and the queue that its frames go to.
struct Intake {
    var decoder: FrameDecoder
    var queue: FrameQueue
    var policy = FrameQueue.Policy.dropOldest

    init(
        capacity: Int = 4, rows: Int = 2, columns: Int = 2,
        preprocessing: Preprocessing = Preprocessing(), sideLimit: Int = FrameDecoder.sideLimit
    ) {
        decoder = FrameDecoder(
            rows: rows, columns: columns, preprocessing: preprocessing, sideLimit: sideLimit)
        queue = FrameQueue(capacity: capacity, pixels: rows * columns)
    }

    /// Takes in all images of one message and returns it, or throws why the first bad one is.
    @discardableResult
    mutating func take(
        _ header: String, topic: String = "", payload: [UInt8] = [0, 0, 0, 0],
        received: Int64 = 0
    ) throws(Rejection) -> FrameDecoder.Message {
        try take(
            Array(header.utf8), topic: Array(topic.utf8), payload: payload, received: received)
    }

    @discardableResult
    mutating func take(
        _ header: [UInt8], topic: [UInt8] = [], payload: [UInt8] = [0, 0, 0, 0],
        received: Int64 = 0
    ) throws(Rejection) -> FrameDecoder.Message {
        var message: FrameDecoder.Message
        let time = UnixTime(nanoseconds: received)
        do throws(FrameDecoder.Failure) {
            message = try decoder.open(
                topic: topic.span, header: header.span, payload: payload.span,
                endpoint: Self.endpoint.span)
        } catch {
            queue.reject(error.reason, from: error.source, sequence: error.sequence, received: time)
            throw error.reason
        }
        for image in 0..<message.images {
            message.prepare(image, of: payload.span)
            let outcome = queue.add(
                image, of: message, header: header.span, payload: payload.span, received: time,
                policy: policy)
            if case .rejected(let reason) = outcome { throw reason }
        }
        return message
    }

    private static let endpoint = Array("endpoint".utf8)

    /// The source a rejected message is attributed to.
    mutating func blame(_ header: String, topic: String = "", payload: [UInt8] = []) -> String? {
        let (header, topic) = (Array(header.utf8), Array(topic.utf8))
        do throws(FrameDecoder.Failure) {
            _ = try decoder.open(
                topic: topic.span, header: header.span, payload: payload.span,
                endpoint: Self.endpoint.span)
            return nil
        } catch { return error.source.name }
    }

    /// Why a message is refused before its images are looked at, if it is.
    mutating func refusal(of header: [UInt8], payload: [UInt8]) -> Rejection? {
        do throws(FrameDecoder.Failure) {
            _ = try decoder.open(
                topic: Span(), header: header.span, payload: payload.span,
                endpoint: Self.endpoint.span)
            return nil
        } catch { return error.reason }
    }

    /// The source of messages of this topic that cannot be read.
    mutating func source(topic: String) -> String {
        let topic = Array(topic.utf8)
        return decoder.source(topic: topic.span, endpoint: Self.endpoint.span).name
    }

    /// What waits, as a scorer would get it; it goes on waiting.
    var batch: Batch {
        var (queue, batch) = (queue, Batch(capacity: queue.capacity, pixels: decoder.pixels))
        queue.take(into: &batch)
        return batch
    }

    /// Has everything that waits judged normal; what was judged.
    @discardableResult
    mutating func settle(_ verdict: FrameQueue.Verdict = .normal) -> Batch {
        var batch = Batch(capacity: queue.capacity, pixels: decoder.pixels)
        queue.take(into: &batch)
        queue.settle(batch, Array(repeating: verdict, count: batch.count))
        return batch
    }

    /// The frames, those of one source oldest first.
    var frames: [Frame] {
        let batch = batch
        return (0..<batch.count).map { batch.frame($0) }
    }

    /// The names of the sources of `frames`.
    var names: [String] {
        let batch = batch
        return (0..<batch.count).map { batch.source($0).name }
    }

    /// The pixels of the frames.
    var pixels: [[Float]] {
        let batch = batch
        return (0..<batch.count).map { batch.images[$0] }
    }

    /// What became of the frames of a source.
    func account(_ name: String) -> Account? {
        queue.sources.firstIndex { $0.name == name }.map { queue.accounts[$0] }
    }
}

/// The header of one 2×2 image with further members, such as `"source":"cam"`.
func header(_ members: String..., dtype: String = "uint8", shape: String = "[2,2]") -> String {
    let all = ["\"dtype\":\"\(dtype)\"", "\"shape\":\(shape)"] + members
    return "{" + all.joined(separator: ",") + "}"
}

/// The object in a line, which must be one line of strict JSON in valid UTF-8.
func object(
    _ line: [UInt8], sourceLocation: SourceLocation = #_sourceLocation
) throws -> [String: Any] {
    #expect(!line.contains { $0 < 0x20 }, sourceLocation: sourceLocation)
    #expect(String(validating: line, as: UTF8.self) != nil, sourceLocation: sourceLocation)
    return try #require(strictObject(line) as? [String: Any], sourceLocation: sourceLocation)
}

/// A JSON object as Foundation reads it, or nil where it is more lenient than RFC 8259: with a byte
/// order mark or a comma too many.
func strictObject(_ text: [UInt8]) throws -> NSDictionary? {
    let value = try JSONSerialization.jsonObject(with: Data(text))
    var (previous, isInString, isEscaped) = (UInt8(0), false, false)
    for byte in text where !(0x09...0x0D).contains(byte) && byte != 0x20 {
        if isInString {
            isInString = isEscaped || byte != UInt8(ascii: "\"")
            isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
            previous = byte
            continue
        }
        let closes = byte == UInt8(ascii: "]") || byte == UInt8(ascii: "}")
        guard byte < 0x80, !closes || previous != UInt8(ascii: ",") else { return nil }
        isInString = byte == UInt8(ascii: "\"")
        previous = byte
    }
    return value as? NSDictionary
}

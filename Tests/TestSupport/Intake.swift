import Foundation
public import Frames
public import Images
import Platform
import Tensors

/// A decoder of 2×2 images and the queue that its frames go to.
public struct Intake: ~Copyable {
    /// Reads messages.
    public var decoder: FrameDecoder
    /// Where their frames wait.
    public var queue: FrameQueue
    /// What happens where there is no room.
    public var policy = FrameQueue.WhenFull.dropOldest

    /// An intake for a model of this size and preprocessing.
    public init(
        capacity: Int = 4, rows: Int = 2, columns: Int = 2,
        preprocessing: Preprocessing = Preprocessing(), sideLimit: Int = FrameDecoder.sideLimit,
        isShared: Bool = false, naming: SourceNaming = .automatic, depth: Int? = nil,
        tenure: SourceTable.Tenure = SourceTable.Tenure()
    ) {
        decoder = FrameDecoder(
            ImageShape(rows: rows, columns: columns), preprocessing: preprocessing,
            sideLimit: sideLimit, naming: naming, depth: depth, tenure: tenure)
        queue = FrameQueue(
            limits: .automatic(images: capacity, pixels: rows * columns), isShared: isShared)
    }

    /// Takes in all images of one message and returns it, or throws why the first bad one is; a message
    /// with a bad one counts as rejected at once.
    @discardableResult
    public mutating func take(
        _ header: String, topic: String = "", payload: [UInt8] = [0, 0, 0, 0],
        received: Int64 = 0
    ) throws(Rejection) -> FrameDecoder.Message {
        try take(
            Array(header.utf8), topic: Array(topic.utf8), payload: payload, received: received)
    }

    /// The same from bytes.
    @discardableResult
    public mutating func take(
        _ header: [UInt8], topic: [UInt8] = [], payload: [UInt8] = [0, 0, 0, 0],
        received: Int64 = 0
    ) throws(Rejection) -> FrameDecoder.Message {
        let message: FrameDecoder.Message
        let time = UnixTime(nanoseconds: received)
        do throws(FrameDecoder.Failure) {
            message = try decoder.open(
                topic: topic.span, header: header.span, payload: payload.span,
                endpoint: Self.endpoint.span, received: time)
        } catch {
            queue.reject(error.reason, from: error.source, sequence: error.sequence, received: time)
            throw error.reason
        }
        let scratch = ImageBatch(rows: 1, columns: decoder.pixels)
        do throws(Rejection) {
            for image in 0..<message.images {
                _ = try message.decode(
                    image, of: payload.span, header: header.span, intoRow: 0, of: scratch)
            }
        } catch {
            queue.reject(
                error, from: message.source, sequence: message.sentSequence, received: time)
            throw error
        }
        let admission = queue.add(
            message, Arrival(received: time, whenFull: policy),
            bytes: ArrayBytes(header: header, payload: payload))
        precondition(
            admission == .admitted, "there is no room for a frame that must not be dropped")
        return message
    }

    private static let endpoint = Array("endpoint".utf8)

    /// The source a rejected message is attributed to.
    public mutating func blame(_ header: String, topic: String = "", payload: [UInt8] = [])
        -> String?
    {
        let (header, topic) = (Array(header.utf8), Array(topic.utf8))
        do throws(FrameDecoder.Failure) {
            _ = try decoder.open(
                topic: topic.span, header: header.span, payload: payload.span,
                endpoint: Self.endpoint.span)
            return nil
        } catch { return error.source.name }
    }

    /// Why a message is refused before its images are looked at, if it is.
    public mutating func refusal(of header: [UInt8], payload: [UInt8]) -> Rejection? {
        failure(header, payload: payload)?.reason
    }

    /// All that is said of a message that is refused before its images are looked at.
    public mutating func failure(
        _ header: [UInt8], payload: [UInt8]
    ) -> FrameDecoder.Failure? {
        do throws(FrameDecoder.Failure) {
            _ = try decoder.open(
                topic: Span(), header: header.span, payload: payload.span,
                endpoint: Self.endpoint.span)
            return nil
        } catch { return error }
    }

    /// The source of messages of this topic that cannot be read.
    public mutating func source(topic: String) -> String {
        let topic = Array(topic.utf8)
        return decoder.source(topic: topic.span, endpoint: Self.endpoint.span).name
    }

    /// What waits, as a scorer would get it; it goes on waiting.
    public var batch: Batch {
        var batch = Batch(capacity: queue.limits.images, pixels: decoder.pixels)
        queue.peek(into: &batch)
        return batch
    }

    /// Has everything that waits judged normal; what was judged.
    @discardableResult
    public mutating func settle(_ verdict: FrameQueue.Verdict = .normal) -> Batch {
        var batch = Batch(capacity: queue.limits.images, pixels: decoder.pixels)
        queue.claim(for: &batch)
        batch.fetch()
        queue.settle(batch, Array(repeating: verdict, count: batch.count))
        queue.release(&batch)
        return batch
    }

    /// The frames, those of one source oldest first.
    public var frames: [Frame] {
        let batch = batch
        return (0..<batch.count).map { batch.frame($0) }
    }

    /// The names of the sources of `frames`.
    public var names: [String] {
        let batch = batch
        return (0..<batch.count).map { batch.source($0).name }
    }

    /// The pixels of the frames.
    public var pixels: [[Float]] {
        let batch = batch
        return (0..<batch.count).map { batch.images[$0] }
    }

    /// What became of the frames of a source.
    public func ledger(_ name: String) -> FrameLedger? {
        queue.sources.firstIndex { $0.name == name }.map { queue.ledgers[$0] }
    }
}

/// The header of one 2×2 image with further members, such as `"source":"cam"`.
public func header(_ members: String..., dtype: String = "uint8", shape: String = "[2,2]") -> String
{
    let all = ["\"dtype\":\"\(dtype)\"", "\"shape\":\(shape)"] + members
    return "{" + all.joined(separator: ",") + "}"
}

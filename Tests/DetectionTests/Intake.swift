import Detection
import Foundation
import Tensors
import Testing

/// A decoder of 2×2 images and the batch that its frames go to.
struct Intake {
    var decoder: FrameDecoder
    var batch: Batch

    init(capacity: Int = 4, rows: Int = 2, columns: Int = 2) {
        decoder = FrameDecoder(rows: rows, columns: columns, endpointName: "endpoint")
        batch = Batch(capacity: capacity, pixels: rows * columns)
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
        let message: FrameDecoder.Message
        do throws(FrameDecoder.Failure) {
            message = try decoder.open(
                topic: topic.span, header: header.span, payload: payload.span)
        } catch { throw error.reason }
        for image in 0..<message.images {
            try decoder.append(
                image, of: message, header: header.span, payload: payload.span,
                received: UnixTime(nanoseconds: received), to: &batch)
        }
        return message
    }

    /// The source a rejected message is attributed to.
    mutating func blame(_ header: String, topic: String = "", payload: [UInt8] = []) -> String? {
        let (header, topic) = (Array(header.utf8), Array(topic.utf8))
        do throws(FrameDecoder.Failure) {
            _ = try decoder.open(topic: topic.span, header: header.span, payload: payload.span)
            return nil
        } catch { return error.source.name }
    }

    /// The frames, oldest first.
    var frames: [Batch.Frame] { batch.pieces(of: 1).map { batch.frame($0.lowerBound) } }

    /// The pixels of the frames, oldest first.
    var pixels: [[Float]] { batch.pieces(of: 1).map { batch.images.rows($0).elements } }
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

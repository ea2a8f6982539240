import Frames
import Platform
import TestSupport
import Testing

@Suite struct FrameDecoderTests {
    @Test func `an image becomes a frame with its pixels and what was said about it`() throws {
        var intake = Intake()
        let message = try intake.take(
            header(#""source":"cam-1""#, #""seq":9"#), payload: [0, 51, 102, 255], received: 5)
        #expect(message.images == 1)
        #expect(message.source.name == "cam-1")
        let frame = try #require(intake.frames.first)
        #expect(intake.batch.count == 1)
        #expect(frame.source == message.source.index)
        #expect(frame.sequence == 9 && frame.index == 0 && frame.images == 1)
        #expect(frame.received == UnixTime(nanoseconds: 5))
        #expect(frame.type == ElementType(.uint8))
        #expect(frame.droppedBefore == 0)
        #expect(intake.pixels == [[0, 0.2, 0.4, 1]])
    }

    @Test func `several images of one message become frames with one number and an index each`()
        throws
    {
        var intake = Intake()
        try intake.take(
            header(dtype: ">u2", shape: "[3,2,2]"),
            payload: (0..<12).flatMap { [UInt8($0 * 17), UInt8($0 * 17)] })
        #expect(intake.frames.map(\.index) == [0, 1, 2])
        #expect(intake.frames.map(\.images) == [3, 3, 3])
        #expect(intake.frames.map(\.sequence) == [0, 0, 0])
        let expected = (0..<12).map { Float($0) / 15 }
        #expect(intake.pixels.flatMap { $0 } == expected)
    }

    @Test(arguments: ElementType.Kind.allCases)
    func `the payload must have as many bytes as shape and dtype say`(kind: ElementType.Kind) throws
    {
        let size = 8 * ElementType(kind).size
        var intake = Intake()
        let header = header(dtype: kind.rawValue, shape: "[2,2,2]")
        for count in [0, 1, size - 1, size + 1, 2 * size, size / 2] where count != size {
            let payload = [UInt8](repeating: 0, count: count)
            #expect(throws: Rejection.badByteCount, "\(count) bytes") {
                try intake.take(header, payload: payload)
            }
        }
        try intake.take(header, payload: [UInt8](repeating: 0, count: size))
        #expect(intake.batch.count == 2)
    }

    @Test(arguments: [
        ("", Rejection.headerNotJSON), ("nonsense", .headerNotJSON), ("{", .headerNotJSON),
        ("{}", .noDtype), (#"{"shape":[2,2]}"#, .noDtype), (#"{"dtype":"uint8"}"#, .noShape),
        (#"{"dtype":"int64","shape":[2,2]}"#, .unknownDtype),
        (#"{"dtype":"","shape":""}"#, .unknownDtype),
        (#"{"dtype":"uint8","shape":[3,3]}"#, .badShape),
        (#"{"dtype":"uint8","shape":[]}"#, .badShape),
        (#"{"dtype":"float64","shape":[2147483647,2,2]}"#, .badByteCount),
        ("{" + String(repeating: " ", count: 16384), .headerTooLong),
    ])
    func `a message that cannot be read is refused with its reason`(
        header: String, reason: Rejection
    ) {
        var intake = Intake()
        #expect(throws: reason) { try intake.take(header) }
        #expect(intake.batch.count == 0)
    }

    @Test func `frames without a number are counted per source, from 0`() throws {
        var intake = Intake(capacity: 9)
        for source in ["a", "b", "a", "a", "b"] {
            try intake.take(header("\"source\":\"\(source)\""))
        }
        // Sources take turns.
        #expect(intake.frames.map(\.sequence) == [0, 0, 1, 1, 2])
    }

    @Test func `counting goes on after a number the sender gave, and counts refused messages`()
        throws
    {
        var intake = Intake(capacity: 9)
        try intake.take(header())
        try intake.take(header(#""seq":40"#))
        try intake.take(header())
        #expect(throws: Rejection.badByteCount) { try intake.take(header(), payload: []) }
        try intake.take(header())
        try intake.take(header(#""seq":9223372036854775807"#))
        try intake.take(header())
        #expect(intake.frames.map(\.sequence) == [0, 40, 41, 43, 1 << 63 - 1, 1 << 63])
    }

    @Test func `a bad pixel refuses its image, not the others of its message`() throws {
        var intake = Intake()
        var payload = [UInt8](repeating: 0, count: 48)
        payload[4 * 5 + 3] = 0x7F  // the second image's second pixel
        payload[4 * 5 + 2] = 0xC0
        let text = Array(header(dtype: "float32", shape: "[3,2,2]").utf8)
        let message = try intake.decoder.open(
            topic: Span(), header: text.span, payload: payload.span, endpoint: Span())
        let arrival = Arrival(received: UnixTime(nanoseconds: 0), whenFull: .dropOldest)
        let admission = intake.queue.add(
            message, arrival, bytes: ArrayBytes(header: text, payload: payload))
        #expect(admission == .admitted)
        #expect(intake.frames.map(\.index) == [0, 2])
        #expect(intake.pixels == [[0, 0, 0, 0], [0, 0, 0, 0]])
    }
}

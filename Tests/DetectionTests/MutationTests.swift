import Foundation
import Frames
import Tensors
import TestSupport
import Testing

@Suite struct MutationTests {
    private static let headers = [
        header(#""msg": "cam-1""#, shape: "[2, 2]"),
        header(#""source":"a\"b\u00e9""#, #""seq":12"#, #""ts":1.5e3"#, #""id":{"x":[1,null]}"#),
        header(dtype: "<f4", shape: "[3,2,2]"), header(dtype: ">u2", shape: "[4]"),
        #"{"type":"FP64","endianness":"big","shape":[2,1,2,2],"msg":["é",true,-0]}"#,
    ]
    private static let payloads = [4, 4, 48, 8, 64]
    private static let fragments = [
        "\"", "\\", "{", "}", "[", "]", ",", ":", "0", "-", "1e9", "NaN", "null", "tru", "\\u",
        "\\ud83d",
        "2147483647", "9223372036854775807", "18446744073709551616", "\"shape\":", "\"dtype\":",
        "\"source\":", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "\n", "\u{0}", "\u{FEFF}", "é", ",2",
        "\"\":1,",
    ].map { Array($0.utf8) }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `no mutation of a message traps or is taken for what it is not`(seed: UInt64) throws {
        var random = RandomNumbers(seed: seed)
        var intake = Intake(capacity: 5)
        var verdicts = try Verdicts()
        var accepted = 0
        for _ in 0..<1000 {
            let kind = Int.random(in: 0..<Self.headers.count, using: &random)
            var header = Array(Self.headers[kind].utf8)
            for _ in 0..<Int.random(in: 0...3, using: &random) { mutate(&header, &random) }
            var size = Self.payloads[kind]
            if UInt8.random(in: 0..<6, using: &random) == 0 {
                size = max(0, size + [-4, -1, 1, 4, size][Int.random(in: 0..<5, using: &random)])
            }

            var payload = [UInt8](repeating: 0, count: size)
            for _ in 0..<Int.random(in: 0...1, using: &random) where size > 0 {
                payload[Int.random(in: 0..<size, using: &random)] = UInt8.random(
                    in: 0...255, using: &random)
            }
            var topic: [UInt8] = []
            if random.next() % 8 == 0 {
                topic = (0..<3).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            }
            do throws(Rejection) {
                let message = try intake.take(header, topic: topic, payload: payload)
                accepted += 1
                check(message, header, payload, intake)
            } catch {
                check(error, header)
            }
            for row in 0..<intake.batch.count {
                _ = try object(verdicts.line(of: intake.batch, row: row))
            }
            if random.next() % 4 == 0 { intake.settle() }
        }
        #expect(accepted > 200 && accepted < 800)
    }

    private func mutate(_ bytes: inout [UInt8], _ random: inout RandomNumbers) {
        guard !bytes.isEmpty else { return }
        let at = Int.random(in: 0..<bytes.count, using: &random)
        let length = Int.random(in: 1...8, using: &random)
        switch random.next() % 7 {
        case 0: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 1: bytes[at] = UInt8(truncatingIfNeeded: random.next())
        case 2: bytes.removeSubrange(at..<min(at + length, bytes.count))
        case 3: bytes.removeSubrange(at...)
        case 4: bytes.insert(contentsOf: bytes[at..<min(at + length, bytes.count)], at: at)
        default:
            let fragment = Self.fragments[Int.random(in: 0..<Self.fragments.count, using: &random)]
            bytes.insert(contentsOf: fragment, at: at)
        }
    }

    /// A frame that was accepted is possible.
    private func check(
        _ message: FrameDecoder.Message, _ header: [UInt8], _ payload: [UInt8],
        _ intake: borrowing Intake
    ) {
        let text = String(decoding: header, as: UTF8.self)
        let frames = intake.frames.filter { $0.source == message.source.index }.suffix(
            message.images)
        guard let frame = frames.last else {
            Issue.record("\(text) was accepted and is not there")
            return
        }
        #expect(frame.images == message.images && frame.index == message.images - 1, "\(text)")
        #expect(payload.count == message.images * 4 * frame.type.size, "\(text)")
        for pixel in intake.pixels.joined() {
            #expect(pixel >= -1e-4 && pixel <= 1 + 1e-4, "\(text)")
        }
        // Where Foundation reads it too, it reads the same.
        guard let value = foundation(header) else { return }
        let name =
            value["dtype"] as? String ?? value["datatype"] as? String ?? value["type"] as? String
        #expect(name.flatMap { ElementType($0) }?.kind == frame.type.kind, "\(text)")
        let shape = value["shape"] as? [Int] ?? []
        #expect(shape.reduce(1, *) == message.images * 4, "\(text)")
    }

    /// What is refused for its form is nothing that Foundation reads.
    private func check(_ reason: Rejection, _ header: [UInt8]) {
        guard reason == .headerNotJSON, !header.contains(Array(repeating: 0x5B, count: 31)) else {
            return
        }
        #expect(foundation(header) == nil, "\(String(decoding: header, as: UTF8.self))")
    }

    private func foundation(_ header: [UInt8]) -> NSDictionary? {
        (try? strictObject(header)) ?? nil
    }
}

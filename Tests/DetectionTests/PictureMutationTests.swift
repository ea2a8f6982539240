import Frames
import Images
import Tensors
import TestSupport
import Testing

@Suite struct PictureMutationTests {
    private static let messages: [(header: String, payload: [UInt8])] = [
        (#"{"msg":"cam-1"}"#, PictureSamples.gray), ("{}", PictureSamples.color),
        (#"{"compression":{"dct":"IFAST"},"dtype":"","shape":""}"#, PictureSamples.progressive),
        (#"{"compression":true,"dtype":"uint8","shape":[2,2]}"#, PictureSamples.colorPNG),
        (header(shape: "[4,4,3]"), Array(0..<48)), (header(shape: "[2,3,8]"), Array(0..<48)),
        (header(shape: "[2,2,3,4]"), Array(0..<48)),
    ]

    @Test(arguments: 1...12 as ClosedRange<UInt64>)
    func `no mutation of a picture or its header traps or is lost`(seed: UInt64) throws {
        var random = RandomNumbers(seed: seed)
        let steps = ["", "grayscale,resize=2x2", "crop,grayscale=bgr,resize=2x2,invert", "crop"]
        let preprocessing = try Preprocessing(steps[Int(seed) % steps.count])
        var intake = Intake(capacity: 5, preprocessing: preprocessing)
        var verdicts = try Verdicts()
        var taken = 0
        for sent in 1...500 {
            let message = Self.messages[Int(random.next() % UInt64(Self.messages.count))]
            var (header, payload) = (Array(message.header.utf8), message.payload)
            if random.next() % 2 == 0 { mutate(&header, &random) }
            for _ in 0..<random.next() % 3 { mutate(&payload, &random) }
            if (try? intake.take(header, payload: payload)) != nil { taken += 1 }
            for pixel in intake.pixels.joined() { #expect(pixel >= 0 && pixel <= 1) }
            for row in 0..<intake.batch.count {
                _ = try object(verdicts.line(of: intake.batch, row: row))
            }
            let total = intake.queue.total
            #expect(total.isBalanced && total.received >= sent)
            if random.next() % 4 == 0 { intake.settle() }
        }
        #expect(taken > 0 && taken < 480, "\(taken)")
    }

    private func mutate(_ bytes: inout [UInt8], _ random: inout RandomNumbers) {
        guard !bytes.isEmpty else { return }
        let at = Int(random.next() % UInt64(bytes.count))
        switch random.next() % 5 {
        case 0: bytes[at] ^= 1 << UInt8(random.next() % 8)
        case 1: bytes[at] = UInt8(truncatingIfNeeded: random.next())
        case 2: bytes.remove(at: at)
        case 3: bytes.removeSubrange(at...)
        default: bytes.insert(contentsOf: bytes[at..<min(at + 4, bytes.count)], at: at)
        }
    }
}

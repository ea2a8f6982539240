import Frames
import Images
import TestSupport
import Testing

@Suite struct PictureFrameTests {
    private func intake(_ steps: String, sideLimit: Int = FrameDecoder.sideLimit) throws -> Intake {
        Intake(capacity: 8, preprocessing: try Preprocessing(steps), sideLimit: sideLimit)
    }

    /// The only image of a message, in 8 bits.
    private func image(
        _ intake: inout Intake, _ header: String, _ payload: [UInt8]
    ) throws -> [Int] {
        intake.settle()
        try intake.take(header, payload: payload)
        return try #require(intake.pixels.first).map { Int(($0 * 255).rounded()) }
    }

    @Test(arguments: [
        #"{"msg": "cam-1"}"#, "{}", #"{"dtype":"","shape":"","compression":{"dct":"IFAST"}}"#,
        #"{"compression":true,"dtype":"uint8","shape":[2,2]}"#, #"{"compression":"jpg"}"#,
        #"{"type":"camera"}"#, #"{"dtype":"uint8","compression":1}"#,
    ])
    func `a grey JPEG of the model's size needs no preprocessing`(header: String) throws {
        var intake = Intake()
        #expect(try image(&intake, header, PictureSamples.gray) == [1, 51, 102, 255])
        let frame = try #require(intake.frames.first)
        #expect(frame.type == ElementType(.uint8) && frame.images == 1)
    }

    @Test(arguments: [
        (#"{"dtype":"uint8","shape":[225]}"#, Rejection.badShape),
        (#"{"dtype":"uint8","shape":[2,2],"compression":false}"#, .badByteCount),
        (#"{"dtype":"uint8","shape":[2,2],"compression":null}"#, .badByteCount),
        (#"{"dtype":"uint8","shape":[2,2],"compression":0}"#, .badByteCount),
        (#"{"dtype":"uint8","shape":[2,2],"compression":""}"#, .badByteCount),
    ])
    func `bytes that a header says are an array are no JPEG`(header: String, reason: Rejection) {
        var intake = Intake()
        #expect(throws: reason) { try intake.take(header, payload: PictureSamples.gray) }
    }

    @Test func `the verdict tells the size of an encoded picture`() throws {
        var intake = try intake("grayscale,resize=2x2")
        try intake.take("{}", payload: PictureSamples.plain)
        try intake.take(header(shape: "[1,2,2]"))
        var verdicts = try Verdicts()
        let shapes = try (0..<2).map { row in
            let input = try object(verdicts.line(of: intake.batch, row: row))["input"]
            return (input as? [String: Any])?["shape"] as? [Int]
        }
        #expect(shapes == [[40, 30, 3], [1, 2, 2]])
    }

    @Test func `colour is taken if the model makes it grey`() throws {
        var intake = try intake("grayscale,resize=2x2")
        #expect(try image(&intake, "{}", PictureSamples.color) == [75, 150, 29, 90])
        #expect(try image(&intake, "{}", PictureSamples.colorPNG) == [76, 150, 29, 90])
        // Arrays are what they are told to be; a JPEG knows better.
        intake = try self.intake("grayscale=bgr,resize=2x2")
        #expect(try image(&intake, "{}", PictureSamples.colorPNG) == [76, 150, 29, 90])
        let file = PictureSamples.colorPNG
        let pixels = try PNG.decode(file.span).pixels
        #expect(try image(&intake, header(shape: "[2,2,3]"), pixels) == [29, 150, 76, 90])
    }

    @Test func `arrays of other sizes are brought to the model's`() throws {
        var intake = try intake("crop,grayscale,resize=2x2,invert")
        let four: [UInt8] = [0, 0, 100, 100, 0, 0, 100, 100, 50, 50, 200, 200, 50, 50, 200, 200]
        #expect(
            try image(&intake, header(shape: "[4,4]"), four) == [255, 155, 205, 55])
        #expect(
            try image(&intake, header(shape: "[4,4,1]"), four) == [255, 155, 205, 55])
        let color = four.flatMap { [UInt8](repeating: $0, count: 3) }
        #expect(
            try image(&intake, header(shape: "[4,4,3]"), color) == [255, 155, 205, 55])
        let clear = four.flatMap { [$0, $0, $0, 255] as [UInt8] }
        #expect(
            try image(&intake, header(shape: "[4,4,4]"), clear) == [255, 155, 205, 55])
        // What has the model's size goes through the same steps, however it is written.
        for shape in ["[2,2]", "[4]", "[1,2,2]", "[2,2,1]"] {
            let found = try image(&intake, header(shape: shape), [0, 1, 2, 3])
            #expect(found == [255, 254, 253, 252])
        }
    }

    @Test(arguments: ["[3,4,2]", "[3,4,2,1]"])
    func `a batch of pictures becomes a frame of each`(shape: String) throws {
        var intake = try intake("resize=2x2")
        let picture: [UInt8] = [10, 20, 10, 20, 30, 40, 30, 40]
        let payload = (0..<3).flatMap { add in picture.map { $0 + add } }
        let message = try intake.take(header(shape: shape), payload: payload)
        #expect(message.images == 3 && intake.frames.map(\.index) == [0, 1, 2])
        let pixels = intake.pixels.map { $0.map { Int(($0 * 255).rounded()) } }
        #expect(pixels == (0..<3).map { add in [10, 20, 30, 40].map { $0 + add } })
    }

    @Test func `three extents of which the last can be channels are one picture`() throws {
        var intake = try intake("grayscale,resize=2x2")
        let message = try intake.take(header(shape: "[4,4,3]"), payload: Array(0..<48))
        #expect(message.images == 1)
        // Without grayscale they can only be pictures three columns wide.
        intake = try self.intake("resize=2x2")
        #expect(try intake.take(header(shape: "[4,4,3]"), payload: Array(0..<48)).images == 4)
    }

    static let refusals: [(steps: String, header: String, reason: Rejection)] = [
        ("", header(shape: "[2,2,3]"), .badShape), ("", header(shape: "[5,5]"), .badShape),
        ("grayscale", header(shape: "[5,5]"), .badShape),
        // A batch of flat images, to a model that might take this for a picture.
        ("grayscale", header(shape: "[5,4]"), .badShape),
        ("resize=2x2", header(shape: "[4,4,3,1,1]"), .badShape),
        ("resize=2x2", header(shape: "[4]"), .badByteCount),
        ("resize=2x2", header(shape: "[5]"), .badShape),
        ("resize=2x2", header(shape: "[0,4]"), .badShape),
        ("resize=2x2", header(shape: "[0,4,4]"), .badShape),
        ("grayscale,resize=2x2", header(shape: "[4,4,5]"), .badByteCount),
        ("grayscale,resize=2x2", header(shape: "[2,4,4,2]"), .badShape),
        ("grayscale,resize=2x2", header(shape: "[4,4,3]"), .badByteCount),
        ("resize=2x2", header(shape: "[4097,1]"), .imageTooLarge),
        ("resize=2x2", header(shape: "[1,4097]"), .imageTooLarge),
        ("resize=2x2", header(shape: "[2147483647,2147483647]"), .badShape),
        ("resize=2x2", header(shape: "[2147483647,2147483647,4]"), .badShape),
        ("grayscale,resize=2x2", header(shape: "[2147483647,4096,4096,4]"), .badShape),
        ("resize=2x2", header(shape: "[4097,1,2]"), .badShape),
        ("resize=2x2", header(dtype: "float32", shape: "[4,4]"), .notBytes),
        ("invert", header(dtype: "float32"), .notBytes),
        ("crop,resize=2x2", header(dtype: "float32"), .badByteCount),
    ]

    @Test(arguments: refusals.indices)
    func `what cannot become an image of the model's is refused`(index: Int) throws {
        let refusal = Self.refusals[index]
        var intake = try intake(refusal.steps)
        #expect(throws: refusal.reason) {
            try intake.take(refusal.header, payload: Array(0..<5))
        }
        #expect(intake.queue.total.received == 1 && intake.queue.total.rejected == 1)
    }

    @Test(arguments: [(2, 4096), (64, 4096), (512, 64), (1024, 16)])
    func `a batch is as large as the work it makes allows`(side: Int, limit: Int) throws {
        var intake = Intake(
            capacity: 1, rows: side, columns: side,
            preprocessing: try Preprocessing("resize=\(side)x\(side)"))
        for images in [limit, limit + 1] {
            let name = header(shape: "[\(images),1,2]")
            let text = Array(name.utf8)
            let payload = [UInt8](repeating: 1, count: 2 * images)
            let reason = intake.refusal(of: text, payload: payload)
            #expect(reason == (images > limit ? .badShape : nil))
        }
    }

    @Test func `encoded pictures of another size or none are refused, colour is not`() throws {
        var intake = Intake()
        #expect(try image(&intake, "{}", PictureSamples.color) == [75, 150, 29, 90])
        #expect(throws: Rejection.badShape) {
            try intake.take("{}", payload: PictureSamples.progressive)
        }
        // imagezmq's advice for messages of text alone.
        #expect(throws: Rejection.noDtype) { try intake.take("{}", payload: [0x30]) }
        intake = try self.intake("resize=2x2", sideLimit: 7)
        #expect(throws: Rejection.imageTooLarge) {
            try intake.take("{}", payload: PictureSamples.progressive)
        }
        #expect(throws: Rejection.badImage) {
            try intake.take("{}", payload: [0xff, 0xd8, 0xff, 0xe0])
        }
    }

    @Test(arguments: [
        PictureSamples.gray, PictureSamples.color, PictureSamples.progressive,
        PictureSamples.colorPNG,
    ])
    func `an encoded picture cut short anywhere is refused`(file: [UInt8]) throws {
        var intake = try intake("grayscale,resize=2x2")
        // A PNG's last chunk, of 12 bytes, has no content, nor has a JPEG's end marker.
        for length in 0..<(file.count - (PNG.isPNG(file) ? 12 : 2)) {
            let reason = #expect(throws: Rejection.self, "\(length) bytes") {
                try intake.take("{}", payload: Array(file[..<length]))
            }
            #expect(reason == .badImage || length < 8 && reason == .noDtype)
        }
        #expect(intake.queue.total.isBalanced && intake.queue.count == 0)
    }
}

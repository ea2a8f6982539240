import Frames
import Images
import TestSupport
import Testing

@Suite struct LayoutTests {
    private func intake(_ steps: String = "grayscale,resize=2x2") throws -> Intake {
        Intake(capacity: 8, preprocessing: try Preprocessing(steps))
    }

    private func images(
        _ intake: inout Intake, _ shape: String, _ members: String, _ payload: [UInt8]
    ) throws -> [[Int]] {
        intake.settle()
        try intake.take(header(members, shape: shape), payload: payload)
        return intake.pixels.map { $0.map { Int(($0 * 255).rounded()) } }
    }

    /// A picture of 4 × 6 pixels whose quarters are red, green, blue and grey, red first.
    private static let picture = (0..<24).flatMap { at -> [UInt8] in
        let colors: [[UInt8]] = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [90, 90, 90]]
        return colors[at / 12 * 2 + at % 6 / 3]
    }
    /// Its channels one after the other.
    private static let planes = (0..<3).flatMap { channel in
        (0..<24).map { picture[3 * $0 + channel] }
    }
    private static let quarters = [76, 150, 29, 90]

    @Test(arguments: [
        "\"x\":1", "\"layout\":\"HWC\"", "\"layout\":\"NHWC\"", "\"encoding\":\"rgb8\"",
        "\"order\":\"RGB\"", "\"format\":\"raw\"", "\"encoding\":\"\"", "\"layout\":7",
        "\"encoding\":\"8UC3\"",
    ])
    func `pixels of colour lie one after the other`(members: String) throws {
        var intake = try intake()
        #expect(try images(&intake, "[4,6,3]", members, Self.picture) == [Self.quarters])
        let two = try images(&intake, "[2,4,6,3]", members, Self.picture + Self.picture)
        #expect(two == [Self.quarters, Self.quarters])
    }

    @Test(arguments: [
        "\"x\":1", "\"layout\":\"CHW\"", "\"layout\":\"nchw\"", "\"layout\":\"channels_first\"",
        "\"order\":\"rgb\"",
    ])
    func `channels may lie one after the other`(members: String) throws {
        var intake = try intake()
        #expect(try images(&intake, "[3,4,6]", members, Self.planes) == [Self.quarters])
        let two = try images(&intake, "[2,3,4,6]", members, Self.planes + Self.planes)
        #expect(two == [Self.quarters, Self.quarters])
    }

    @Test func `the header's order of colours precedes the model's`() throws {
        for steps in ["grayscale,resize=2x2", "grayscale=bgr,resize=2x2"] {
            var intake = try intake(steps)
            for order in ["\"order\":\"rgb\"", "\"encoding\":\"rgb8\"", "\"format\":\"RGB24\""] {
                #expect(try images(&intake, "[4,6,3]", order, Self.picture) == [Self.quarters])
            }
            for order in ["\"order\":\"bgr\"", "\"encoding\":\"bgr8\"", "\"color\":\"BGR\""] {
                #expect(try images(&intake, "[4,6,3]", order, Self.picture) == [[29, 150, 76, 90]])
            }
        }
    }

    @Test func `three planes of the model's size are three images or one, so it must be said`()
        throws
    {
        var intake = try intake()
        let planes: [UInt8] = [255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0]
        #expect(throws: Rejection.badLayout) {
            try intake.take(header(shape: "[3,2,2]"), payload: planes)
        }
        #expect(
            try images(&intake, "[3,2,2]", "\"layout\":\"CHW\"", planes) == [[76, 76, 76, 76]])
        #expect(
            try images(&intake, "[3,2,2]", "\"encoding\":\"mono8\"", planes)
                == [[255, 255, 255, 255], [0, 0, 0, 0], [0, 0, 0, 0]])
        // A model that takes no colour can mean three images only.
        intake = try self.intake("resize=2x2")
        #expect(try images(&intake, "[3,2,2]", "\"x\":1", planes).count == 3)
    }

    /// Rows of brightness at the ends of the range of video, of which only those count.
    private static func brightness(_ pitch: Int) -> [UInt8] {
        (0..<4).flatMap { row -> [UInt8] in
            let values: [UInt8] = row < 2 ? [16, 16, 235, 235] : [126, 126, 16, 16]
            return values + [UInt8](repeating: 99, count: pitch - 4)
        }
    }

    @Test(arguments: ["I420", "nv12", "NV21", "yuv420p", "YV12", "iyuv"])
    func `of YUV 4-2-0 the brightness is taken`(format: String) throws {
        var intake = try intake()
        for key in ["format", "encoding", "layout"] {
            let members = "\"\(key)\":\"\(format)\""
            let payload = Self.brightness(4) + [UInt8](repeating: 128, count: 8)
            for shape in ["[6,4]", "[4,4]"] {
                #expect(try images(&intake, shape, members, payload) == [[0, 255, 128, 0]])
            }
            #expect(
                try images(&intake, "[2,6,4]", members, payload + payload)
                    == [[0, 255, 128, 0], [0, 255, 128, 0]])
            let padded = Self.brightness(16) + [UInt8](repeating: 128, count: 32)
            #expect(
                try images(&intake, "[4,4]", members + ",\"step\":16", padded)
                    == [[0, 255, 128, 0]])
        }
        let full = "\"format\":\"I420\",\"range\":\"full\""
        let payload = Self.brightness(4) + [UInt8](repeating: 128, count: 8)
        #expect(try images(&intake, "[4,4]", full, payload) == [[16, 235, 126, 16]])
    }

    @Test(arguments: [("YUYV", 0), ("yuy2", 0), ("UYVY", 1), ("yuv422", 1)])
    func `of YUV 4-2-2 the brightness is taken`(format: String, place: Int) throws {
        var intake = try intake()
        let payload = Self.brightness(4).flatMap { byte -> [UInt8] in
            place == 0 ? [byte, 200] : [200, byte]
        }
        for shape in ["[4,4,2]", "[4,4]"] {
            let found = try images(&intake, shape, "\"encoding\":\"\(format)\"", payload)
            #expect(found == [[0, 255, 128, 0]])
        }
    }

    @Test(arguments: [
        ("[4,6,3]", "\"step\":32", 32), ("[4,6,3]", "\"strides\":[32,3,1]", 32),
        ("[3,4,6]", "\"step\":16", 16), ("[4,6,3]", "\"step\":18", 18),
    ])
    func `rows may be padded at their ends`(shape: String, members: String, pitch: Int) throws {
        var intake = try intake()
        let whole = shape.hasPrefix("[3") ? Self.planes : Self.picture
        let used = shape.hasPrefix("[3") ? 6 : 18
        var payload: [UInt8] = []
        for row in stride(from: 0, to: whole.count, by: used) {
            payload += whole[row..<(row + used)] + [UInt8](repeating: 200, count: pitch - used)
        }
        #expect(try images(&intake, shape, members, payload) == [Self.quarters])
        // The last row's padding is not always sent.
        payload.removeLast(pitch - used)
        #expect(try images(&intake, shape, members, payload) == [Self.quarters])
        guard pitch > used else { return }
        payload.removeLast()
        #expect(throws: Rejection.badByteCount) {
            try intake.take(header(members, shape: shape), payload: payload)
        }
    }

    @Test func `images of the model's size may have padded rows too`() throws {
        var intake = Intake()
        #expect(
            try images(&intake, "[2,2]", "\"step\":4", [1, 2, 9, 9, 3, 4, 9, 9]) == [[1, 2, 3, 4]])
        #expect(
            try images(
                &intake, "[2,2,2]", "\"strides\":[8,4,1]",
                [1, 2, 9, 9, 3, 4, 9, 9, 5, 6, 9, 9, 7, 8, 9, 9])
                == [[1, 2, 3, 4], [5, 6, 7, 8]])
        // What fits without padding has none, whatever its sender calls a step.
        #expect(try images(&intake, "[2,2]", "\"step\":17", [1, 2, 3, 4]) == [[1, 2, 3, 4]])
        for members in ["\"step\":2147483647", "\"step\":1", "\"strides\":[0,0]", "\"step\":-4"] {
            #expect(throws: Rejection.badByteCount) {
                try intake.take(header(members), payload: [1, 2, 3, 4, 5, 6])
            }
        }
    }

    static let refusals: [(shape: String, members: String, bytes: Int, reason: Rejection)] = [
        ("[4,6]", "\"encoding\":\"bayer_rggb8\"", 24, .badLayout),
        ("[4,6]", "\"encoding\":\"BayerRG8\"", 24, .badLayout),
        ("[4,6,3]", "\"color_space\":\"HSV\"", 72, .badLayout),
        ("[4,6,3]", "\"format\":\"yuv444p\"", 72, .badLayout),
        ("[4,6]", "\"order\":\"F\"", 24, .badLayout),
        ("[4,6]", "\"strides\":[1,4]", 24, .badLayout),
        ("[4,6]", "\"encoding\":\"rgb8\"", 24, .badShape),
        ("[4,6,3]", "\"encoding\":\"rgba8\"", 72, .badShape),
        ("[16,16,2]", "\"x\":1", 512, .badLayout), ("[40,48,5]", "\"x\":1", 9600, .badLayout),
        ("[5,4]", "\"format\":\"I420\"", 20, .badByteCount),
        ("[3,3]", "\"format\":\"I420\"", 9, .badShape),
        ("[4,4]", "\"format\":\"NV12\"", 16, .badByteCount),
        ("[4,4]", "\"format\":\"YUYV\"", 16, .badByteCount),
        ("[2147483647,2147483647]", "\"format\":\"NV12\"", 16, .imageTooLarge),
        ("[0,4,4]", "\"format\":\"NV12\"", 0, .badShape),
        ("[4]", "\"format\":\"NV12\"", 4, .badShape),
        ("[0,0]", "\"format\":\"NV12\"", 0, .badShape),
        ("[4,4]", "\"format\":\"NV12\",\"step\":2147483647", 24, .badByteCount),
        ("[5,4,6]", "\"layout\":\"CHW\"", 120, .badShape),
        ("[6,4,3]", "\"layout\":\"CHW\"", 72, .badShape),
        ("[4,6,5]", "\"layout\":\"HWC\"", 120, .badShape),
    ]

    @Test(arguments: refusals.indices)
    func `what lies otherwise is refused`(index: Int) throws {
        let refusal = Self.refusals[index]
        var intake = try intake()
        #expect(throws: refusal.reason) {
            try intake.take(
                header(refusal.members, shape: refusal.shape),
                payload: [UInt8](repeating: 1, count: refusal.bytes))
        }
    }

    @Test func `colour is refused by a model that takes none, however it lies`() throws {
        var intake = try intake("resize=2x2")
        // And is not taken for many pictures of three columns.
        #expect(throws: Rejection.badLayout) {
            try intake.take(
                header(shape: "[24,32,3]"), payload: [UInt8](repeating: 1, count: 24 * 32 * 3))
        }
        let narrow = try images(
            &intake, "[8,32,3]", "\"encoding\":\"mono8\"", [UInt8](repeating: 1, count: 768))
        #expect(narrow.count == 8)
        for members in ["\"layout\":\"CHW\"", "\"encoding\":\"rgb8\""] {
            #expect(throws: Rejection.badShape) {
                try intake.take(header(members, shape: "[3,4,6]"), payload: Self.planes)
            }
        }
        #expect(throws: Rejection.badShape) {
            try intake.take(
                header("\"format\":\"I420\"", shape: "[6,4]"),
                payload: [UInt8](repeating: 1, count: 24))
        }
    }
}

import Foundation
import Frames
import Images
import TestSupport
import Testing

@Suite struct EmbeddedPictureTests {
    private static let pixels: [UInt8] = [0, 51, 102, 255]

    /// The pixels of the only image of a header that holds it, in 8 bits.
    private func image(_ header: String, _ intake: inout Intake) throws -> [Int] {
        intake.settle()
        try intake.take(header, payload: [])
        return try #require(intake.pixels.first).map { Int(($0 * 255).rounded()) }
    }

    private static let base64 = Data(pixels).base64EncodedString()

    @Test(arguments: [
        "image", "img", "data", "frame", "picture", "payload", "pixels", "array", "image_data",
        "b64",
    ])
    func `an array is found as Base64 under`(key: String) throws {
        var intake = Intake()
        let text = header("\"\(key)\":\"\(Self.base64)\"", "\"source\":\"cam\"")
        #expect(try image(text, &intake) == [0, 51, 102, 255])
        #expect(intake.names == ["cam"])
    }

    @Test(arguments: [PictureSamples.gray, PictureSamples.color, PictureSamples.colorPNG])
    func `an encoded picture inside JSON needs neither dtype nor shape`(file: [UInt8]) throws {
        var intake = Intake(preprocessing: try Preprocessing("grayscale,resize=2x2"))
        try intake.take("{}", payload: file)
        let expected = intake.pixels
        let text = Data(file).base64EncodedString()
        let folded = Data(file).base64EncodedString(
            options: [.lineLength76Characters, .endLineWithLineFeed])
        for value in [
            text, "data:image/jpeg;base64,\(text)", text.replacingOccurrences(of: "/", with: "\\/"),
            text.replacingOccurrences(of: "+", with: "\\u002B"),
            text.replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_"),
            folded.replacingOccurrences(of: "\n", with: "\\n"),
            text.trimmingCharacters(in: ["="]),
        ] {
            intake.settle()
            try intake.take("{\"camera\":\"x\",\"image\":\"\(value)\"}", payload: [])
            #expect(intake.pixels == expected, "\(value)")
            #expect(intake.frames.first?.isEncoded == true)
        }
    }

    @Test func `a picture does not count towards the header's length`() throws {
        var intake = Intake(preprocessing: try Preprocessing("resize=2x2"))
        let payload = [UInt8](repeating: 7, count: 256 * 256)
        let text = Data(payload).base64EncodedString()
        #expect(
            try image("{\"dtype\":\"uint8\",\"shape\":[256,256],\"data\":\"\(text)\"}", &intake)
                == [7, 7, 7, 7])
        let padding = String(repeating: " ", count: FrameHeader.limit)
        #expect(throws: Rejection.headerTooLong) {
            try intake.take(
                "{\"dtype\":\"uint8\",\(padding)\"shape\":[256,256],\"data\":\"\(text)\"}",
                payload: [])
        }
    }

    @Test(arguments: [
        #"{"img":[[0,51],[102,255]]}"#, #"{"img":[0,51,102,255],"shape":[2,2],"dtype":"uint8"}"#,
        #"{"img":[0,51,102,255]}"#, #"{"data":[[[0],[51]],[[102],[255]]],"dtype":"uint8"}"#,
        #"{"data":[[0.0,0.2],[0.4,1.0]]}"#, #"{"data":[[0,0.2],[4e-1,1]],"dtype":"float64"}"#,
        #"{"data":[[0,3],[6,15]],"dtype":"uint16","bits":4}"#,
        #"{"x":[1],"img":[[0,51],[102,255]]}"#,
        #"{"img":[[0,13107],[26214,65535]],"dtype":"uint16"}"#, #"{"img":[ [0 ,51 ] ,[102,255] ]}"#,
    ])
    func `an array is found as a list of numbers`(text: String) throws {
        var intake = Intake()
        #expect(try image(text, &intake) == [0, 51, 102, 255])
    }

    @Test func `lists of pictures are preprocessed, and several images become a frame each`() throws
    {
        var intake = Intake(preprocessing: try Preprocessing("grayscale=bgr,resize=2x2"))
        let red = "[[[0,0,255],[0,0,255]],[[0,0,255],[0,0,255]]]"
        #expect(try image("{\"img\":\(red)}", &intake) == [76, 76, 76, 76])
        #expect(
            try image("{\"img\":\(red),\"order\":\"RGB\"}", &intake) == [29, 29, 29, 29])
        intake = Intake()
        try intake.take("{\"img\":[[[0,1],[2,3]],[[4,5],[6,7]]]}", payload: [])
        #expect(intake.frames.map(\.index) == [0, 1])
        #expect(intake.pixels.joined().map { Int(($0 * 255).rounded()) } == Array(0..<8))
    }

    @Test(arguments: [
        (#"{"image":"hello, world"}"#, Rejection.badEmbeddedPixels),
        (#"{"image":"aGVsb"}"#, .badEmbeddedPixels), (#"{"image":"aGVs=G8="}"#, .badEmbeddedPixels),
        (#"{"image":"aGVsbG8="}"#, .noDtype), (#"{"image":"aGVsbG8=","dtype":"uint8"}"#, .noShape),
        (#"{"image":"aGVsbG8=","dtype":"uint8","shape":[2,2]}"#, .badByteCount),
        (#"{"image":[[1,2],[3]]}"#, .badEmbeddedPixels),
        (#"{"image":[1,[2]]}"#, .badEmbeddedPixels),
        (#"{"image":[[1],2]}"#, .badEmbeddedPixels), (#"{"image":[[],[]]}"#, .badEmbeddedPixels),
        (#"{"image":[1,"2",3,4]}"#, .badEmbeddedPixels),
        (#"{"image":[1,NaN,3,4]}"#, .badEmbeddedPixels), (#"{"image":[]}"#, .badEmbeddedPixels),
        (#"{"image":[0,1,1,0]}"#, .noDtype), (#"{"image":[0,1000,1,0]}"#, .pixelRangeUnknown),
        (#"{"image":[0,1000,1,0],"dtype":"uint16"}"#, .pixelRangeUnknown),
        (#"{"image":[0,256,1,0],"dtype":"uint8"}"#, .outOfRange),
        (#"{"image":[0,-1,1,0],"dtype":"uint8"}"#, .outOfRange),
        (#"{"image":[0,0.5,1,0],"dtype":"uint8"}"#, .outOfRange),
        (#"{"image":[0,5.5,1,0]}"#, .outOfRange), (#"{"image":[1,2,3]}"#, .badShape),
        (#"{"image":[1,2,3,4],"shape":[3,3]}"#, .badShape),
        (#"{"image":[1,2,3,4],"shape":[2,2,2]}"#, .badByteCount),
        (#"{"image":[1,2,3,4],"dtype":"int64"}"#, .unknownDtype),
        // Of padding, which a list does not have, and which would be looked for beyond its end.
        (#"{"image":[1,2,3,4,5,6],"dtype":"float64","shape":[2,2],"step":24}"#, .badByteCount),
    ])
    func `what JSON holds and is no picture is refused`(text: String, reason: Rejection) {
        var intake = Intake()
        #expect(throws: reason) { try intake.take(text, payload: []) }
        #expect(intake.queue.total.received == 1 && intake.queue.total.isBalanced)
    }

    @Test func `zeros and ones are zeros and ones where the dtype says so`() throws {
        var intake = Intake()
        #expect(try image(#"{"image":[0,1,1,0],"dtype":"uint8"}"#, &intake) == [0, 1, 1, 0])
        #expect(
            try image(#"{"image":[false,true,true,false],"dtype":"bool"}"#, &intake)
                == [0, 255, 255, 0])
        // Black is black however it is written.
        #expect(try image(#"{"image":[0,0,0,0]}"#, &intake) == [0, 0, 0, 0])
    }

    @Test func `one header holds at most 64 images`() {
        for count in [64, 65] {
            var intake = Intake(capacity: 65)
            let list = String(repeating: "[[1,2],[3,4]],", count: count).dropLast()
            let text = Array("{\"img\":[\(list)]}".utf8)
            let reason = intake.refusal(of: text, payload: [])
            #expect(reason == (count > 64 ? .badShape : nil))
        }
    }

    @Test func `a picture without a header is the topic's, or the endpoint's`() throws {
        var intake = Intake()
        try intake.take("", topic: "cam-1/", payload: PictureSamples.gray)
        try intake.take("", payload: PictureSamples.gray)
        try intake.take("", payload: PictureSamples.gray)
        #expect(intake.names == ["cam-1", "endpoint", "endpoint"])
        #expect(intake.frames.map(\.sequence) == [0, 0, 1])
        #expect(
            intake.pixels[0].map { Int(($0 * 255).rounded()) } == [1, 51, 102, 255])
    }

    @Test func `ROS's image messages are read`() throws {
        var intake = Intake(preprocessing: try Preprocessing("grayscale,resize=2x2"))
        let pixel: [UInt8] = [0, 0, 255]
        let pixels = [pixel, pixel, [9, 9], pixel, pixel, [9, 9]].flatMap { $0 }
        let data = Data(pixels).base64EncodedString()
        func text(_ encoding: String) -> String {
            #"{"header":{"frame_id":"camera"},"height":2,"width":2,"encoding":""# + encoding
                + #"","is_bigendian":0,"step":8,"data":""# + data + #""}"#
        }
        #expect(try image(text("bgr8"), &intake) == [76, 76, 76, 76])
        #expect(try image(text("rgb8"), &intake) == [29, 29, 29, 29])
        #expect(throws: Rejection.badLayout) { try intake.take(text("bayer_rggb8"), payload: []) }
    }
}

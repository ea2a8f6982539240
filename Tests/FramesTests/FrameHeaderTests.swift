import Frames
import Images
import Testing

@Suite struct FrameHeaderTests {
    @Test(arguments: [
        (#"{"msg": "cam-1", "dtype": "uint8", "shape": [28, 28]}"#, "imagezmq"),
        (#"{"dtype": "uint8", "shape": [28, 28]}"#, "pyzmq"),
        (#"{"shape": [28, 28], "dtype": "uint8"}"#, "pyzmq's example"),
        (
            #"{"terminate_flag": false, "compression": false, "message": null, "pattern": "2", "#
                + #""dtype": "uint8", "shape": [28, 28]}"#, "NetGear"
        ),
        (#"{"shape":[1,28,28],"dtype":"uint8","model_type":"ssd"}"#, "Frigate"),
        (
            #"{"htype":["array-1.0"],"shape":[28,28],"type":"uint8","frame":0,"#
                + #""endianness":"little","source":"cam","encoding":""}"#, "PSI htypes"
        ),
        (#"{"datatype":"UINT8","shape":[1,28,28]}"#, "KServe"),
        ("\u{20}{\t\"dtype\"\n:\r\"uint8\" , \"shape\" : [ 28 ,\n28 ] } \n", "white space"),
        (
            #"{"dtype":"uint8","shape":[28,28],"a":{"b":[1,{"c":"}]\""}],"shape":3},"d":[[],{}],"#
                + #""e":-1.5e+3,"f":true,"g":null,"":"","h":NaN,"i":-Infinity}"#, "much else"
        ),
    ])
    func `the header of a client is read`(text: String, client: String) throws {
        let header = try ReadHeader(text)
        #expect(header.dtype == ElementType(.uint8), "\(client)")
        #expect(
            try header.header.extents.images(of: ImageShape(rows: 28, columns: 28)) == 1,
            "\(client)")
    }

    @Test func `texts are those of the header, as sent`() throws {
        let header = try ReadHeader(
            #"{"msg":["tuple", 1],"id" : "x\u00e9","ts":1.50,"source":"a\"b","shape":[ 2,2 ]}"#)
        #expect(header.text(header.header.message) == #"["tuple", 1]"#)
        #expect(header.text(header.header.id) == #""x\u00e9""#)
        #expect(header.text(header.header.timestamp) == "1.50")
        #expect(header.text(header.header.source) == #"a\"b"#)
        #expect(header.text(header.header.shape) == "[ 2,2 ]")
        #expect(header.dtype == nil)
    }

    @Test(arguments: ["ts", "timestamp"])
    func `a time may be called`(key: String) throws {
        let header = try ReadHeader("{\"\(key)\":\"2026-11-23T07:01:56Z\"}")
        #expect(header.text(header.header.timestamp) == "\"2026-11-23T07:01:56Z\"")
    }

    @Test(arguments: ["seq", "frame", "frameIndex", "frame_id"])
    func `the sender's number may be called`(key: String) throws {
        #expect(try ReadHeader("{\"\(key)\": 184467}").header.sequence == 184467)
        #expect(try ReadHeader("{\"\(key)\":0}").header.sequence == 0)
        #expect(try ReadHeader("{\"\(key)\":9223372036854775807}").header.sequence == 1 << 63 - 1)
    }

    @Test(arguments: [
        "-1", "3.0", "1e3", "\"3\"", "null", "[3]", "9223372036854775808", "-9223372036854775808",
        "99999999999999999999999999", "3x", "0x3", "+3", "-", "NaN",
    ])
    func `a number that is none counts as absent`(value: String) throws {
        #expect(try ReadHeader("{\"seq\":\(value)}").header.sequence == nil)
    }

    @Test(arguments: [
        #"{"seq":5,"frame_id":"camera_link"}"#, #"{"frame_id":"camera_link","seq":5}"#,
        #"{"seq":5,"frame":7}"#, #"{"frame":7,"seq":5}"#, #"{"seq":"five","frame":5}"#,
        #"{"frame":5,"seq":null}"#,
    ])
    func `seq precedes the other spellings, and names do not count`(text: String) throws {
        #expect(try ReadHeader(text).header.sequence == 5)
    }

    @Test(arguments: [
        (#"{"dtype":">u2"}"#, true), (#"{"dtype":"<u2"}"#, false),
        (#"{"type":"uint16","endianness":"big"}"#, true),
        (#"{"endianess":"big","type":"uint16"}"#, true),
        (#"{"type":"uint16","endianness":"little"}"#, false),
        (#"{"endianness":1,"type":"uint16"}"#, false),
    ])
    func `the byte order may stand in dtype or beside it`(text: String, isBig: Bool) throws {
        #expect(try ReadHeader(text).dtype == ElementType(.uint16, isBigEndian: isBig))
    }

    @Test(arguments: [
        #"{"dtype":"uint8","type":"camera"}"#, #"{"type":"camera","dtype":"uint8"}"#,
        #"{"type":"float32","dtype":"uint8"}"#, #"{"dtype":"uint8","datatype":"FP32"}"#,
        #"{"datatype":"UINT8","type":"image"}"#, #"{"type":"image","datatype":"UINT8"}"#,
    ])
    func `dtype precedes datatype, which precedes type`(text: String) throws {
        #expect(try ReadHeader(text).dtype == ElementType(.uint8))
    }

    @Test(arguments: [
        #"{"dtype":"complex64","type":"uint8"}"#, #"{"type":"uint8","dtype":3}"#,
        #"{"dtype":""}"#, #"{"dtype":null}"#, #"{"dtype":["uint8"]}"#,
    ])
    func `a dtype that means nothing here is not replaced by another key`(text: String) throws {
        guard case .unknown = try ReadHeader(text).header.dtype else {
            Issue.record("it was understood")
            return
        }
    }

    @Test func `unknown keys and keys that only begin like known ones are passed over`() throws {
        let header = try ReadHeader(
            #"{"dtypes":"uint8","shapes":[2],"sources":"x","sequence":1,"messages":1,"ids":1,"#
                + #""t":1,"s":1,"d":1,"m":1,"i":1,"f":1,"e":1,"dtyp":"uint8"}"#
        ).header
        guard case .absent = header.dtype else {
            Issue.record("a dtype was found")
            return
        }
        #expect(header.shape == nil && header.source == nil && header.sequence == nil)
        #expect(header.message == nil && header.id == nil && header.timestamp == nil)
    }
}

/// A header and the text it was read from.
struct ReadHeader {
    let header: FrameHeader
    private let bytes: [UInt8]

    init(_ text: String) throws(Rejection) {
        try self.init(Array(text.utf8))
    }

    init(_ bytes: [UInt8]) throws(Rejection) {
        self.bytes = bytes
        header = try FrameHeader(bytes.span)
    }

    func text(_ range: Range<Int>?) -> String? {
        range.map { String(decoding: bytes[$0], as: UTF8.self) }
    }

    /// The element type, if it is known.
    var dtype: ElementType? {
        if case .known(let type) = header.dtype { type } else { nil }
    }
}

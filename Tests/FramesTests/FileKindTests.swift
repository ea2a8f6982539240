import Foundation
import Frames
import TestSupport
import Testing

@Suite struct FileKindTests {
    private func kind(_ bytes: [UInt8], header: Bool = false) throws -> FileKind? {
        var intake = Intake()
        return intake.failure(header ? bytes : [], payload: header ? [] : bytes)?.kind
    }

    private static func text(_ string: String) -> [UInt8] { Array(string.utf8) }

    static let samples: [FileKind: [[UInt8]]] = [
        .pickle: [[0x80, 0x04, 0x95, 0x10, 0x2E], [0x80, 0x05, 0x2E]],
        .messagePack: [[0x85, 0xC4, 0x02, 0x6E, 0x64], [0x82, 0xA2, 0x6E, 0x64, 0xC3]],
        .numpy: [[0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1]], .gzip: [[0x1F, 0x8B, 8, 0]],
        .zlib: [[0x78, 0x9C, 1, 2]], .zip: [text("PK\u{3}\u{4}")],
        .gif: [text("GIF89a")], .heif: [text("....ftypheic")],
        .video: [[0, 0, 0, 1, 0x67], text("....ftypisom")], .http: [text("GET / HTTP/1.1")],
        .markup: [text("<xml>")], .jsonList: [text("[[1,2],[3,4]]")], .text: [text("hello")],
        .nothing: [[]],
        .base64: [
            text(Data(PictureSamples.gray).base64EncodedString()),
            text("data:image/png;base64,iVBORw0KGgo="),
        ],
    ]

    @Test func `bytes that are no frame are named`() throws {
        for (expected, samples) in Self.samples {
            for bytes in samples { #expect(try kind(bytes) == expected, "\(bytes)") }
        }
    }

    @Test func `pixels look like nothing`() throws {
        #expect(try kind([3, 200, 7, 9, 0, 255]) == nil)
        // But for as many as make an image of 2×2.
        #expect(try kind([3, 200, 7, 9]) == .bareImage)
    }

    @Test func `JSON that breaks off is named`() throws {
        #expect(try kind(Array("{\"dtype\":".utf8), header: true) == .json)
    }

    @Test func `every kind says of itself what to do`() {
        let advice = FileKind.allCases.map(\.advice)
        #expect(Set(advice).count == advice.count)
        let areSentences = advice.allSatisfy { $0.count > 10 }
        #expect(areSentences)
    }
}

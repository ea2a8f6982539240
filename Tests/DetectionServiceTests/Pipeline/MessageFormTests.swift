import Foundation
import Frames
import Platform
import Tensors
import TestSupport
import Testing

@testable import DetectionService

@Suite struct MessageFormTests {
    private static let picture = PictureSamples.gray
    private static func text(_ string: String) -> [UInt8] { Array(string.utf8) }
    private static let json = text(
        "{\"image\":\"\(Data(picture).base64EncodedString())\",\"source\":\"inside\"}")

    static let forms: [(parts: [[UInt8]], source: String, trailing: Int)] = [
        ([picture], "endpoint", 0), ([text("cam-1"), picture], "cam-1", 0),
        ([text("cam-1/"), picture], "cam-1", 0),
        ([text("cam-1"), text("12:00"), picture], "cam-1", 0),
        ([picture, text("what")], "endpoint", 1), ([json], "inside", 0),
        ([text("cam-1"), json], "cam-1", 0), ([json, []], "inside", 0),
        ([text("{\"img\":[[0,51],[102,255]]}")], "endpoint", 0),
        ([text("{\"msg\":\"cam-2\"}"), picture, text("x"), text("y")], "cam-2", 2),
    ]

    @Test(arguments: forms.indices)
    func `a picture is found wherever it is, and is its sender's`(index: Int) throws {
        let (parts, source, trailing) = Self.forms[index]
        let door = Door()
        #expect(door.send(bytes: parts) == .enqueued)
        let snapshot = door.exchange.snapshot()
        #expect(snapshot.sources.map(\.source.name) == [source])
        #expect(snapshot.totals.trailingParts == trailing && snapshot.totals.control == 0)
        let batch = door.takeBatch()
        #expect(batch.count == 1)
        let pixels = batch.images[0].map { Int(($0 * 255).rounded()) }
        #expect(pixels == [1, 51, 102, 255] || pixels == [0, 51, 102, 255])
    }

    static let strange: [(parts: [[UInt8]], kind: FileKind)] = [
        ([[0x80, 0x04, 0x95, 0x2E]], .pickle), ([text("cam-1"), text("GIF89a..")], .gif),
        ([picture, text(header())], .header), ([text("{}"), [0x1F, 0x8B, 8]], .gzip),
        ([text("GET / HTTP/1.1")], .http), ([text("{\"dtype\":")], .json), ([], .nothing),
    ]

    @Test(arguments: strange.indices)
    func `who sends something else is told what it looks like`(index: Int) {
        let door = Door()
        #expect(door.send(bytes: Self.strange[index].parts) == .rejected)
        #expect(door.takeRejections().map(\.kind) == [Self.strange[index].kind])
    }

    @Test func `pixels are not taken for the name of a source`() {
        let door = Door()
        for shade in 0..<3 as Range<UInt8> {
            door.send(bytes: [[UInt8](repeating: shade, count: 784), Self.text(header())])
            door.send(bytes: [[UInt8](repeating: 0x41 + shade, count: 784), Self.text(header())])
        }
        #expect(door.exchange.snapshot().sources.map(\.source.name) == ["endpoint"])
    }

    @Test func `invented names keep no calibrated camera from its place`() {
        let door = Door(isReserved: { $0 == "gate" })
        let pixels = [UInt8](repeating: 9, count: 4)
        for index in 0..<5000 {
            door.send(bytes: [Self.text("invented-\(index)"), Self.text(header()), pixels])
        }
        door.send(bytes: [Self.text("gate"), Self.text(header()), pixels])
        door.send(bytes: [Self.text("camera"), Self.text(header()), pixels])
        let names = door.exchange.snapshot().sources.map(\.source.name)
        #expect(names.count == 4098 && Set(names.suffix(2)) == ["other", "gate"])
    }

    @Test func `names that change with every message are told once`() {
        let told = Told()
        let door = Door(warn: { told.add($0) })
        for index in 0..<300 as Range<Int64> {
            door.received = UnixTime(nanoseconds: index * 1_000_000_000)
            door.send([header("\"msg\":\"\(index) o'clock\""), "0000"])
        }
        #expect(told.sentences.count == 1)
        #expect(told.sentences.first?.contains("source_from") == true)
        // They have given up their places to each other: a minute's names are there, and no frame is
        // uncounted.
        let snapshot = door.exchange.snapshot()
        #expect(snapshot.sources.count < 80)
        #expect(snapshot.total.received == 300 && snapshot.total.isBalanced)
    }
}

import Datasets
import Files
import Foundation
import Images
import Replay
import Testing

@Suite struct PictureFilesTests {
    /// A folder of pictures of several sizes, in colour and grey, and a text.
    private func folder() throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "elbo-replay-\(UUID())")
        let below = folder.appendingPathComponent("below")
        try FileManager.default.createDirectory(at: below, withIntermediateDirectories: true)
        for (index, channels) in [1, 3, 4].enumerated() {
            let shape = ImageShape(rows: index + 2, columns: 3, channels: channels)
            let pixels = [UInt8](repeating: 9, count: (index + 2) * 3 * channels)
            let png = try PNG.encode(Image(shape, pixels: pixels))
            try writeFileAtomically(
                png, to: (index == 1 ? below : folder).path + "/\(index).png")
        }
        try writeFileAtomically([1], to: folder.path + "/notes.txt")
        return folder
    }

    @Test(arguments: [true, false])
    func `pictures go out as the files that they are, after a header without a shape`(
        isLoaded: Bool
    ) throws {
        let folder = try folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        var files = try PictureFiles([FilePath(folder.path)])
        #expect(files.record.passedOverText == "passed over: 1 .txt")
        if isLoaded { try files.load { false } }
        let set = StreamedSet("x", .files(files), title: "photos")
        #expect(set.count == 3)
        var frames = FrameSequence(
            Mixture(count: 4, share: 0, seed: 1), normal: set, anomalous: nil, source: "cam")
        for (sequence, name) in ["0.png", "2.png", "below/1.png", "0.png"].enumerated() {
            let (bytes, range) = frames.pixels
            #expect(try Array(bytes[range]) == readFile(folder.path + "/" + name))
            frames.writeHeader(microseconds: 1_000_001)
            #expect(
                String(decoding: frames.header, as: UTF8.self)
                    == #"{"msg":"photos/\#(sequence % 3)","source":"cam","seq":\#(sequence),"#
                    + #""ts":1.000001}"#)
            if sequence < 3 { frames.advance() }
        }
    }

    @Test func `colour in arrays goes out with its channels`() throws {
        let set = StreamedSet(
            "x",
            .images(
                ImageShape(rows: 1, columns: 2, channels: 3), pixels: Array(0..<12), labels: nil),
            title: "x")
        var frames = FrameSequence(
            Mixture(count: 2, share: 0, seed: 1), normal: set, anomalous: nil, source: "s")
        frames.advance()
        frames.writeHeader(microseconds: 0)
        #expect(set.count == 2 && Array(frames.pixels.all[frames.pixels.range]) == Array(6..<12))
        #expect(String(decoding: frames.header, as: UTF8.self).contains(#""shape":[1,2,3],"#))
    }

    @Test func `the window shrinks with the size of pictures and stays for arrays`() throws {
        let folder = try folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        var settings = ReplaySettings(
            frames: try ReplaySettings.framesEndpoint("tcp://127.0.0.1:1"),
            verdicts: try ReplaySettings.verdictsEndpoint("tcp://127.0.0.1:1"))
        func limit() throws -> Int {
            let files = try PictureFiles([FilePath(folder.path)])
            settings.limitWindow(toFramesOf: [StreamedSet("x", .files(files), title: "x")])
            return settings.window
        }
        #expect(try limit() == 512)
        let large =
            try PNG.encode(
                Image(ImageShape(rows: 1, columns: 1), pixels: [1]))
            + [UInt8](repeating: 0, count: 1 << 24)
        try writeFileAtomically(large, to: folder.path + "/0.png")
        #expect(try limit() == 3)
    }

    @Test func `a stop is heard while files are read`() throws {
        let folder = try folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        var files = try PictureFiles([FilePath(folder.path)])
        #expect(throws: DatasetError.interrupted) { try files.load { true } }
    }
}

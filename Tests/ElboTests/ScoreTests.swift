import Datasets
import Files
import Foundation
import Images
import Testing

@Suite struct ScoreTests {
    /// One image that is no digit, as 8-bit pixels.
    private let pixels = (0..<784).map { UInt8(truncatingIfNeeded: $0 &* 37) }

    @Test func `an image scores the same from IDX, NPY, PNG and standard input`() throws {
        let folder = try Folder()
        let set = try ImageSet(
            name: "one", shape: ImageShape(rows: 28, columns: 28), pixels: pixels)
        try writeFileAtomically(IDX.encodeImages(set), to: folder.path + "/a.idx")
        var header = Array("{'descr': '|u1', 'fortran_order': False, 'shape': (28, 28), }".utf8)
        while (header.count + 11) % 64 != 0 { header.append(32) }
        let npy = [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.count + 1), 0] + header + [10]
        try writeFileAtomically(npy + pixels, to: folder.path + "/a.npy")
        let png = try PNG.encode(Image(ImageShape(rows: 28, columns: 28), pixels: pixels))
        try writeFileAtomically(png, to: folder.path + "/a.png")
        let command = try Command(
            "score", "--model", Command.model, folder.path + "/a.idx", folder.path + "/a.npy",
            folder.path + "/a.png", "-", input: png)
        #expect(command.status == 0, "\(command.errors)")
        let scores = command.objects.compactMap { ($0["scores"] as? [String: Double])?["mse"] }
        #expect(scores.count == 4 && Set(scores).count == 1 && scores[0] > 0.05, "\(scores)")
        #expect(command.objects.allSatisfy { $0["verdict"] as? String == "anomaly" })
        let names = command.objects.compactMap { $0["source"] as? String }
        #expect(names.count == 4 && Set(names).count == 4, "each by its own name: \(names)")
    }

    @Test func `an anomaly is told by the exit code only if asked for`() throws {
        let png = try PNG.encode(Image(ImageShape(rows: 28, columns: 28), pixels: pixels))
        #expect(try Command("score", "--model", Command.model, "-", input: png).status == 0)
        let asked = try Command("score", "--exit-code", "--model", Command.model, "-", input: png)
        #expect(asked.status == 1)
    }

    @Test func `files that cannot be scored are refused by name`() throws {
        let folder = try Folder()
        let other = try folder.images(3)
        var command = try Command("score", "--model", Command.model, other)
        #expect(command.status == 65 && command.errors.contains("28×28"), "\(command.errors)")
        command = try Command("score", "--model", Command.model, folder.path + "/nothing.png")
        #expect(command.status == 66 && command.errors.contains("nothing.png"))
        command = try Command("score", "--model", Command.model, "-", input: [1, 2, 3])
        #expect(command.status == 65, "\(command.errors)")
        command = try Command("score", "--model", folder.path, other)
        #expect(command.status == 66 && command.errors.contains("model.safetensors"))
    }
}

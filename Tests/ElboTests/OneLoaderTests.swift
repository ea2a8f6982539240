import Detection
import Files
import Foundation
import Glibc
import Images
import TestSupport
import Testing
import VAE

/// What one command takes, every command takes.
@Suite struct OneLoaderTests {
    private static let damaged: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0]

    /// Pictures of 12 × 12 in two folders below one.
    private func pictures(_ folder: Folder, _ name: String, _ count: Int, from first: Int = 0)
        throws
        -> String
    {
        let path = folder.path + "/" + name
        for index in first..<(first + count) {
            let place = path + (index.isMultiple(of: 2) ? "/even" : "/odd")
            try FileManager.default.createDirectory(
                atPath: place, withIntermediateDirectories: true)
            let pixels = (0..<144).map { UInt8(truncatingIfNeeded: $0 * (index + 1) + index * 31) }
            let image = Image(ImageShape(rows: 12, columns: 12), pixels: pixels)
            try writeFileAtomically(PNG.encode(image), to: "\(place)/\(1000 + index).png")
        }
        return path
    }

    private func train(_ images: [String], _ out: String, _ more: String...) throws -> Command {
        try Command(
            [
                "train", "--out", out, "--hidden", "8", "--latent", "2", "--epochs", "1",
                "--threads", "1",
            ]
                + more + ["--images"] + images)
    }

    @Test func `folders are trained, calibrated, evaluated, scored and reported with`() throws {
        let folder = try Folder()
        let (normal, held) = (
            try pictures(folder, "normal", 40), try pictures(folder, "held", 20, from: 100)
        )
        let out = folder.path + "/model"
        let trained = try train([normal], out, "--json")
        #expect(trained.status == 0 && trained.errors.contains("20 in even/, 20 in odd/"))
        #expect(trained.objects.count == 1 && trained.objects.first?["images"] as? Int == 40)
        let calibrated = try Command("calibrate", "--model", out, "--images", held, "--json")
        #expect(calibrated.objects.first?["n"] as? Int == 20, "\(calibrated.errors)")
        #expect(!calibrated.errors.contains("warning"), "\(calibrated.errors)")
        // Nobody has anomalies on the first day.
        let evaluated = try Command("evaluate", "--model", out, "--normal", held, "--json")
        let report =
            try JSONSerialization.jsonObject(with: Data(evaluated.output.utf8)) as? [String: Any]
        #expect(evaluated.status == 0 && report?["false_alarm_rate"] is NSNumber)
        #expect(report?["anomalous_flagged"] is NSNull || report?["anomalous_flagged"] == nil)
        let table = try Command("evaluate", "--model", out, "--normal", held)
        #expect(table.output.contains("only false alarms are measured"), "\(table.output)")
        #expect(table.errors.contains("the bounds were drawn from these very images"))
        let scored = try Command("score", "--model", out, held, normal + "/odd/1001.png")
        #expect(scored.status == 0 && scored.objects.count == 21, "\(scored.errors)")
        #expect(Set(scored.objects.compactMap { $0["id"] as? String }).count == 21)
        let figure = try Command(
            "reconstruct", "--model", out, "--images", held, normal, "--json")
        #expect(figure.status == 0 && figure.output.contains("\"images\" : 60"), "\(figure)")
    }

    @Test func `images that trained the model are told of with numbers and advice`() throws {
        let folder = try Folder()
        let normal = try pictures(folder, "normal", 40)
        let out = folder.path + "/model"
        #expect(try train([normal], out).status == 0)
        let same = try Command("calibrate", "--model", out, "--images", normal)
        #expect(same.status == 0)
        #expect(same.errors.contains("40 of the 40 images"), "\(same.errors)")
        #expect(same.errors.contains("Set images aside before training"))
        let more = try pictures(folder, "more", 30, from: 30)
        let some = try Command("evaluate", "--model", out, "--normal", more, "--json")
        #expect(some.errors.contains("10 of the 30 images"), "\(some.errors)")
        #expect(some.output.contains("\"trained_on\" : 10"), "\(some.output)")
    }

    @Test func `bad files are named together, left out on request, and counted in the files`()
        throws
    {
        let folder = try Folder()
        let normal = try pictures(folder, "normal", 20)
        for name in ["a.png", "b.jpg"] {
            try writeFileAtomically(Self.damaged, to: normal + "/even/" + name)
        }
        try writeFileAtomically([], to: normal + "/odd/empty.png")
        try writeFileAtomically([1], to: normal + "/notes.txt")
        let out = folder.path + "/model"
        let refused = try train([normal], out)
        #expect(refused.status == 65 && fileKind(at: out) == .absent)
        for name in ["3 of 23 files", "a.png", "b.jpg", "empty.png", "--skip-bad"] {
            #expect(refused.errors.contains(name), "\(refused.errors)")
        }
        let trained = try train([normal], out, "--skip-bad")
        #expect(trained.status == 0 && trained.errors.contains("passed over: 1 .txt"))
        let model = try LoadedModel(directory: out)
        #expect(model.model.provenance["data_left_out"] == "3")
        let calibrated = try Command(
            "calibrate", "--model", out, "--images", normal, "--skip-bad")
        #expect(calibrated.status == 0, "\(calibrated.errors)")
        let calibration = try LoadedCalibration(directory: out, model: model).calibration
        #expect(calibration.data.leftOut == 3 && calibration.sample.n == 20)
        // Evaluation and scoring say all they can, and then that it is not all.
        let evaluated = try Command("evaluate", "--model", out, "--normal", normal, "--json")
        #expect(evaluated.status == 65 && evaluated.output.contains("\"left_out\" : 3"))
        let scored = try Command("score", "--model", out, normal)
        let errors = scored.objects.filter { $0["schema"] as? String == "elbod.error/1" }
        #expect(scored.status == 65 && errors.count == 3 && scored.objects.count == 23)
        #expect(errors.allSatisfy { ($0["detail"] as? String)?.isEmpty == false })
        #expect(try Command("score", "--model", out, "--skip-bad", normal).status == 0)
    }

    @Test func `a missing file keeps nothing else from being scored`() throws {
        let folder = try Folder()
        let pixels = [UInt8](repeating: 3, count: 784)
        let png = try PNG.encode(Image(ImageShape(rows: 28, columns: 28), pixels: pixels))
        try writeFileAtomically(png, to: folder.path + "/a.png")
        let scored = try Command(
            "score", "--model", Command.model, folder.path + "/none.png", folder.path + "/a.png")
        #expect(scored.status == 66 && scored.objects.count == 2, "\(scored.output)")
        #expect(scored.objects.last?["verdict"] is String)
    }

    @Test func `arrays are scored as they are trained on`() throws {
        let folder = try Folder()
        let pixels = (0..<(3 * 784)).map { UInt8(truncatingIfNeeded: $0 &* 37) }
        func put(_ name: String, _ dtype: String, _ shape: String, _ elements: [UInt8]) throws
            -> String
        {
            let header = "{'descr': '\(dtype)', 'fortran_order': False, 'shape': (\(shape)), }\n"
            let path = folder.path + "/" + name
            try writeFileAtomically(
                [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0]
                    + Array(header.utf8) + elements, to: path)
            return path
        }
        let wide = pixels.flatMap { (pixel: UInt8) -> [UInt8] in [0, 0, 0, 0, 0, 0, 0, pixel / 2] }
        let files = [
            try put("a", "|u1", "3, 28, 28", pixels), try put("b", "|u1", "3, 784", pixels),
            try put("c", "|u1", "3, 1, 28, 28", pixels),
            try put("d", "|u1", "3, 28, 28, 1", pixels), try put("e", "<i8", "3, 28, 28", wide),
            try put(
                "f", "<u2", "3, 28, 28",
                pixels.flatMap { (pixel: UInt8) -> [UInt8] in [pixel, pixel] }),
        ]
        let scored = try Command(["score", "--model", Command.model] + files)
        #expect(scored.status == 0 && scored.objects.count == 18, "\(scored.errors)")
        let scores = scored.objects.compactMap { $0["score"] as? Double }
        for file in [1, 2, 3, 5] {
            // 257 n / 65535 and n / 255 differ in the last bit.
            for image in 0..<3 {
                #expect(abs(scores[3 * file + image] - scores[image]) < 1e-6, "\(file)")
            }
        }
        // Nothing says that this is 12 bits, but it is certainly not 16.
        let twelve = try put(
            "g", "<u2", "28, 28",
            pixels[..<784].flatMap { (pixel: UInt8) -> [UInt8] in [pixel, 0x0F & pixel] })
        let refused = try Command("score", "--model", Command.model, twelve)
        #expect(refused.status == 65 && refused.errors.contains("--depth 12"), "\(refused.errors)")
        let told = try Command("score", "--model", Command.model, "--depth", "12", twelve)
        #expect(told.status == 0 && told.objects.count == 1, "\(told.errors)")
    }

    @Test func `Ctrl-C is heard while pictures are read`() throws {
        let folder = try Folder()
        let shape = ImageShape(rows: 3000, columns: 3000)
        let png = try PNG.encode(Image(shape, pixels: [UInt8](repeating: 9, count: shape.pixels)))
        try writeFileAtomically(png, to: folder.path + "/0.png")
        // Minutes of work, so that it cannot be over before it is stopped.
        for index in 1..<1500 {
            #expect(link(folder.path + "/0.png", folder.path + "/\(index).png") == 0)
        }
        let out = folder.path + "/model"
        let process = Command.process([
            "train", "--images", folder.path, "--preprocess", "resize=4x4", "--out", out,
        ])
        let errors = Pipe()
        process.standardError = errors
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        let end = ContinuousClock.now + .seconds(60)
        while process.isRunning, ContinuousClock.now < end, !isReading(process.processIdentifier) {}
        kill(process.processIdentifier, SIGINT)
        let text = String(
            decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 75, "\(text)")
        #expect(text.contains("Stopped while images were read"), "\(text)")
        #expect(fileKind(at: out) == .absent)
    }

    /// Whether a process has threads that read, and catches SIGINT.
    private func isReading(_ process: Int32) -> Bool {
        let folder = "/proc/\(process)/task"
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let isReading = threads.contains { thread in
            let name = try? readFile("\(folder)/\(thread)/comm")
            return name.map { String(decoding: $0, as: UTF8.self).hasPrefix("reading-") } ?? false
        }
        let status = (try? readFile("/proc/\(process)/status")) ?? []
        let caught = String(decoding: status, as: UTF8.self).split(separator: "\n")
            .first { $0.hasPrefix("SigCgt:") }?.split(separator: "\t").last
        return isReading && ((caught.flatMap { UInt64($0, radix: 16) } ?? 0) & 2) != 0
    }
}

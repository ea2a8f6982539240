import Control
import ControlClients
import Detection
import Files
import Foundation
import Images
import Inspection
import Networks
import Platform
import Tensors
import TestSupport
import Testing
import VAE
import ZeroMQ

/// A daemon that inspects pictures.
@Suite struct InspectionTests {
    /// The sample model with its calibration, in a folder that is removed with it.
    private final class Inspecting {
        let folder: TemporaryFolder
        let model: InspectionModel
        private let engine: InspectionEngine

        init() throws {
            folder = try TemporaryFolder()
            model = try SampleInspection.model()
            engine = InspectionEngine(model, capacity: 1)
            // Between the picture that tests send and the same with a defect.
            let (normal, odd) = (
                score(SampleInspection.picture(3)), score(InspectionTests.damaged(3))
            )
            #expect(odd > 1.1 * normal)
            try put(upper: (normal + odd) / 2)
        }

        /// Writes the model with a bound.
        func put(upper: Double, provenance: String = "four") throws {
            var model = model
            model.provenance["data"] = provenance
            let bytes = model.safetensors.encoded()
            try writeFileAtomically(bytes, to: LoadedModel.path(in: folder.path))
            let calibration = try Calibration(
                scores: (1...10).map { engine.score(SampleInspection.picture($0).span) },
                rule: DecisionRule(
                    score: .worstPlaces, method: .fixed(lower: nil, upper: upper), health: []),
                model: SHA256Digest(of: bytes),
                data: .init(name: "ten", sha256: ""), created: UnixTime(nanoseconds: 0),
                revision: 1)
            try writeFileAtomically(calibration.encoded(), to: Calibration.path(in: folder.path))
        }

        func score(_ picture: [UInt8]) -> Double {
            Double("\(engine.score(picture.span)[.worstPlaces])") ?? .nan
        }
    }

    private static let shape = SampleInspection.shape

    /// A picture of the model's size with a mesh in a square, at rows 24 to 55 and columns 48 to 79.
    private static func damaged(_ number: Int) -> [UInt8] {
        var picture = SampleInspection.picture(number)
        for row in 24..<56 {
            for column in 48..<80 {
                for channel in 0..<3 {
                    picture[(row * shape.columns + column) * 3 + channel] =
                        (row / 2 + column / 2 + channel) % 2 == 0 ? 0 : 255
                }
            }
        }
        return picture
    }

    /// The picture with every pixel twice in each direction.
    private static func doubled(_ picture: [UInt8]) -> [UInt8] {
        (0..<(4 * picture.count)).map { index in
            let (row, column) = (
                index / 3 / (2 * shape.columns), index / 3 % (2 * shape.columns)
            )
            return picture[((row / 2) * shape.columns + column / 2) * 3 + index % 3]
        }
    }

    private static func send(
        _ picture: [UInt8], rows: Int = shape.rows, columns: Int = shape.columns,
        to client: borrowing Client
    ) throws {
        let header =
            "{\"dtype\": \"uint8\", \"shape\": [\(rows), \(columns), 3], \"source\": \"line\"}"
        try client.send([Array(header.utf8), picture])
    }

    @Test func `what is odd comes with boxes in the sender's pixels, and a map to lay over them`()
        throws
    {
        let inspecting = try Inspecting()
        let daemon = try DaemonProcess.steered(
            model: inspecting.folder.path, ["--maps", "anomalies"])
        let client = try Client(daemon)
        let (size, normal) = (Self.shape, SampleInspection.picture(3))
        try Self.send(normal, to: client)
        let good = try #require(try client.verdict())
        #expect(good.topic == "normal/line/")
        #expect(good.fields["score"] as? Double == inspecting.score(normal))
        #expect((good.fields["boxes"] as? [Any])?.isEmpty == true)

        let odd = Self.damaged(3)
        try Self.send(
            Self.doubled(odd), rows: 2 * size.rows, columns: 2 * size.columns, to: client)
        let verdict = try #require(try client.verdict())
        #expect(verdict.topic == "anomaly/line/")
        #expect(verdict.fields["score"] as? Double == inspecting.score(odd))
        let boxes = try #require(verdict.fields["boxes"] as? [[String: Double]])
        #expect((1...5).contains(boxes.count))
        let worst = boxes[0]
        // The mesh is at rows 48 to 111 and columns 96 to 159 of what was sent.
        let (left, top) = (try #require(worst["left"]), try #require(worst["top"]))
        let (width, height) = (try #require(worst["width"]), try #require(worst["height"]))
        #expect(left < 160 && left + width > 96 && top < 112 && top + height > 48)
        #expect(left + width <= 192 && top + height <= 128)

        let map = try #require(try client.map())
        #expect(map.topic == "map/line/")
        #expect(map.fields["verdict_pub_seq"] as? Int == verdict.fields["pub_seq"] as? Int)
        #expect(map.fields["shape"] as? [Int] == [128, 192])
        let picture = try PNG.decode(map.png.span)
        #expect(picture.shape == ImageShape(rows: 128, columns: 192, channels: 4))
        func opacity(_ row: Int, _ column: Int) -> UInt8 {
            picture.pixels[(row * 192 + column) * 4 + 3]
        }
        let inBox = (Int(top)..<Int(top + height)).flatMap { row in
            (Int(left)..<Int(left + width)).map { opacity(row, $0) }
        }
        #expect(inBox.contains { $0 > 0 })
        // Nothing glows where nothing is odd.
        #expect(opacity(127, 0) == 0)
        #expect(daemon.stop().status == 0)
    }

    @Test func `a picture that comes alone is shared by all threads, and judged as in a crowd`()
        throws
    {
        let inspecting = try Inspecting()
        let daemon = try DaemonProcess.steered(
            model: inspecting.folder.path, ["--threads", "2", "--boxes", "0"])
        let client = try Client(daemon)
        let pictures = (1...16).map { Self.damaged($0) }
        let expected = pictures.map { inspecting.score($0) }
        for (picture, score) in zip(pictures, expected) {
            try Self.send(picture, to: client)
            let verdict = try #require(try client.verdict()).fields
            #expect(verdict["score"] as? Double == score)
            #expect(verdict["boxes"] == nil)
        }
        for picture in pictures { try Self.send(picture, to: client) }
        for score in expected {
            #expect(try client.verdict()?.fields["score"] as? Double == score)
        }
        #expect(daemon.stop().status == 0)
    }

    @Test func `another inspection model takes over while pictures come`() throws {
        let inspecting = try Inspecting()
        let daemon = try DaemonProcess.steered(
            model: inspecting.folder.path, ["--threads", "2"])
        let client = try Client(daemon)
        let odd = Self.damaged(3)
        try Self.send(odd, to: client)
        #expect(try client.verdict()?.topic == "anomaly/line/")
        try inspecting.put(upper: 10_000, provenance: "others")
        let _: Status = try ControlClient(Context(), address: daemon.control).ask(.reload)
        try Self.send(odd, to: client)
        let after = try #require(try client.verdict())
        #expect(after.topic == "normal/line/")
        #expect(after.fields["score"] as? Double == inspecting.score(odd))
        #expect(daemon.stop().status == 0)
    }
}

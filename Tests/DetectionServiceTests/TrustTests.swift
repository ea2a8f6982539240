import Control
import ControlClients
import Detection
import Foundation
import Frames
import Platform
import Testing
import VAE
import ZeroMQ

/// What a real daemon says beside single scores: faults of frames, events, windows and the audit.
@Suite struct TrustTests {
    private func ask<Result: Codable & Sendable>(
        _ daemon: DaemonProcess, _ request: ControlRequest
    ) throws -> Result {
        try ControlClient(try Context(), address: daemon.control).ask(request)
    }

    private func steered(_ more: [String]) throws -> (daemon: DaemonProcess, model: String) {
        let model = NSTemporaryDirectory() + "elbod-model-\(UUID())"
        try FileManager.default.copyItem(atPath: DaemonProcess.model, toPath: model)
        return (try DaemonProcess.steered(model: model, more), model)
    }

    @Test func `a covered camera is blank, an event opens for it, and closes with the service`()
        throws
    {
        let (daemon, model) = try steered(["--event", "3/5"])
        defer { try? FileManager.default.removeItem(atPath: model) }
        let client = try Client(daemon)
        for number in 0..<6 { try client.sendImage(", \"seq\": \(number), \"source\": \"cam/1\"") }
        var (verdicts, events): ([[String: Any]], [[String: Any]]) = ([], [])
        for _ in 0..<7 {
            let (topic, fields) = try #require(try client.verdict())
            if topic == "event/cam%2f1/" { events.append(fields) } else { verdicts.append(fields) }
        }
        try #require(verdicts.count == 6 && events.count == 1)
        #expect(verdicts.allSatisfy { $0["health"] as? String == "blank" })
        // Its error alone is a normal one.
        #expect(verdicts.allSatisfy { $0["side"] is NSNull && $0["is_anomaly"] as? Bool == true })
        #expect(verdicts.map { $0["event"] as? Int } == [nil, nil, 1, 1, 1, 1])
        #expect(events[0]["state"] as? String == "open" && events[0]["event"] as? Int == 1)
        #expect(events[0]["schema"] as? String == "elbod.event/1")
        let numbers = verdicts.compactMap { $0["pub_seq"] as? Int }
        #expect(numbers == Array(1...6), "events have no number among verdicts")
        // Verdicts are published before they are booked.
        var status: Status = try ask(daemon, .status)
        for _ in 0..<1000 where status.inFlight > 0 { status = try ask(daemon, .status) }
        #expect(status.faults == ["blank": 6] && status.anomalous == 6)
        #expect(status.events == 1 && status.openEvents == ["cam/1"])
        let sources: [SourceStatus] = try ask(daemon, .sources)
        #expect(sources.first?.faults == ["blank": 6])
        #expect(daemon.stop().status == 0)
        var last: [String: Any]?
        while let (topic, fields) = try client.verdict() {
            guard topic.hasPrefix("event/") else { continue }
            last = fields
            break
        }
        #expect(last?["state"] as? String == "closed" && last?["frames"] as? Int == 6)
        #expect(last?["anomalies"] as? Int == 6 && last?["health"] as? [String] == ["blank"])
    }

    @Test(arguments: [0, 2])
    func `frames that do not change any more are frozen, source by source`(threads: Int) throws {
        let (daemon, model) = try steered(["--frozen-frames", "4", "--threads", "\(threads)"])
        defer { try? FileManager.default.removeItem(atPath: model) }
        let client = try Client(daemon)
        let _: CalibrationEffect = try ask(
            daemon,
            .threshold(.init(method: .fixed(lower: nil, upper: 1), health: FaultSet([.frozen]))))
        func picture(_ seed: Int) -> [UInt8] {
            (0..<784).map { UInt8(truncatingIfNeeded: ($0 &+ seed &* 7919) &* 40503 >> 7) }
        }
        // One that is frozen, and one that moves in between.
        for number in 0..<8 {
            try client.sendImage(", \"seq\": \(number), \"source\": \"a\"", bytes: picture(1))
            try client.sendImage(
                ", \"seq\": \(number), \"source\": \"b\"", bytes: picture(number + 2))
        }
        var health: [String: [String?]] = [:]
        for _ in 0..<16 {
            let fields = try #require(try client.verdict()).fields
            health[fields["source"] as? String ?? "", default: []].append(
                fields["health"] as? String)
        }
        #expect(health["a"] == [nil, nil, nil, nil, "frozen", "frozen", "frozen", "frozen"])
        #expect(health["b"] == Array(repeating: nil, count: 8))
        let off: CalibrationEffect = try ask(daemon, .threshold(.init(health: [])))
        #expect(off.anomalousBefore == 0 && off.anomalousAfter == 0)
        try client.sendImage(", \"source\": \"a\"", bytes: picture(1))
        #expect(try client.verdict()?.fields["health"] is NSNull)
        #expect(daemon.stop().status == 0)
    }

    @Test
    func `a calibration that does not fit what comes is given up, and the next one begins anew`()
        throws
    {
        let (daemon, model) = try steered([])
        defer { try? FileManager.default.removeItem(atPath: model) }
        let client = try Client(daemon)
        for _ in 0..<400 { try client.sendImage(", \"source\": \"cam\"") }
        for _ in 0..<400 { _ = try client.verdict() }
        let status: Status = try ask(daemon, .status)
        #expect(status.calibrationValid == false && status.audited ?? 0 > 0)
        let doubts = try #require(status.calibrationDoubts)
        #expect(doubts.count == 2 && doubts.contains { $0.hasPrefix("cam: ") }, "\(doubts)")
        // Verdicts go on.
        try client.sendImage(", \"source\": \"cam\"")
        #expect(try client.verdict()?.fields["health"] as? String == "blank")
        // The status that is published every second says so, and by the next one the log does.
        var published = 0
        while published < 2, let (topic, line) = try client.receive() {
            if topic == "status/", line.contains("\"calibration_valid\":false") { published += 1 }
        }
        let _: CalibrationEffect = try ask(daemon, .threshold(.init(k: 3)))
        let after: Status = try ask(daemon, .status)
        #expect(after.calibrationValid == true && after.calibrationDoubts == nil)
        let (code, log) = daemon.stop()
        #expect(code == 0 && log.contains("does not fit any more"), "\(log)")
    }

    @Test func `who audits every n-th frame audits so many, and who audits none says nothing`()
        throws
    {
        for (thin, audited) in [("10", 4), ("0", nil)] as [(String, Int?)] {
            let (daemon, model) = try steered(["--thin", thin])
            defer { try? FileManager.default.removeItem(atPath: model) }
            let client = try Client(daemon)
            for _ in 0..<40 { try client.sendImage() }
            for _ in 0..<40 { _ = try client.verdict() }
            let status: Status = try ask(daemon, .status)
            #expect(
                status.audited == audited && status.calibrationValid == audited.map { _ in true })
            #expect(daemon.stop().status == 0)
        }
    }

    @Test func `windows are published as a whole, and refused where they could find nothing`()
        throws
    {
        let model = NSTemporaryDirectory() + "elbod-model-\(UUID())"
        try FileManager.default.copyItem(atPath: DaemonProcess.model, toPath: model)
        defer { try? FileManager.default.removeItem(atPath: model) }
        let refused = try DaemonProcess([
            "--model", model, "--ingest", "pull+bind:IN", "--publish", "pub+bind:OUT", "--fdr",
            "20@0.2",
        ]).end()
        #expect(refused.status == 78 && refused.log.contains("fdr: "), "\(refused.log)")
        let calibrated = try LoadedCalibration(
            directory: model, model: LoadedModel(directory: model)
        ).calibration.deciding(
            by: DecisionRule(score: .mse, method: .quantile(alpha: 0.01, tails: .high)),
            revision: 2, created: .now)
        try Data(calibrated.encoded()).write(
            to: URL(fileURLWithPath: Calibration.path(in: model)))
        let other = try DaemonProcess.steered(model: model, ["--fdr", "20@0.2"])
        let client = try Client(other)
        let white = [UInt8](repeating: 255, count: 784)
        for number in 0..<20 {
            try client.sendImage(
                ", \"seq\": \(number), \"source\": \"cam\"",
                bytes: number == 7 ? white : [UInt8](repeating: 0, count: 784))
        }
        var window: [String: Any]?
        // Twenty verdicts, and what is said of them together.
        for _ in 0..<21 {
            guard let (topic, fields) = try client.verdict() else { break }
            if topic == "window/cam/" { window = fields }
        }
        #expect(window?["frames"] as? Int == 20 && window?["fdr"] as? Double == 0.2)
        #expect(window?["discoveries"] as? [Int] == [7], "\(window ?? [:])")
        // A rule without p-values would end them.
        #expect(throws: ControlError.self) {
            let _: CalibrationEffect = try ask(other, .threshold(.init(k: 2)))
        }
        #expect(other.stop().status == 0)
    }
}

import Datasets
import Foundation
import Images
import Replay
import Testing
import ZeroMQ

@Suite struct ReplayerTests {
    /// Runs against a stub; `stopAfter` asks for a stop once that many frames have their verdict.
    private func replay(
        _ daemon: StubDaemon, count: Int, rate: Rate = .unlimited, window: Int? = nil,
        endpoint: String? = nil, timeout: Double = 10, stopAfter: Int = .max
    ) throws -> (Replayer.Ending, Tally) {
        defer { daemon.stop() }
        var settings = ReplaySettings(
            frames: try ReplaySettings.framesEndpoint(endpoint ?? daemon.ingest),
            verdicts: try ReplaySettings.verdictsEndpoint(daemon.verdicts))
        settings.rate = rate
        settings.timeout = timeout
        if let window { settings.window = window }
        let pixels = [UInt8](repeating: 0, count: 784)
        let blank = try ImageSet(
            name: "blank", shape: ImageShape(rows: 28, columns: 28), pixels: pixels)
        let images = StreamedSet(blank, title: "blank")
        var replayer = try Replayer(
            Context(), settings, Mixture(count: count, share: 0.5, seed: 1), normal: images,
            anomalous: images)
        try replayer.waitForDaemon { false }
        var verdicts = 0
        let ending = try replayer.run(
            until: { verdicts >= stopAfter }, watch: { tally, _ in verdicts = tally.verdicts })
        return (ending, replayer.tally)
    }

    @Test(arguments: [1, 7, 4096])
    func `every frame is answered, whatever the window`(window: Int) throws {
        let daemon = StubDaemon { [.verdict($0, isAnomaly: $0.isMultiple(of: 4))] }
        let (ending, tally) = try replay(daemon, count: 1000, window: window)
        #expect(ending == .complete)
        #expect(tally.sent == 1000)
        #expect(tally.verdicts == 1000)
        #expect(tally.flagged == 250)
        #expect(tally.outOfOrder + tally.duplicates + tally.strays + tally.late == 0)
        #expect(tally.latency(percentile: 50) != nil)
    }

    @Test func `at a fixed rate frames leave on schedule`() throws {
        let daemon = StubDaemon { [.verdict($0, isAnomaly: false)] }
        let (ending, tally) = try replay(daemon, count: 200, rate: .perSecond(1000))
        #expect(ending == .complete)
        #expect(tally.verdicts == 200)
        #expect(tally.span.end - tally.span.start >= 199_000_000)
    }

    @Test func `what gets lost is given up after the timeout`() throws {
        let daemon = StubDaemon { $0 % 10 == 3 ? [] : [.verdict($0, isAnomaly: false)] }
        let (ending, tally) = try replay(daemon, count: 100, timeout: 0.2)
        #expect(ending == .gaveUp)
        #expect(tally.verdicts == 90)
        #expect(tally.outstanding == 10)
        #expect(tally.outOfOrder == 0)
    }

    @Test func `a full window of lost frames ends the run too`() throws {
        let daemon = StubDaemon { _ in [] }
        let (ending, tally) = try replay(daemon, count: 100, window: 5, timeout: 0.2)
        #expect(ending == .gaveUp)
        #expect(tally.sent == 5)
        #expect(tally.outstanding == 5)
    }

    @Test func `duplicates, late comers, strangers and garbage are told apart`() throws {
        let daemon = StubDaemon { sequence in
            switch sequence {
            case 0: [.someoneElse(0), .garbage]
            case 1: [.verdict(1, isAnomaly: true), .verdict(0, isAnomaly: false)]
            case 2: [.verdict(2, isAnomaly: false), .verdict(2, isAnomaly: true)]
            default: [.verdict(1_000_000, isAnomaly: true), .verdict(3, isAnomaly: false)]
            }
        }
        let (ending, tally) = try replay(daemon, count: 4)
        #expect(ending == .complete)
        #expect(tally.verdicts == 4)
        #expect(tally.flagged == 1)
        #expect(tally.outOfOrder == 1)
        #expect(tally.duplicates == 1)
        #expect(tally.strays == 2)
    }

    @Test func `errors are answers, by reason`() throws {
        let daemon = StubDaemon { $0 < 3 ? [.error("bad_shape")] : [.verdict($0, isAnomaly: true)] }
        let (ending, tally) = try replay(daemon, count: 50, window: 2)
        #expect(ending == .complete)
        #expect(tally.errors == ["bad_shape": 3])
        #expect(tally.verdicts == 47)
        #expect(tally.outstanding == 0)
    }

    @Test func `a stop sends nothing more and takes in what is on its way`() throws {
        let daemon = StubDaemon { [.verdict($0, isAnomaly: false)] }
        let (ending, tally) = try replay(daemon, count: 1_000_000, window: 16, stopAfter: 100)
        #expect(ending == .interrupted)
        #expect(tally.sent >= 100 && tally.sent < 1_000_000)
        #expect(tally.verdicts == tally.sent)
    }

    @Test func `published frames wait for a subscriber, and lost ones for nobody`() throws {
        let path = NSTemporaryDirectory() + "elbo-replay-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let daemon = StubDaemon(.subscribe("ipc://\(path)")) {
            $0 % 3 == 0 ? [] : [.verdict($0, isAnomaly: false)]
        }
        let (ending, tally) = try replay(
            daemon, count: 300, window: 8, endpoint: "pub+bind:ipc://\(path)")
        #expect(ending == .complete)
        #expect(tally.sent == 300)
        #expect(tally.verdicts == 200)
        #expect(tally.outstanding == 100)
    }

    @Test func `without a daemon there is a sentence about it`() throws {
        var settings = ReplaySettings(
            frames: try ReplaySettings.framesEndpoint("tcp://127.0.0.1:9"),
            verdicts: try ReplaySettings.verdictsEndpoint("tcp://127.0.0.1:9"))
        settings.timeout = 0.05
        let nothing = Mixture(count: 0, share: 0, seed: 1)
        var replayer = try Replayer(Context(), settings, nothing, normal: nil, anomalous: nil)
        do {
            try replayer.waitForDaemon { false }
            Issue.record("there is a daemon at port 9")
        } catch {
            #expect(error.description.contains("is elbod running"))
        }
    }
}

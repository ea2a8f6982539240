import Detection
import Frames
import Platform
import TestSupport
import Testing
import VAE

@Suite struct DeciderTests {
    private func loaded(k: Double, revision: Int = 7) throws -> LoadedCalibration {
        let calibration = try standardCalibration().deciding(
            by: .sigma(score: .mse, k: k), revision: revision, created: UnixTime(nanoseconds: 0))
        return try LoadedCalibration(bytes: calibration.encoded(), model: Verdicts.model)
    }

    /// Frames of sources `a`, `b`, `a`.
    private func intake() throws -> Intake {
        var intake = Intake()
        for (number, source) in ["a", "b", "a"].enumerated() {
            try intake.take(header("\"source\":\"\(source)\"", "\"seq\":\(number)"))
        }
        return intake
    }

    private func decide(
        _ decider: inout Decider, _ batch: borrowing Batch, _ mse: [Float],
        edition: EditionNumber = .first, by rulebook: Rulebook
    ) -> [Verdict] {
        var verdicts: [Verdict] = []
        let time = UnixTime(nanoseconds: 1)
        decider.decide(
            batch, scores: mse.map { Scores(mse: $0) }, edition: edition, by: rulebook,
            at: Verdict.Times(started: time, scored: time), into: &verdicts)
        return verdicts
    }

    @Test func `verdicts are numbered without gaps, errors among them`() throws {
        var decider = Decider()
        let intake = try intake()
        let rulebook = Rulebook(try loaded(k: 2))
        #expect(decider.reserve(2) == 1)
        let first = decide(&decider, intake.batch, [2, 2, 2], by: rulebook)
        #expect(first.map(\.publication) == [3, 4, 5])
        #expect(decider.reserve(0) == 6)
        let second = decide(&decider, intake.batch, [2, 2, 2], by: rulebook)
        #expect(second.map(\.publication) == [6, 7, 8])
    }

    @Test func `nothing is numbered where nobody publishes`() throws {
        var decider = Decider(isPublishing: false)
        let verdicts = decide(
            &decider, try intake().batch, [2, 2, 2], by: Rulebook(try loaded(k: 2)))
        #expect(verdicts.map(\.publication) == [0, 0, 0])
    }

    @Test func `a source with a calibration of its own is decided by that`() throws {
        var decider = Decider()
        let rulebook = Rulebook(try loaded(k: 2), sources: ["b": try loaded(k: 100, revision: 9)])
        let batch = try intake().batch
        let verdicts = decide(&decider, batch, [50, 50, 2], by: rulebook)
        var byName: [String: [Bool?]] = [:]
        for verdict in verdicts {
            byName[batch.source(verdict.row).name, default: []].append(
                verdict.decision?.isAnomaly)
            let calibration = rulebook.calibrations[verdict.version.calibration.rawValue]
            let isOwn = batch.source(verdict.row).name == "b"
            #expect(calibration.calibration.revision == (isOwn ? 9 : 7))
        }
        #expect(byName["b"] == [false])
        #expect(byName["a"]?.contains(true) == true)
    }

    @Test func `another edition decides anew which calibration a source has`() throws {
        var decider = Decider()
        let batch = try intake().batch
        let own = Rulebook(try loaded(k: 2), sources: ["a": try loaded(k: 100)])
        let common = Rulebook(try loaded(k: 2))
        let before = decide(&decider, batch, [50, 50, 50], by: own)
        let after = decide(
            &decider, batch, [50, 50, 50], edition: EditionNumber.first.next, by: common)
        #expect(before.count { $0.decision?.isAnomaly == true } == 1)
        #expect(after.count { $0.decision?.isAnomaly == true } == 3)
        #expect(after.allSatisfy { $0.version.edition == EditionNumber(rawValue: 2) })
    }

    @Test func `a score that is not a number is no decision`() throws {
        var decider = Decider()
        let verdicts = decide(
            &decider, try intake().batch, [.nan, .infinity, 2], by: Rulebook(try loaded(k: 2)))
        #expect(verdicts.map(\.outcome) == [.notFinite, .notFinite, .normal])
        #expect(verdicts.map { $0.decision == nil } == [true, true, false])
    }

    @Test func `a verdict is a value without references`() {
        func requireBitwiseCopyable<Value: BitwiseCopyable>(_: Value.Type) {}
        requireBitwiseCopyable(Verdict.self)
        // Four bytes in ten are scores, of which every function has a place.
        #expect(MemoryLayout<Verdict>.size <= 400)
    }
}

import Detection
import Files
import Platform
import TestSupport
import Testing
import VAE

@testable import DetectionService

@Suite struct CalibrationOrderTests {
    private static let model = SHA256Digest(of: [])

    private func calibration(
        _ revision: Int, k: Double = 2, created: Int64 = 0, lineage: Lineage? = nil
    ) throws -> LoadedCalibration {
        try LoadedCalibration.writing(
            Calibration(
                scores: [1, 2, 3].map { Scores(mse: $0) }, rule: .sigma(score: .mse, k: k),
                model: Self.model, data: .init(name: "toys", sha256: "sha256:00"),
                created: UnixTime(nanoseconds: created * 1_000_000_000), revision: revision,
                lineage: lineage)
        ).loaded
    }

    private func isNewer(
        _ own: LoadedCalibration, than kept: LoadedCalibration,
        _ ledger: CalibrationLedger = CalibrationLedger(), history: [LoadedCalibration] = []
    ) -> Bool {
        CalibrationOrder.isNewer(own, than: kept, ledger) { calibration in
            history.contains { $0.calibration == calibration }
        }
    }

    /// The ledger of a directory where `kept` was made while `seen` lay in the model directory.
    private func ledger(
        _ kept: LoadedCalibration, seen: LoadedCalibration?
    ) -> CalibrationLedger {
        var ledger = CalibrationLedger()
        ledger.note(kept, after: 1, seen: seen?.digest.description)
        return ledger
    }

    @Test func `what was there when the last one was made is older, whatever its number and time`()
        throws
    {
        let own = try calibration(9, created: 4_000_000_000)
        let kept = try calibration(2, k: 3, created: 1)
        #expect(!isNewer(own, than: kept, ledger(kept, seen: own)))
    }

    @Test func `a file that was not there then is newer, whatever its number and time`() throws {
        let (before, kept) = (try calibration(1), try calibration(5, k: 3, created: 1_000_000))
        for own in [try calibration(2, k: 4), try calibration(5, k: 4, created: -1)] {
            #expect(isNewer(own, than: kept, ledger(kept, seen: before)))
            #expect(isNewer(own, than: kept, ledger(kept, seen: nil)))
        }
    }

    @Test func `a copy of what is in force is not newer`() throws {
        let kept = try calibration(2, k: 3)
        #expect(!isNewer(kept, than: kept, ledger(kept, seen: nil)))
    }

    @Test func `a save that was cut off before the ledger tells by itself what it came after`()
        throws
    {
        let (own, first) = (try calibration(2, created: 9), try calibration(1))
        let digest = own.digest.description
        let late = ledger(first, seen: first)
        let made = try calibration(3, k: 3, lineage: Lineage("threshold set", beside: digest))
        let copy = try calibration(3, k: 3, lineage: Lineage("calibrate", copyOf: digest))
        #expect(!isNewer(own, than: made, late))
        #expect(!isNewer(own, than: copy, late))
        let other = try calibration(3, k: 3, lineage: Lineage("threshold set", beside: "sha256:0"))
        #expect(isNewer(own, than: other, late))
    }

    @Test func `where an older version wrote no ledger, what it had replaced is older`() throws {
        let (own, kept) = (try calibration(1, created: 9), try calibration(2, k: 3, created: 5))
        #expect(!isNewer(own, than: kept, history: [own]))
        // Never in force here, and made later: the way that was ignored.
        #expect(isNewer(own, than: kept))
        #expect(!isNewer(try calibration(1, created: 4), than: kept))
    }

    @Test func `a number names one calibration for ever`() throws {
        let (first, second) = (try calibration(1), try calibration(2, k: 3))
        var ledger = CalibrationLedger()
        #expect(ledger.leaves(first))
        ledger.note(first, after: nil)
        ledger.note(second, after: 1, seen: nil)
        #expect(ledger.leaves(first) && ledger.leaves(second))
        #expect(!ledger.leaves(try calibration(2, k: 4)))
        #expect(!ledger.leaves(try calibration(1, k: 4)))
        #expect(ledger.leaves(try calibration(3, k: 4)))
        #expect(ledger.predecessor(of: 2) == 1 && ledger.predecessor(of: 1) == nil)
        // Gone back to, and its file forgotten: the number stays taken.
        ledger.note(first, after: nil, seen: nil)
        ledger.forget(except: [1])
        #expect(ledger.highest == 2 && ledger.revision(for: Self.model.description) == 1)
        #expect(!ledger.leaves(second))
    }
}

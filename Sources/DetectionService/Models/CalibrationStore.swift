import Detection
import Files
import FoundationEssentials
import Platform
import Tensors
import VAE

/// Where calibrations are: the one in force, those before it, and those of single sources.
///
/// ```
/// <directory>/calibration.json            in force
/// <directory>/calibrations/000007.json    the last revisions made here, to go back to
/// <directory>/calibrations/order.json     which came after which
/// <directory>/calibrations/sources/<name>.json   bounds of one source
/// ```
/// Files of other precisions than fp32 have it in their names, as in calibration.int8.json and
/// calibrations.int8. A state directory that holds nothing for the model in service leaves the model's own in force.
/// Between the two the newer rules, see `CalibrationLedger`.
struct CalibrationStore: Sendable {
    /// The model directory.
    let model: String
    /// Where new calibrations are written: the state directory, or the model's own.
    let directory: String
    /// What scores are computed with; each precision has files of its own.
    var precision = Precision.fp32
    /// Revisions kept to go back to, of all sources together and of each that has bounds of its own.
    var kept = 20

    var folder: CalibrationFolder { CalibrationFolder(directory: directory, precision: precision) }

    /// What is in force for `loaded`.
    func current(for loaded: any IdentifiedModel) throws(CalibrationError) -> LoadedCalibration {
        try resolve(for: loaded, isStarting: true).calibration
    }

    /// What is found to be in force, and what is to be written and said about it.
    struct Resolution {
        var calibration: LoadedCalibration
        /// What is to be written into the directory, as the one in force; nil if it is there.
        var bytes: [UInt8]?
        /// SHA-256 of the calibration in the model directory.
        var seen: String?
        /// The revision it takes over from.
        var after: Int?
        /// Sentences for the log and the operator.
        var remarks: [String] = []
    }

    /// Finds the newest calibration for `loaded`, and writes nothing.
    ///
    /// While the daemon starts, a file in the model directory with something wrong in it keeps nobody
    /// from serving what is kept here; when it is told to take up new files, it does.
    func resolve(
        for loaded: any IdentifiedModel, isStarting: Bool
    ) throws(CalibrationError) -> Resolution {
        let ledger = ledger
        guard directory != model else {
            return try adopted(ownCalibration(loaded), ledger, over: nil, loaded)
        }
        guard let kept = try keptCalibration(for: loaded, ledger) else {
            return try adopted(ownCalibration(loaded), ledger, over: nil, loaded)
        }
        guard fileKind(at: Calibration.path(in: model, precision)) != .absent else {
            return Resolution(calibration: kept)
        }
        let own: LoadedCalibration
        do throws(CalibrationError) { own = try ownCalibration(loaded) } catch {
            guard isStarting else { throw error }
            let remark =
                "Revision \(kept.calibration.revision) serves, kept in \(directory), for the model "
                + "directory's calibration cannot be used: \(error)"
            return Resolution(calibration: kept, remarks: [remark])
        }
        let isNewer = CalibrationOrder.isNewer(own, than: kept, ledger) { calibration in
            folder.revisions().contains { revision in
                (try? load(folder.path(of: revision), loaded))?.calibration == calibration
            }
        }
        if isNewer { return try adopted(own, ledger, over: kept, loaded) }
        var found = Resolution(calibration: kept, seen: own.digest.description)
        if own.digest != kept.digest,
            kept.calibration.lineage?.copyOf != own.digest.description
        {
            found.remarks.append(
                "In force stays \(kept.calibration.title). The model directory's calibration, "
                    + "\(own.calibration.title), is older: it lay there already when that took over. "
                    + "What elbo calibrate writes from now on is newer; elbo threshold rollback goes "
                    + "back.")
        }
        return found
    }

    /// The model directory's calibration taken up, under another number if its own is taken.
    private func adopted(
        _ own: LoadedCalibration, _ ledger: CalibrationLedger, over kept: LoadedCalibration?,
        _ loaded: any IdentifiedModel
    ) throws(CalibrationError) -> Resolution {
        let digest = own.digest.description
        let seen = directory == model ? nil : digest
        let after = kept?.calibration.revision ?? ledger.revision(for: own.calibration.model)
        var found = Resolution(calibration: own, seen: seen, after: after)
        let isTaken = kept?.calibration.revision == own.calibration.revision
        if isTaken || !isFree(own, ledger) {
            var copy = own.calibration
            copy.revision = nextRevision(
                after: [own.calibration.revision, kept?.calibration.revision ?? 0])
            copy.lineage = Lineage(
                own.calibration.lineage?.how ?? "calibrate", after: after, copyOf: digest,
                beside: seen)
            let (renumbered, bytes) = try LoadedCalibration.writing(copy, for: loaded)
            (found.calibration, found.bytes) = (renumbered, bytes)
            found.remarks.append(
                "The model directory's calibration calls itself revision "
                    + "\(own.calibration.revision), a number that is taken in \(directory); it serves as "
                    + "revision \(copy.revision).")
        } else if kept != nil {
            found.bytes = try bytes(of: own, at: Calibration.path(in: model, precision))
        }
        if let kept {
            found.remarks.append(
                "Taken up from the model directory: \(found.calibration.calibration.title). It replaces "
                    + "\(kept.calibration.title), which elbo threshold rollback goes back to.")
        }
        return found
    }

    /// Whether a calibration can keep its number, which no other has in the ledger, nor among the files
    /// that an older version kept without one.
    private func isFree(_ own: LoadedCalibration, _ ledger: CalibrationLedger) -> Bool {
        guard !ledger.knows(own) else { return true }
        guard ledger.leaves(own) else { return false }
        let path = folder.path(of: own.calibration.revision)
        guard
            let there = (try? Calibration.bytes(ofFile: path)).flatMap({
                try? Calibration(decoding: $0)
            })
        else { return true }
        // Older versions wrote files anew, with the same rules.
        return there.model == own.calibration.model && there.rules == own.calibration.rules
            && there.samples == own.calibration.samples
    }

    private func ownCalibration(
        _ loaded: any IdentifiedModel
    ) throws(CalibrationError) -> LoadedCalibration {
        try LoadedCalibration(directory: model, model: loaded, precision: precision)
    }

    /// What was made here for `loaded`: in force, or in force when that model served last.
    private func keptCalibration(
        for loaded: any IdentifiedModel, _ ledger: CalibrationLedger
    ) throws(CalibrationError) -> LoadedCalibration? {
        if fileKind(at: folder.inForce) != .absent {
            do throws(CalibrationError) {
                return try LoadedCalibration(
                    directory: directory, model: loaded, precision: precision)
            } catch {
                // Left from another model: the new one brings its own.
                guard case .otherModel = error else { throw error }
            }
            return ledger.revision(for: loaded.digest.description).flatMap {
                try? load(folder.path(of: $0), loaded)
            }
        }
        return nil
    }

    /// What has been written down of the order; empty if nothing has, or if it cannot be read.
    var ledger: CalibrationLedger {
        guard let bytes = try? readOrdinaryFile(folder.ledger, limit: 1 << 24) else {
            return CalibrationLedger()
        }
        let ledger = try? JSONDecoder.elbod.decode(CalibrationLedger.self, from: Data(bytes))
        return ledger ?? CalibrationLedger()
    }

    func load(
        _ path: String, _ loaded: any IdentifiedModel
    ) throws(CalibrationError) -> LoadedCalibration {
        let bytes: [UInt8]
        do { bytes = try Calibration.bytes(ofFile: path) } catch { throw .file(error) }
        return try LoadedCalibration(bytes: bytes, model: loaded)
    }

    /// The bytes of a calibration's file, as they lie there or as they would be written.
    func bytes(of calibration: LoadedCalibration, at path: String) throws(CalibrationError)
        -> [UInt8]
    {
        if let bytes = try? Calibration.bytes(ofFile: path),
            SHA256Digest(of: bytes) == calibration.digest
        {
            return bytes
        }
        return try calibration.calibration.encoded()
    }
}

extension Calibration {
    /// Names it to an operator: number, how it was made, and when.
    var title: String {
        let how = lineage.map { " by \($0.how)" } ?? ""
        return "revision \(revision), made\(how) at \(created.iso8601)"
    }
}

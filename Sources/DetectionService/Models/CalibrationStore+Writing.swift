import Detection
import Files
import FoundationEssentials
import VAE

// How what is in force changes on the disk. The file in force is written before the ledger: a process that
// is killed in between finds in the file itself what it came after.
extension CalibrationStore {
    /// Puts a calibration into force on the disk, keeping the one it replaces to go back to; with
    /// `source`, for that source alone.
    func save(
        _ calibration: Calibration, replacing previous: LoadedCalibration?, source: String?
    ) throws(CalibrationError) {
        let (loaded, bytes) = try LoadedCalibration.writing(calibration)
        let own = try? Calibration.bytes(ofFile: Calibration.path(in: model, precision))
        let seen = directory == model ? nil : own.map { SHA256Digest(of: $0).description }
        try put(loaded, bytes, replacing: previous, source: source, seen: seen)
    }

    /// The same with the bytes of its file; `seen` is the SHA-256 of the calibration that lies in the model
    /// directory.
    func put(
        _ calibration: LoadedCalibration, _ bytes: [UInt8], replacing previous: LoadedCalibration?,
        source: String?, seen: String?, after: Int? = nil
    ) throws(CalibrationError) {
        try writing { () throws(any Error) in
            try makeFolder(folder.history(of: source))
            if source != nil { try makeFolder(folder.sources) }
            let target = source.map { folder.path(of: $0) } ?? folder.inForce
            if let previous { try keep(previous, from: target, source) }
            let revision = calibration.calibration.revision
            try writeFileAtomically(bytes, to: folder.path(of: revision, source: source))
            try writeFileAtomically(bytes, to: target)
            try note(
                calibration, after: after ?? previous?.calibration.revision, seen: seen,
                source: source, previous)
        }
    }

    /// Writes down what was found to be in force, if it was not in force here before; nothing at all
    /// in a directory where nothing was ever written.
    func record(
        _ found: Resolution, replacing previous: LoadedCalibration?
    ) throws(CalibrationError) {
        let ledger = ledger
        if let bytes = found.bytes {
            return try put(
                found.calibration, bytes, replacing: previous, source: nil, seen: found.seen,
                after: found.after)
        }
        let model = found.calibration.calibration.model
        let isKnown =
            ledger.knows(found.calibration)
            && ledger.revision(for: model) == found.calibration.calibration.revision
            && (found.seen == nil || ledger.seen(for: model) == found.seen)
        guard fileKind(at: folder.history) == .folder, !isKnown else { return }
        try writing { () throws(any Error) in
            try keep(found.calibration, from: folder.inForce, nil)
            try note(found.calibration, after: found.after, seen: found.seen, source: nil, nil)
        }
    }

    /// Writes down the common calibration in service where only single sources have had bounds made here: it
    /// is the model directory's, and what takes its place there is newer.
    func noteCommon(_ common: LoadedCalibration) throws(CalibrationError) {
        guard !ledger.knows(common) else { return }
        let seen = directory == model ? nil : common.digest.description
        try record(Resolution(calibration: common, seen: seen), replacing: nil)
    }

    /// Goes back to `calibration` on the disk, bytes and number as they were.
    func restore(
        _ calibration: LoadedCalibration, source: String?, seen: String?
    ) throws(CalibrationError) {
        let revision = calibration.calibration.revision
        let bytes = try bytes(of: calibration, at: folder.path(of: revision, source: source))
        try put(calibration, bytes, replacing: nil, source: source, seen: seen)
    }

    /// The first number that no calibration here or in the model directory has ever had.
    ///
    /// `known` are those in service, and in the model directory.
    func nextRevision(after known: [Int]) -> Int {
        ([ledger.highest, folder.revisions().last ?? 0] + known).reduce(0, max) + 1
    }

    /// The calibration in the model directory, if there is one for `loaded` and it is not the directory
    /// that is written to.
    func own(for loaded: any IdentifiedModel) -> LoadedCalibration? {
        guard directory != model else { return nil }
        return try? LoadedCalibration(directory: model, model: loaded, precision: precision)
    }

    /// The revision that was in force before `current`; with `source`, for that source, for which nil
    /// says that it was the common one.
    func predecessor(
        of current: LoadedCalibration, source: String?, for loaded: any IdentifiedModel
    ) throws(CalibrationError) -> LoadedCalibration? {
        let revision = current.calibration.revision
        let noted = source == nil ? ledger.predecessor(of: revision) : nil
        if let number = noted ?? current.calibration.lineage?.after {
            do throws(CalibrationError) {
                return try load(folder.path(of: number, source: source), loaded)
            } catch {
                if case .otherModel = error {
                    throw .unusable(
                        "revision \(number), which was in force before \(revision), was made for another "
                            + "model")
                }
                guard fileKind(at: folder.path(of: number, source: source)) == .absent else {
                    throw error
                }
                throw .unusable(
                    "revision \(number), which was in force before \(revision), is kept no longer: "
                        + "keep_calibrations is \(kept)")
            }
        }
        if source != nil { return nil }
        return try previous(to: revision, for: loaded)
    }

    /// The highest revision below `revision` that is kept here for the model.
    func previous(
        to revision: Int, for loaded: any IdentifiedModel
    ) throws(CalibrationError) -> LoadedCalibration {
        for number in folder.revisions().reversed() where number < revision {
            do throws(CalibrationError) { return try load(folder.path(of: number), loaded) } catch {
                guard case .otherModel = error else { throw error }
            }
        }
        throw .unusable("there is no revision before \(revision) to go back to")
    }

    /// Sees to it that a revision can be gone back to, as its bytes lie at `path` or in the model
    /// directory.
    private func keep(
        _ calibration: LoadedCalibration, from path: String, _ source: String?
    ) throws {
        let target = folder.path(of: calibration.calibration.revision, source: source)
        if let there = try? Calibration.bytes(ofFile: target),
            SHA256Digest(of: there) == calibration.digest
        {
            return
        }
        let own = Calibration.path(in: model, precision)
        let bytes =
            try [path, own].lazy.compactMap { place in
                (try? Calibration.bytes(ofFile: place)).flatMap {
                    SHA256Digest(of: $0) == calibration.digest ? $0 : nil
                }
            }.first ?? calibration.calibration.encoded()
        try writeFileAtomically(bytes, to: target)
    }

    private func note(
        _ calibration: LoadedCalibration, after: Int?, seen: String?, source: String?,
        _ previous: LoadedCalibration?
    ) throws {
        var ledger = ledger
        let revision = calibration.calibration.revision
        for number in folder.revisions() + [revision, after ?? 0] { ledger.note(number) }
        guard source == nil else {
            ledger.note(calibration, after: nil)
            let needed = Set([revision, calibration.calibration.lineage?.after ?? 0])
            _ = folder.prune(keeping: kept, and: needed, source: source)
            return try write(ledger)
        }
        if let previous { ledger.note(previous, after: previous.calibration.lineage?.after) }
        ledger.note(calibration, after: after, seen: seen)
        let needed = ledger.inForce.union([ledger.predecessor(of: revision) ?? 0])
        ledger.forget(except: folder.prune(keeping: kept, and: needed))
        try write(ledger)
    }

    private func write(_ ledger: CalibrationLedger) throws {
        let bytes = try [UInt8](JSONEncoder.elbodIndented.encode(ledger))
        try writeFileAtomically(bytes + [UInt8(ascii: "\n")], to: folder.ledger)
    }

    private func makeFolder(_ path: String) throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    private func writing(_ body: () throws -> Void) throws(CalibrationError) {
        do { try body() } catch let error as FilesError {
            throw .file(error)
        } catch let error as CalibrationError {
            throw error
        } catch {
            throw .unusable("\(error)")
        }
    }
}

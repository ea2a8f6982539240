import Detection
import Files
import FoundationEssentials

/// What a state directory knows of the order of calibrations, as `calibrations/order.json`.
///
/// There are two writers: the daemon, which writes here, and `elbo calibrate` or whoever else puts a file
/// into the model directory. Neither their clocks nor their counting agree, so neither decides: newer is
/// what came later in the daemon's sight. A file in the model directory that differs from the one seen there
/// last (by SHA-256) is newer than all made here before; what is made here is newer than all that lay there
/// then.
struct CalibrationLedger: Codable, Sendable, Equatable {
    private var schema = "elbod.order/1"
    /// The highest revision that was ever given or met here.
    private(set) var highest = 0
    /// The highest revision whose file is no longer kept: of those up to it none is given again.
    private var forgotten: Int?
    /// By the model's SHA-256.
    private var models: [String: Standing] = [:]
    /// The revisions of which files are kept.
    private var revisions: [Revision] = []

    /// How things stand with one model.
    private struct Standing: Codable, Sendable, Equatable {
        /// The revision in force.
        var revision: Int
        /// SHA-256 of the calibration seen last in the model directory.
        var seen: String?
    }

    private struct Revision: Codable, Sendable, Equatable {
        var number: Int
        var digest: String
        /// The one that was in force before.
        var after: Int?
    }

    /// Of a directory where nothing has been written.
    init() {}

    /// Whether this calibration has this number here.
    func knows(_ calibration: LoadedCalibration) -> Bool {
        revisions.contains {
            $0.number == calibration.calibration.revision
                && $0.digest == calibration.digest.description
        }
    }

    /// Whether a calibration can keep its number, which no other ever had.
    func leaves(_ calibration: LoadedCalibration) -> Bool {
        let number = calibration.calibration.revision
        return knows(calibration)
            || number > (forgotten ?? 0) && !revisions.contains { $0.number == number }
    }

    /// The revision in force for a model, when this was last written.
    func revision(for model: String) -> Int? { models[model]?.revision }

    /// SHA-256 of the calibration of a model that was seen last in its directory.
    func seen(for model: String) -> String? { models[model]?.seen }

    /// The revision that was in force before this one.
    func predecessor(of revision: Int) -> Int? {
        revisions.last { $0.number == revision }?.after
    }

    /// The revisions in force for all models.
    var inForce: Set<Int> { Set(models.values.map(\.revision)) }

    /// Notes that a calibration is in force from now on, after another, and what lies in the model
    /// directory; nil if nothing lies there that can be read, so that what was seen last stays that.
    mutating func note(_ calibration: LoadedCalibration, after: Int?, seen: String?) {
        note(calibration, after: after)
        let (model, number) = (calibration.calibration.model, calibration.calibration.revision)
        models[model] = Standing(revision: number, seen: seen ?? models[model]?.seen)
    }

    /// Notes that a calibration has its number, if that is not known.
    mutating func note(_ calibration: LoadedCalibration, after: Int?) {
        let number = calibration.calibration.revision
        note(number)
        guard !knows(calibration) else { return }
        revisions.removeAll { $0.number == number }
        let digest = calibration.digest.description
        revisions.append(Revision(number: number, digest: digest, after: after))
    }

    /// Notes that a number is taken.
    mutating func note(_ number: Int) { highest = max(highest, number) }

    /// Forgets the revisions of which no file is kept any more; their numbers stay taken.
    mutating func forget(except kept: Set<Int>) {
        let gone = revisions.map(\.number).filter { !kept.contains($0) }
        forgotten = ([forgotten].compactMap { $0 } + gone).max()
        revisions.removeAll { !kept.contains($0.number) }
    }
}

/// Which of two calibrations of one model is newer.
enum CalibrationOrder {
    /// Whether what lies in the model directory is newer than what was made and is kept here.
    ///
    /// `history` says whether a calibration of the same contents was in force here before: older versions
    /// wrote no ledger, but kept what they replaced.
    static func isNewer(
        _ own: LoadedCalibration, than kept: LoadedCalibration, _ ledger: CalibrationLedger,
        history: (Calibration) -> Bool
    ) -> Bool {
        let digest = own.digest.description
        if digest == kept.digest.description { return false }
        let seen = ledger.seen(for: kept.calibration.model)
        if ledger.knows(kept) { return digest != seen }
        // A change of which the ledger does not know: the process was killed before it could write it, or
        // an older version made it. The file then says itself what it came after.
        let lineage = kept.calibration.lineage
        if [seen, lineage?.copyOf, lineage?.beside].contains(digest) { return false }
        if lineage != nil { return true }
        // Times decide only here, once, where nothing else was written down.
        return !history(own.calibration) && own.calibration.created > kept.calibration.created
    }
}

import Backbone
import Control
import Detection
import Files
import FoundationEssentials
import Frames
import Images
import Inspection
import Logging
import Platform
import ServiceConfiguration
import Synchronization
import Tensors
import VAE

/// Changes what is in service while the daemon runs: one change at a time, from any thread.
///
/// Everything is loaded and tried before it replaces anything; whatever fails leaves the old model
/// and bounds serving. The work is done in the workshop; see there who waits for it.
final class ModelUpdater: Sendable {
    let store: CalibrationStore
    let pipeline: Pipeline
    let monitor: Monitor
    let logger: Logger
    /// Where files are read and scores worked upon.
    let workshop = Workshop()
    /// Called when another edition serves, whose weights, engines and scores need other memory than before.
    private let whenServing: @Sendable (ActiveModel.Edition) -> Void
    /// Held during a change.
    private let change = Mutex(())

    init(
        _ store: CalibrationStore, _ pipeline: Pipeline, _ monitor: Monitor, _ logger: Logger,
        whenServing: @escaping @Sendable (ActiveModel.Edition) -> Void = { _ in }
    ) {
        self.store = store
        self.pipeline = pipeline
        self.monitor = monitor
        self.logger = logger
        self.whenServing = whenServing
    }

    /// Reads and tries what is to be served first; writes nothing.
    static func firstEdition(_ store: CalibrationStore) throws -> ActiveModel.Edition {
        try edition(store, isStarting: true).edition
    }

    /// What was read, with what is to be written and said about it.
    private struct Opened {
        var edition: ActiveModel.Edition
        var found: CalibrationStore.Resolution
        var remarks: [String]
    }

    private static func edition(_ store: CalibrationStore, isStarting: Bool) throws -> Opened {
        let model = try LoadedPictureModel(directory: store.model)
        try model.requireUnconditional()
        let found = try store.resolve(for: model, isStarting: isStarting)
        let own = try store.ownBounds(for: model)
        // Scores that are computed with other ranges or another profile are other scores.
        let computation = found.calibration.calibration.computation
        let usable = own.found.filter { $0.value.calibration.computation == computation }
        let edition = ActiveModel.Edition(
            model: model, calibration: found.calibration, sources: usable)
        if let model = model.inspection {
            try SelfTest.runBackbone(store.precision, blocks: model.backbone.blocks.count)
        }
        try model.requireFiniteScores(edition.calibration.calibration.computation)
        let remarks =
            found.remarks
            + remarks(
                onOtherModels: own.ofOtherModels + own.found.keys.filter { usable[$0] == nil },
                store)
        return Opened(edition: edition, found: found, remarks: remarks)
    }

    private static func remarks(
        onOtherModels sources: [String], _ store: CalibrationStore
    ) -> [String] {
        guard !sources.isEmpty else { return [] }
        return [
            "\(sources.listed): bounds of their own, kept in \(store.directory), were made for another "
                + "model, or for scores computed otherwise, and do not judge by this one; elbo recalibrate --live n --source name --own "
                + "makes others."
        ]
    }

    /// Tidies what a killed process left, and writes down and logs what is served first.
    func begin() {
        workshop.performLater("the calibrations' folder") { [self] in
            let removed = store.folder.removeAbandonedFiles()
            if removed > 0 {
                logger.notice(
                    "Removed unfinished files of a process that was killed.",
                    metadata: ["files": "\(removed)", "directory": "\(store.directory)"])
            }
            // Looked at again: the first edition was read before there was a log, and without writing.
            let model = pipeline.activeModel.edition.model
            guard let found = try? store.resolve(for: model, isStarting: true),
                let own = try? store.ownBounds(for: model)
            else { return }
            let remarks = found.remarks + Self.remarks(onOtherModels: own.ofOtherModels, store)
            for remark in remarks { logger.notice("\(remark)") }
            record(found, replacing: nil)
        }
    }

    /// Starts no work any more; what hangs on a disk is left to the end of the process.
    func end() { workshop.close() }

    /// Reads model and calibrations again and serves them; an error leaves the old ones serving.
    ///
    /// Returns what the operator should know of what serves now.
    @discardableResult func reload() throws -> [String] {
        try change.withLock { _ in
            do {
                let old = pipeline.activeModel.edition
                let opened = try Self.edition(store, isStarting: false)
                let new = opened.edition
                guard new.model.model.imageShape == old.model.model.imageShape else {
                    throw ModelUpdateError.otherSize(
                        new: new.model.model.imageShape, old: old.model.model.imageShape)
                }
                guard new.model.model.preprocessing == old.model.model.preprocessing else {
                    throw ModelUpdateError.otherPreprocessing(
                        new: new.model.model.preprocessing, old: old.model.model.preprocessing)
                }
                record(opened.found, replacing: old.calibration)
                try serve(new)
                for remark in opened.remarks { logger.notice("\(remark)") }
                monitor.noteReload(error: nil)
                return opened.remarks
            } catch {
                monitor.noteReload(error: "\(error)")
                logger.error(
                    "Reload refused; what served before goes on.", metadata: ["reason": "\(error)"])
                throw error
            }
        }
    }

    /// The same without waiting for it.
    func reloadLater() {
        workshop.performLater("reloading model and calibration") { [self] in
            // What is wrong has been logged; the old edition serves on.
            _ = try? reload()
        }
    }

    /// What is found newest serves even where it cannot be written down: at the next start it is found
    /// again.
    private func record(
        _ found: CalibrationStore.Resolution, replacing old: LoadedCalibration?
    ) {
        do throws(CalibrationError) { try store.record(found, replacing: old) } catch {
            logger.warning(
                "The order of calibrations could not be written down.",
                metadata: ["reason": "\(error)"])
        }
    }

    /// One change of calibrations at a time.
    func changing<Result>(_ body: () throws -> Result) throws -> Result {
        try change.withLock { _ in try body() }
    }

    func serve(_ edition: ActiveModel.Edition) throws {
        try edition.check(monitor.configuration.discoveries)
        // Not only other weights score otherwise: the ranges of 8-bit arithmetic are the calibration's.
        let scoresOtherwise = !edition.hasScorer(of: pipeline.activeModel.edition)
        if scoresOtherwise {
            // Generates the machine code, so that the scoring threads need not.
            edition.scorer(
                capacity: edition.model.model.batchSize(atMost: monitor.configuration.batch)
            ).warmUp()
            pipeline.lonePictures.prepare(edition)
        }
        let number = pipeline.activeModel.replace(with: edition)
        pipeline.recentScores.restart(
            for: edition.calibration.calibration, from: number, isOtherModel: scoresOtherwise)
        whenServing(edition)
        pipeline.exchange.wakeAll()
        guard pipeline.activeModel.waitUntilAdopted(number, seconds: 2) else {
            throw ModelUpdateError.notAdopted
        }
        logger.notice(
            "Serving another edition.",
            metadata: [
                "edition": "\(number)",
                "model": "\(VerdictEncoder.short(edition.model.digest))",
                "calibration": "\(VerdictEncoder.short(edition.calibration.digest))",
                "precision": "\(store.precision.rawValue)",
                "revision": "\(edition.calibration.calibration.revision)",
            ])
    }
}

extension [String] {
    /// Some names, as in a sentence.
    var listed: String {
        count <= 8
            ? sorted().joined(separator: ", ")
            : sorted().prefix(8).joined(separator: ", ") + " and \(count - 8) others"
    }
}

extension LoadedPictureModel {
    /// Scores a black, a white and a grey image, none of which may come to anything but a number.
    fileprivate func requireFiniteScores(_ computation: Computation) throws(ModelUpdateError) {
        let shades: [UInt8] = [0, 128, 255]
        let size = model.imageShape.values
        let images = ImageBatch(rows: shades.count, columns: size)
        for (row, shade) in shades.enumerated() {
            images.setRow(row, bytes: [UInt8](repeating: shade, count: size).span)
        }
        let scorer = model.scorer(
            by: computation, computing: computation.possible, capacity: shades.count)
        scorer.score(images, count: shades.count)
        guard scorer.scores.allSatisfy(\.isFinite) else { throw .notFinite }
    }
}

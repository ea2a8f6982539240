import Control
import Detection
import FoundationEssentials
import Frames
public import Images
import Logging
import Platform
import ServiceConfiguration
import Synchronization
public import Tensors
import VAE

/// Changes what is in service while the daemon runs: one change at a time, from any thread.
///
/// Everything is loaded and tried before it replaces anything; whatever fails leaves the old model
/// and bounds serving.
final class ModelUpdater: Sendable {
    private let store: CalibrationStore
    private let pipeline: Pipeline
    private let monitor: Monitor
    private let logger: Logger
    /// Held during a change.
    private let change = Mutex(())

    init(
        _ store: CalibrationStore, _ pipeline: Pipeline, _ monitor: Monitor, _ logger: Logger
    ) {
        self.store = store
        self.pipeline = pipeline
        self.monitor = monitor
        self.logger = logger
    }

    /// Reads and tries what is to be served first.
    static func firstEdition(_ store: CalibrationStore) throws -> ActiveModel.Edition {
        try edition(store)
    }

    private static func edition(_ store: CalibrationStore) throws -> ActiveModel.Edition {
        let model = try LoadedModel(directory: store.model)
        try model.requireUnconditional()
        let edition = ActiveModel.Edition(
            model: model, calibration: try store.current(for: model),
            sources: try store.sources(for: model))
        try model.requireFiniteScores(edition.calibration.calibration.computation)
        return edition
    }

    /// Reads model and calibrations again and serves them; an error leaves the old ones serving.
    func reload() throws {
        try change.withLock { _ in
            do {
                let old = pipeline.activeModel.edition
                let new = try Self.edition(store)
                guard new.model.model.imageShape == old.model.model.imageShape else {
                    throw ModelUpdateError.otherSize(
                        new: new.model.model.imageShape, old: old.model.model.imageShape)
                }
                guard new.model.model.preprocessing == old.model.model.preprocessing else {
                    throw ModelUpdateError.otherPreprocessing(
                        new: new.model.model.preprocessing, old: old.model.model.preprocessing)
                }
                try serve(new, isOtherModel: new.model.digest != old.model.digest)
                monitor.noteReload(error: nil)
            } catch {
                monitor.noteReload(error: "\(error)")
                logger.error(
                    "Reload refused; what served before goes on.", metadata: ["reason": "\(error)"])
                throw error
            }
        }
    }

    /// The bounds that `score` and `k` give from the scores of the calibration in service.
    func redrawn(score: ScoreFunction?, k: Double?) throws -> Calibration {
        let current = pipeline.activeModel.edition.calibration.calibration
        return try current.deciding(
            by: current.rule.with(score: score, k: k), revision: current.revision + 1,
            created: .now)
    }

    /// A calibration from scores that were gathered live.
    func gathered(score: ScoreFunction?, k: Double?) throws -> Calibration {
        // Under the lock, so that model and scores are seen on the same side of a change.
        let (edition, collection) = change.withLock { _ in
            (pipeline.activeModel.edition, pipeline.recentScores.collection)
        }
        guard let collection, collection.isComplete else { throw ModelUpdateError.notGathered }
        let current = edition.calibration.calibration
        let place = collection.source.map { " of \($0)" } ?? ""
        return try Calibration(
            scores: collection.scores, rule: current.rule.with(score: score, k: k),
            model: edition.model.digest,
            data: .init(
                name: "\(collection.wanted) live frames\(place)", sha256: "sha256:none"),
            created: .now, revision: current.revision + 1, computation: current.computation)
    }

    /// Puts a calibration into service and on the disk; with `source`, for that source alone.
    func apply(_ calibration: Calibration, source: String?) throws {
        try change.withLock { _ in
            let old = pipeline.activeModel.edition
            guard calibration.computation == old.calibration.calibration.computation else {
                throw ModelUpdateError.otherPrecision(
                    new: calibration.computation.precision, old: store.precision)
            }
            let bytes = try calibration.encoded()
            let loaded = try LoadedCalibration(bytes: bytes, model: old.model)
            try store.save(
                calibration, replacing: source == nil ? old.calibration : nil, source: source)
            var sources = old.sources
            if let source { sources[source] = loaded }
            try serve(
                ActiveModel.Edition(
                    model: old.model, calibration: source == nil ? loaded : old.calibration,
                    sources: sources), isOtherModel: false)
        }
    }

    /// Goes back to the calibration before the one in service, under a new revision.
    func previous() throws -> Calibration {
        let edition = pipeline.activeModel.edition
        let current = edition.calibration.calibration
        var calibration = try store.previous(
            to: current.revision, for: edition.model
        ).calibration
        calibration.created = .now
        return calibration
    }

    /// What another calibration would change.
    func effect(of calibration: Calibration, source: String?) -> CalibrationEffect {
        let edition = pipeline.activeModel.edition
        let old = source.flatMap { edition.sources[$0] } ?? edition.calibration
        let recent = pipeline.recentScores.recent.filter { observation in
            source == nil
                ? edition.sources[observation.source.name] == nil
                : observation.source.name == source
        }
        let (before, after) = (Judge(old.calibration), Judge(calibration))
        let decisions = recent.map {
            (before: before.decide($0.scores).isAnomaly, after: after.decide($0.scores).isAnomaly)
        }
        return CalibrationEffect(
            old: .init(old.calibration), new: .init(calibration), recent: recent.count,
            changed: decisions.count { $0.before != $0.after },
            anomalousBefore: decisions.count { $0.before },
            anomalousAfter: decisions.count { $0.after })
    }

    private func serve(_ edition: ActiveModel.Edition, isOtherModel: Bool) throws {
        if isOtherModel {
            // Generates the machine code, so that the scoring threads need not.
            edition.engine(capacity: monitor.configuration.batch).warmUp()
        }
        let number = pipeline.activeModel.replace(with: edition)
        pipeline.recentScores.restart(
            for: edition.calibration.calibration, from: number, isOtherModel: isOtherModel)
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

/// Why a change was refused.
public enum ModelUpdateError: Error, Sendable, CustomStringConvertible {
    /// A model for other images.
    case otherSize(new: ImageShape, old: ImageShape)
    /// A model that preprocesses otherwise, while frames made for the old one wait.
    case otherPreprocessing(new: Preprocessing, old: Preprocessing)
    /// A calibration of scores that are computed otherwise.
    case otherPrecision(new: Precision, old: Precision)
    /// The model computes something that is no number.
    case notFinite
    /// A scoring thread did not take the change up in time.
    case notAdopted
    /// Scores that are not all there yet.
    case notGathered

    /// One sentence an operator can act on.
    public var description: String {
        switch self {
        case .otherSize(let new, let old):
            "the model takes images of \(new) and the daemon serves \(old); restart it for a model "
                + "of another size"
        case .otherPreprocessing(let new, let old) where new.description == old.description:
            "the model's pictures are decoded by rules \(new.decoding.rawValue) and the daemon serves "
                + "\(old.decoding.rawValue); restart it for other rules"
        case .otherPreprocessing(let new, let old):
            "the model's preprocessing is \"\(new)\" and the daemon serves \"\(old)\"; restart it for "
                + "another preprocessing"
        case .otherPrecision(let new, let old):
            "the calibration is one of \(new.rawValue) scores and the daemon computes \(old.rawValue), "
                + "with the ranges that belong to it"
        case .notFinite: "the model's scores are not numbers; train it again"
        case .notAdopted:
            "a scoring thread did not take the change up within two seconds; look at its load"
        case .notGathered: "the scores are not all gathered yet; ask again later"
        }
    }
}

extension LoadedModel {
    /// Scores a black, a white and a grey image, none of which may come to anything but a number.
    fileprivate func requireFiniteScores(_ computation: Computation) throws(ModelUpdateError) {
        let pixels = model.imageShape.pixels
        let images = [0, 128, 255].flatMap { [UInt8](repeating: $0, count: pixels) }
        let engine = ScoringEngine(model.weights, by: computation, capacity: 3)
        let scores = engine.scores(ofImages: images, count: 3)
        guard scores.allSatisfy(\.isFinite) else { throw .notFinite }
    }
}

import Control
import Detection
import Files
import FoundationEssentials
import Frames
import Inspection
import Logging
import Platform
import VAE

// Changes of bounds.
extension ModelUpdater {
    /// Where new bounds come from.
    enum Proposal: Sendable {
        /// From the scores of the calibration in service.
        case redrawn(ControlRequest.Rule)
        /// From scores that were gathered live, by the holder of this ticket.
        case gathered(ControlRequest.Rule, ticket: String?)
        /// From elsewhere.
        case given(Calibration)
        /// What was in force before.
        case before
        /// The common ones, for a source that had its own.
        case common
    }

    /// New bounds as they would serve, and what is to be said about them.
    private struct Draft {
        /// Nil where a source is to go by the common ones.
        var calibration: LoadedCalibration?
        var bytes: [UInt8] = []
        /// Whether it was in force before, and is to be again as it was.
        var isRestored = false
        var remarks: [String] = []
    }

    /// Draws new bounds and puts them into service and on the disk, unless this is only a look; says what
    /// they change.
    func change(
        to proposal: Proposal, _ scope: ControlRequest.Scope
    ) throws -> CalibrationEffect {
        try changing {
            let edition = pipeline.activeModel.edition
            let own = store.own(for: edition.model)
            let old = scope.source.flatMap { edition.sources[$0] } ?? edition.calibration
            var draft = try draft(proposal, scope, edition, own)
            let new = draft.calibration ?? edition.calibration
            if proposal.isByRule, scope.source == nil, !edition.sources.isEmpty {
                let names = Array(edition.sources.keys)
                draft.remarks.append(
                    "\(names.listed): bounds of their own, which stay as they are; --source changes "
                        + "them, elbo threshold remove --source takes them away.")
            }
            var effect = effect(of: new.calibration, from: old.calibration, scope.source, edition)
            if !scope.isDryRun {
                if let own, own.digest != edition.calibration.digest, isUnseen(own, edition) {
                    draft.remarks.append(
                        "The model directory holds \(own.calibration.title), which was never taken up "
                            + "and is older from now on: for its bounds run elbo calibrate again, "
                            + "then elbo reload.")
                }
                try apply(draft, scope.source, edition, seen: own?.digest.description)
                let whose = scope.source ?? "all sources without bounds of their own"
                logger.notice("Bounds changed for \(whose): now \(new.calibration.title).")
                for remark in draft.remarks { logger.notice("\(remark)") }
            }
            effect.remarks = draft.remarks.isEmpty ? nil : draft.remarks
            return effect
        }
    }

    private func isUnseen(_ own: LoadedCalibration, _ edition: ActiveModel.Edition) -> Bool {
        CalibrationOrder.isNewer(own, than: edition.calibration, store.ledger) { _ in false }
    }

    private func apply(
        _ draft: Draft, _ source: String?, _ edition: ActiveModel.Edition, seen: String?
    ) throws {
        var (common, sources) = (edition.calibration, edition.sources)
        switch (draft.calibration, source) {
        case (let calibration?, let source?):
            if draft.isRestored {
                try store.restore(calibration, source: source, seen: nil)
            } else {
                try store.put(
                    calibration, draft.bytes, replacing: sources[source], source: source, seen: nil)
            }
            try store.noteCommon(common)
            sources[source] = calibration
        case (let calibration?, nil):
            if draft.isRestored {
                try store.restore(calibration, source: nil, seen: seen)
            } else {
                try store.put(
                    calibration, draft.bytes, replacing: common, source: nil, seen: seen)
            }
            common = calibration
        case (nil, let source?):
            try store.remove(source: source)
            sources[source] = nil
        case (nil, nil): return
        }
        try serve(
            ActiveModel.Edition(model: edition.model, calibration: common, sources: sources))
    }

    private func draft(
        _ proposal: Proposal, _ scope: ControlRequest.Scope, _ edition: ActiveModel.Edition,
        _ own: LoadedCalibration?
    ) throws -> Draft {
        let old = scope.source.flatMap { edition.sources[$0] } ?? edition.calibration
        let lineage = { (how: String) in
            Lineage(
                how,
                after: scope.source == nil
                    ? old.calibration.revision
                    : edition.sources[scope.source ?? ""]?.calibration.revision,
                source: scope.source, beside: own?.digest.description)
        }
        let known =
            [edition.calibration.calibration.revision, own?.calibration.revision ?? 0]
            + edition.sources.values.map(\.calibration.revision)
        switch proposal {
        case .redrawn(let rule):
            let calibration = try old.calibration.deciding(
                by: old.calibration.rule.changed(by: rule),
                revision: store.nextRevision(after: known), created: .now,
                lineage: lineage("threshold set"))
            return try finished(calibration, edition)
        case .gathered(let rule, let ticket):
            return try drafted(
                from: try pipeline.recentScores.gathered(ticket), rule, scope, edition, old,
                revision: store.nextRevision(after: known), lineage("recalibrate --live"))
        case .given(var calibration):
            guard calibration.computation == edition.calibration.calibration.computation else {
                throw ModelUpdateError.otherPrecision(
                    new: calibration.computation.precision, old: store.precision)
            }
            calibration.revision = store.nextRevision(after: known)
            calibration.lineage = lineage("recalibrate --images")
            var draft = try finished(calibration, edition)
            draft.remarks = SampleScreening.doubts(about: calibration.sample).map { "Note: \($0)." }
            return draft
        case .before: return try restored(old, scope.source, edition)
        case .common:
            guard let source = scope.source, edition.sources[source] != nil else {
                throw ModelUpdateError.noOwnBounds(scope.source ?? "nobody")
            }
            return Draft(remarks: [
                "\(source) goes by the common bounds from now on, \(edition.calibration.calibration.title)."
            ])
        }
    }

    private func finished(
        _ calibration: Calibration, _ edition: ActiveModel.Edition
    ) throws -> Draft {
        let (loaded, bytes) = try LoadedCalibration.writing(calibration, for: edition.model)
        return Draft(calibration: loaded, bytes: bytes)
    }

    /// Bounds from gathered scores, without those that are far from the others.
    private func drafted(
        from gathering: Gathering, _ rule: ControlRequest.Rule, _ scope: ControlRequest.Scope,
        _ edition: ActiveModel.Edition, _ old: LoadedCalibration, revision: Int, _ lineage: Lineage
    ) throws -> Draft {
        let newRule = try old.calibration.rule.changed(by: rule)
        let screening = SampleScreening(gathering.scores, decidingBy: newRule.score)
        if !screening.doubts.isEmpty, !scope.isForced, !scope.isDryRun {
            throw ModelUpdateError.doubtful(screening.doubts)
        }
        // Whoever insists gets μ ± kσ of all that came.
        let isPlain = scope.isForced || screening.kept.count < 2
        let place = gathering.source.map { " of \($0)" } ?? ""
        let left = isPlain ? 0 : screening.strange
        let name =
            "\(gathering.wanted) live frames\(place)"
            + (left > 0 ? " without \(left) that score far from the others" : "")
        let calibration = try Calibration(
            scores: isPlain ? gathering.scores : ScoreTable(screening.kept), rule: newRule,
            model: edition.model.digest, data: .init(name: name, sha256: "sha256:none"),
            created: .now, revision: revision, lineage: lineage,
            computation: edition.calibration.calibration.computation)
        var draft = try finished(calibration, edition)
        if left > 0 {
            draft.remarks.append(
                "\(left) of \(gathering.wanted) frames score far from the others and were left out; "
                    + "--force takes them for normal as well.")
        }
        let prefix = scope.isForced ? "Forced" : "Without --force this is refused"
        draft.remarks += screening.doubts.map { "\(prefix): \($0)." }
        return draft
    }

    /// What was in force before `current`, under the number that it had.
    private func restored(
        _ current: LoadedCalibration, _ source: String?, _ edition: ActiveModel.Edition
    ) throws -> Draft {
        if let source, edition.sources[source] == nil {
            throw ModelUpdateError.noOwnBounds(source)
        }
        guard
            let before = try store.predecessor(of: current, source: source, for: edition.model)
        else {
            return Draft(remarks: [
                "\(source ?? "") had the common bounds before, and goes by them again: "
                    + "\(edition.calibration.calibration.title)."
            ])
        }
        return Draft(
            calibration: before, isRestored: true,
            remarks: [
                "Goes back from \(current.calibration.title), to \(before.calibration.title)."
            ])
    }

    /// What another calibration would change.
    private func effect(
        of new: Calibration, from old: Calibration, _ source: String?,
        _ edition: ActiveModel.Edition
    ) -> CalibrationEffect {
        let recent = pipeline.recentScores.recent.filter { observation in
            source == nil
                ? edition.sources[observation.source.name] == nil
                : observation.source.name == source
        }
        // Of a score that was not asked for so far nothing is known.
        .filter { $0.scores.computed.isSuperset(of: old.needed.union(new.needed)) }
        let (before, after) = (Judge(old), Judge(new))
        let decisions = recent.map {
            (before: before.decide($0.scores).isAnomaly, after: after.decide($0.scores).isAnomaly)
        }
        return CalibrationEffect(
            old: .init(old), new: .init(new), recent: recent.count,
            changed: decisions.count { $0.before != $0.after },
            anomalousBefore: decisions.count { $0.before },
            anomalousAfter: decisions.count { $0.after })
    }
}

extension ModelUpdater.Proposal {
    /// Whether it is about how to judge, which an operator may take to be about all sources.
    fileprivate var isByRule: Bool {
        switch self {
        case .redrawn, .before: true
        case .gathered, .given, .common: false
        }
    }
}

import Build
import Control
import Detection
import FoundationEssentials
import Frames
import Inspection
import Platform
import ServiceConfiguration
import VAE

extension Monitor {
    /// Sources with metrics of their own; those seen later share the label `other`.
    static let sourceLimit = 1000

    /// The contents of `/metrics`.
    func metrics() -> String {
        var text = Exposition()
        let (snapshot, stale) = look()
        addService(to: &text)
        addFrames(of: snapshot, to: &text)
        addSources(of: snapshot, stale, to: &text)
        addAudit(to: &text)
        let histograms = histograms
        addPeers(to: &text)
        text.add(
            histograms.score, "elbod_reconstruction_error",
            "The deciding score; buckets are quantiles of the calibration and its bounds.")
        text.add(
            histograms.scoring, "elbod_score_duration_seconds",
            "Time from taking a batch to having its scores.")
        text.add(
            histograms.latency, "elbod_end_to_end_latency_seconds",
            "Time from taking a frame from its socket to having its score.")
        ProcessMetrics(started: started).add(to: &text)
        return text.text
    }

    private func addPeers(to text: inout Exposition) {
        text.begin(
            "elbod_peers_refused_total", .counter, "Connections that ZeroMQ has ended, by reason.")
        let counts = refusedPeers
        for refusal in ConnectionLog.Refusal.allCases {
            text.sample(counts[refusal] ?? 0, [("reason", refusal.rawValue)])
        }
    }

    private func addService(to text: inout Exposition) {
        let edition = edition
        let (calibration, reloads) = (edition.calibration.calibration, reloads)
        text.begin("elbod_build_info", .gauge, "The program's version, commit and libraries.")
        text.sample(
            1,
            [
                ("version", Build.version), ("commit", Build.commit),
                ("onednn", Build.oneDNN), ("libzmq", Build.libzmq),
            ])
        text.begin("elbod_pipeline_info", .gauge, "The pipeline that frames go through.")
        text.sample(1, [("pipeline", pipeline)])
        text.begin("elbod_calibration_info", .gauge, "The model and the calibration in service.")
        text.sample(
            1,
            [
                ("model", VerdictEncoder.short(edition.model.digest)),
                ("calibration", VerdictEncoder.short(edition.calibration.digest)),
                ("score", calibration.rule.score.rawValue),
            ])
        text.single(
            "elbod_calibration_timestamp_seconds", .gauge, "When the calibration was made.",
            Double(calibration.created.nanoseconds) / 1e9)
        text.single(
            "elbod_calibration_revision", .gauge, "The calibration's revision.",
            Double(calibration.revision))
        text.begin("elbod_threshold", .gauge, "Bounds of the deciding score.")
        let bounds = calibration.bounds
        if let lower = bounds.lowerIfAny { text.sample(lower, [("bound", "lower")]) }
        if let upper = bounds.upperIfAny { text.sample(upper, [("bound", "upper")]) }
        text.single(
            "elbod_ready", .gauge, "Whether frames are taken in.", whyNotReady == nil ? 1 : 0)
        text.begin("elbod_reloads_total", .counter, "Reloads of model and calibration.")
        text.sample(reloads.done, [("result", "ok")])
        text.sample(reloads.refused, [("result", "refused")])
        text.single(
            "elbod_last_reload_successful", .gauge, "Whether the last reload was carried out.",
            reloads.error == nil ? 1 : 0)
        text.single(
            "elbod_published_total", .counter, "Verdicts and errors published.",
            Double(publications))
    }

    private func addAudit(to text: inout Exposition) {
        if configuration.thin > 0 {
            let report = auditReport
            text.single(
                "elbod_calibration_valid", .gauge,
                "Whether nothing speaks against frames being like the calibration's images.",
                report.isValid ? 1 : 0)
            text.single(
                "elbod_frames_audited", .gauge, "Frames audited with the calibration in force.",
                Double(report.frames))
        }
        guard configuration.event != nil else { return }
        let (count, open) = events
        text.single("elbod_events_total", .counter, "Events of anomalous frames.", Double(count))
        text.single("elbod_events_open", .gauge, "Events that last.", Double(open.count))
    }

    private func addFrames(of snapshot: FrameExchange.Snapshot, to text: inout Exposition) {
        text.single(
            "elbod_frames_in_flight", .gauge, "Frames waiting or being scored.",
            Double(snapshot.total.inFlight))
        text.single(
            "elbod_queue_depth", .gauge, "Frames waiting to be scored.", Double(snapshot.waiting))
        text.single(
            "elbod_queue_capacity", .gauge, "Frames that can wait.", Double(snapshot.limits.images))
        text.single(
            "elbod_control_messages_total", .counter, "Messages that are no images and need none.",
            Double(snapshot.totals.control))
        text.single(
            "elbod_trailing_parts_total", .counter, "Message parts after the pixels, ignored.",
            Double(snapshot.totals.trailingParts))
        text.single(
            "elbod_errors_withheld_total", .counter,
            "Error messages not published because too many came at once.",
            Double(snapshot.totals.errorsWithheld))
        text.single(
            "elbod_replies_dropped_total", .counter,
            "Replies dropped because their senders do not read.",
            Double(snapshot.totals.repliesDropped))
        text.single(
            "elbod_sources", .gauge, "Sources seen.", Double(snapshot.sources.count))
    }

    private func addSources(
        of snapshot: FrameExchange.Snapshot, _ stale: [Bool], to text: inout Exposition
    ) {
        var rows = snapshot.sources.prefix(Self.sourceLimit).map { ($0.source.name, $0.ledger) }
        let rest = snapshot.sources.dropFirst(Self.sourceLimit)
        // Somebody may be called so, and no series may be there twice.
        func addOther(_ ledger: FrameLedger) {
            if let place = rows.firstIndex(where: { $0.0 == "other" }) {
                rows[place].1.add(ledger)
            } else {
                rows.append(("other", ledger))
            }
        }
        if !rest.isEmpty { addOther(rest.reduce(into: FrameLedger()) { $0.add($1.ledger) }) }
        // Nobody who is forgotten is heard of again, but sums over all series must not fall.
        let heard = rows
        if snapshot.forgotten.received > 0 { addOther(snapshot.forgotten) }
        func family(
            _ name: String, _ kind: Exposition.Kind, _ help: String,
            of rows: [(String, FrameLedger)], _ value: (FrameLedger) -> Double
        ) {
            text.begin(name, kind, help)
            for (source, ledger) in rows { text.sample(value(ledger), [("source", source)]) }
        }
        family("elbod_frames_received_total", .counter, "Images taken in.", of: rows) {
            Double($0.received)
        }
        text.begin("elbod_frames_scored_total", .counter, "Images judged.")
        for (source, ledger) in rows {
            text.sample(ledger.normal, [("source", source), ("verdict", "normal")])
            text.sample(ledger.anomalous, [("source", source), ("verdict", "anomaly")])
        }
        text.begin(
            "elbod_frame_faults_total", .counter,
            "Images with a fault as pictures, among those judged anomalous.")
        for (source, ledger) in rows {
            for fault in FrameFault.allCases {
                guard let count = ledger.faults[fault] else { continue }
                text.sample(count, [("source", source), ("fault", fault.rawValue)])
            }
        }
        text.begin("elbod_frames_rejected_total", .counter, "Images that could not be scored.")
        for (source, ledger) in rows {
            for (reason, count) in ledger.rejectionsByName.sorted(by: { $0.key < $1.key }) {
                text.sample(count, [("source", source), ("reason", reason)])
            }
        }
        text.begin("elbod_frames_dropped_total", .counter, "Images that gave way to newer ones.")
        for (source, ledger) in rows {
            text.sample(ledger.dropped, [("source", source), ("stage", "queue")])
        }
        family("elbod_frames_missed_total", .counter, "Holes in the sender's numbering.", of: rows)
        {
            Double($0.sequenceTracker.missed)
        }
        family(
            "elbod_frames_duplicated_total", .counter, "Frames received more than once.", of: rows
        ) {
            Double($0.sequenceTracker.duplicates)
        }
        family("elbod_frames_reordered_total", .counter, "Numbers that came late.", of: rows) {
            Double($0.sequenceTracker.reordered)
        }
        family("elbod_source_restarts_total", .counter, "Times a sender restarted.", of: rows) {
            Double($0.sequenceTracker.restarts)
        }
        family(
            "elbod_source_last_frame_timestamp_seconds", .gauge, "When its last message came.",
            of: heard
        ) { Double($0.lastReceived.nanoseconds) / 1e9 }
        text.begin(
            "elbod_source_stale", .gauge, "Whether that is longer ago than stale_after.")
        for (row, isStale) in zip(rows, stale.prefix(Self.sourceLimit)) {
            text.sample(isStale ? 1 : 0, [("source", row.0)])
        }
        let others = stale.dropFirst(Self.sourceLimit)
        // As stale as the freshest of them.
        if !others.isEmpty { text.sample(others.contains(false) ? 0 : 1, [("source", "other")]) }
    }
}

extension Exposition {
    fileprivate mutating func add(_ histogram: Histograms.Histogram, _ name: String, _ help: String)
    {
        self.histogram(
            name, help, bounds: histogram.bounds, counts: histogram.counts, sum: histogram.sum)
    }
}

public import Frames
import Platform
public import VAE

/// What a decider looks for beside single frames.
public struct DecidingPlan: Sendable, Equatable {
    /// A frame equal to so many before it is frozen; 0 looks for none.
    public var frozenAfter: Int
    /// Every so-many-th frame of a source is audited; 0 audits none.
    public var auditEvery: Int
    /// When anomalies make an event; nil makes none.
    public var event: EventRule?
    /// Which windows are looked at as a whole; nil for none.
    public var window: DiscoveryRule?

    /// Frozen frames after 10, an audit of every frame, and nothing else.
    public init(
        frozenAfter: Int = 10, auditEvery: Int = 1, event: EventRule? = nil,
        window: DiscoveryRule? = nil
    ) {
        (self.frozenAfter, self.auditEvery) = (frozenAfter, auditEvery)
        (self.event, self.window) = (event, window)
    }
}

/// Makes verdicts of scores, in the order of each source and of publication, and numbers them.
///
/// Several threads score batches at once; this is where order returns, so what depends on the frames
/// before (a frozen picture, an event, the audit of the calibration) has its place here, in the state of a source. Uses
/// the same memory again and again; one thread at a time, batches in the order in which they were
/// taken.
public struct Decider: Sendable {
    /// By the places of the sources.
    private var sources: [SourceState] = []
    /// The number of the last verdict or error.
    private var publications: UInt64 = 0
    /// The number of the last event.
    public private(set) var events: UInt64 = 0
    /// What was said beside verdicts since somebody took it.
    private var announcements: [Announcement] = []
    /// Of all sources that go by the common calibration, frame by frame as they come.
    private var audit: (edition: EditionNumber, audit: ExceedanceAudit)?

    private let isPublishing: Bool
    private let plan: DecidingPlan

    /// A decider that has said nothing yet; its verdicts have the number 0 if nobody publishes them.
    public init(isPublishing: Bool = true, plan: DecidingPlan = DecidingPlan()) {
        (self.isPublishing, self.plan) = (isPublishing, plan)
    }

    /// The next `count` numbers of publication, of which the first is returned: those of errors, which
    /// need no decision.
    public mutating func reserve(_ count: Int) -> UInt64 {
        guard isPublishing else { return 0 }
        defer { publications += UInt64(count) }
        return publications + 1
    }

    /// Appends the verdict on each frame of `batch`, in the order of its rows, to `verdicts`.
    ///
    /// `scores` holds those of each row, by a model of the edition of this number and rulebook.
    public mutating func decide(
        _ batch: borrowing Batch, scores: [Scores], edition: EditionNumber, by rulebook: Rulebook,
        at times: Verdict.Times, into verdicts: inout [Verdict]
    ) {
        if plan.auditEvery > 0, audit?.edition != edition {
            audit = (edition, ExceedanceAudit(rulebook.auditPlan(at: .common)))
        }
        for row in 0..<batch.count {
            let frame = batch.frame(row)
            let place = enter(batch.source(row), at: frame.source.value, edition, rulebook)
            let calibration = sources[place].calibration
            var decision: Decision?
            if scores[row].isFinite {
                let judge = rulebook.judge(at: calibration)
                decision = decide(frame, scores[row], at: place, by: judge)
            }
            verdicts.append(
                Verdict(
                    frame: frame, row: row, scores: scores[row], decision: decision,
                    event: sources[place].events.event?.number,
                    version: Verdict.Version(edition: edition, calibration: calibration),
                    times: times, publication: reserve(1)))
        }
    }

    /// The state of the source at this place, which is new if another one had it, or another edition has begun.
    private mutating func enter(
        _ sender: Source, at place: Int, _ edition: EditionNumber, _ rulebook: Rulebook
    ) -> Int {
        while sources.count <= place { sources.append(SourceState()) }
        if sources[place].source !== sender {
            announceEnd(at: place)
            sources[place] = SourceState()
            sources[place].source = sender
        }
        if sources[place].edition != edition {
            let calibration = rulebook.calibration(for: sender.name)
            (sources[place].edition, sources[place].calibration) = (edition, calibration)
            sources[place].audit =
                plan.auditEvery > 0
                ? ExceedanceAudit(rulebook.auditPlan(at: calibration)) : nil
            sources[place].window = DiscoveryWindow()
        }
        return place
    }

    private mutating func decide(
        _ frame: Frame, _ scores: Scores, at place: Int, by judge: Judge
    ) -> Decision {
        var decision = judge.decide(scores)
        if plan.frozenAfter > 0, judge.findsFrozen {
            let run = sources[place].stillness.note(scores)
            if run >= plan.frozenAfter, decision.fault == nil { decision.fault = .frozen }
        }
        if plan.auditEvery > 0 { audit(scores[judge.score], at: place) }
        if let rule = plan.event {
            let number = events + 1
            let change = sources[place].events.note(frame, decision, by: rule, number: number)
            if let change {
                if change.isOpen { events += 1 }
                announce(.event(change), at: place)
            }
        }
        if let rule = plan.window, let p = decision.p,
            let report = sources[place].window.note(p, sequence: frame.sequence, by: rule)
        {
            announce(.window(report, rule), at: place)
        }
        return decision
    }

    private mutating func audit(_ score: Float, at place: Int) {
        sources[place].frames += 1
        guard sources[place].frames % plan.auditEvery == 0 else { return }
        sources[place].audit?.note(score)
        if sources[place].calibration == .common { audit?.audit.note(score) }
    }

    private mutating func announce(_ contents: Announcement.Contents, at place: Int) {
        guard let source = sources[place].source else { return }
        announcements.append(Announcement(source: source, contents: contents))
    }

    private mutating func announceEnd(at place: Int) {
        if let event = sources[place].events.close() { announce(.event(event), at: place) }
    }

    /// Ends all events, for the service stops.
    public mutating func closeEvents() { for place in sources.indices { announceEnd(at: place) } }

    /// Moves what there is to say beside verdicts to the end of `others`.
    public mutating func moveAnnouncements(to others: inout [Announcement]) {
        guard !announcements.isEmpty else { return }
        others += announcements
        announcements.removeAll(keepingCapacity: true)
    }

    /// Whether the calibrations of this edition still fit what comes, as far as it was audited.
    public func auditReport(of edition: EditionNumber) -> AuditReport {
        let common = audit?.edition == edition ? audit?.audit : nil
        return AuditReport(
            frames: common?.frames ?? 0, alarm: common?.alarm,
            sources: sources.compactMap { state in
                guard state.edition == edition, let source = state.source,
                    let audit = state.audit
                else { return nil }
                return (source.name, audit.frames, audit.alarm)
            })
    }

    /// Events that last, by their sources.
    public var openEvents: [(source: Source, event: FrameEvent)] {
        sources.compactMap { state in
            guard let source = state.source, let event = state.events.event else { return nil }
            return (source, event)
        }
    }
}

/// What is known of one source between its frames.
private struct SourceState {
    /// The edition that `calibration` is a place in.
    var edition = EditionNumber.none
    /// Which calibration decides, looked up by the source's name once an edition.
    var calibration = CalibrationIndex.common
    /// Whose state this is: a forgotten source's place is another one's.
    var source: Source?
    var stillness = Stillness()
    var events = EventTracker()
    var window = DiscoveryWindow()
    /// Frames by this edition.
    var frames = 0
    var audit: ExceedanceAudit?
}

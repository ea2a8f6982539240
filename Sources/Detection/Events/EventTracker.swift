public import Frames
public import Platform

/// A time during which anomalies of one source were more than chance.
public struct FrameEvent: Sendable, Equatable {
    /// Events of one run are counted from 1.
    public let number: UInt64
    /// The source's number of the frame that opened it, and when that came.
    public let firstSequence: UInt64
    /// See `firstSequence`.
    public let opened: UnixTime
    /// Those of the last frame that belongs to it.
    public fileprivate(set) var lastSequence: UInt64
    /// See `lastSequence`.
    public fileprivate(set) var lastTime: UnixTime
    /// Frames so far, from the first of the window that opened it.
    public fileprivate(set) var frames: Int
    /// Those of them that are anomalous.
    public fileprivate(set) var anomalies: Int
    /// What is wrong with them as pictures.
    public fileprivate(set) var faults: FaultSet
    /// Whether it lasts.
    public fileprivate(set) var isOpen = true
}

/// The last frames of a source, and whether they make an event.
///
/// One opens with the k-th anomaly among the last m frames, and closes as soon as fewer than half as many are among them:
/// what comes and goes in between is one event.
public struct EventWindow: Sendable {
    /// A bit for each of the last frames, the latest first.
    private var history: UInt64 = 0
    /// Frames seen, up to the length of the window.
    private(set) var seen = 0
    /// Those of the last m that are anomalous.
    private(set) var count = 0
    private var isOpen = false

    /// What a frame does to an event.
    public enum Change: Sendable { case opens, lasts, closes, none }

    /// One that has seen nothing.
    public init() {}

    /// Takes note of the next frame.
    public mutating func note(_ isAnomaly: Bool, by rule: EventRule) -> Change {
        history = history << 1 | (isAnomaly ? 1 : 0)
        seen = min(seen + 1, rule.window)
        let mask = UInt64.max >> UInt64(64 - rule.window)
        count = (history & mask).nonzeroBitCount
        guard isOpen else {
            isOpen = count >= rule.count
            return isOpen ? .opens : .none
        }
        isOpen = 2 * count >= rule.count
        return isOpen ? .lasts : .closes
    }
}

/// Follows the verdicts on one source's frames, in their order, and says when an event opens and closes.
public struct EventTracker: Sendable {
    private var window = EventWindow()
    /// The event that lasts; nil if none does.
    public private(set) var event: FrameEvent?

    /// One that has seen nothing.
    public init() {}

    /// Takes note of the verdict on the source's next frame; an event that has just opened or closed, if one has.
    ///
    /// `number` is for one that opens.
    public mutating func note(
        _ frame: Frame, _ decision: Decision, by rule: EventRule, number: UInt64
    ) -> FrameEvent? {
        switch window.note(decision.isAnomaly, by: rule) {
        case .none: return nil
        case .opens:
            event = FrameEvent(
                number: number, firstSequence: frame.sequence, opened: frame.received,
                lastSequence: frame.sequence, lastTime: frame.received, frames: window.seen,
                anomalies: window.count, faults: FaultSet(decision.fault.map { [$0] } ?? []))
            return event
        case .lasts:
            add(frame, decision)
            return nil
        case .closes:
            add(frame, decision)
            return end()
        }
    }

    private mutating func add(_ frame: Frame, _ decision: Decision) {
        event?.lastSequence = frame.sequence
        event?.lastTime = frame.received
        event?.frames += 1
        if decision.isAnomaly { event?.anomalies += 1 }
        if let fault = decision.fault { event?.faults.formUnion(FaultSet([fault])) }
    }

    private mutating func end() -> FrameEvent? {
        defer { event = nil }
        event?.isOpen = false
        return event
    }

    /// Ends the event that lasts, for its source is gone or the service stops; nil if none does.
    public mutating func close() -> FrameEvent? {
        window = EventWindow()
        return end()
    }
}

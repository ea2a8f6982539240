public import Platform

/// What became of the frames of one source, or of all: `received = scored + rejected + dropped + in
/// flight`, exactly, whenever one looks.
public struct FrameLedger: Sendable, Equatable {
    /// Images taken from sockets; a message without a readable header counts as one.
    public var received = 0
    /// Images judged normal.
    public var normal = 0
    /// Images judged anomalous.
    public var anomalous = 0
    /// Those of them with a fault as pictures, by fault.
    public var faults: [FrameFault: Int] = [:]
    /// Images that could not be scored, by reason.
    public var rejections: [Rejection: Int] = [:]
    /// Images that gave way to newer ones while waiting.
    public var dropped = 0
    /// Images waiting to be scored.
    public var waiting = 0
    /// Images being scored.
    public var scoring = 0
    /// What the sender's own numbers tell.
    public var sequenceTracker = SequenceTracker()
    /// When its last message arrived.
    public var lastReceived = UnixTime(nanoseconds: 0)
    /// Dropped images that no verdict has reported yet.
    var unreported: UInt64 = 0

    /// Nothing has happened.
    public init() {}

    /// Images judged.
    public var scored: Int { normal + anomalous }
    /// Images rejected for any reason.
    public var rejected: Int { rejections.values.reduce(0, +) }
    /// Images whose fate is open.
    public var inFlight: Int { waiting + scoring }
    /// Whether every image is accounted for.
    public var isBalanced: Bool { received == scored + rejected + dropped + inFlight }

    /// Adds what became of other frames.
    public mutating func add(_ other: FrameLedger) {
        received += other.received
        normal += other.normal
        anomalous += other.anomalous
        faults.merge(other.faults) { $0 + $1 }
        rejections.merge(other.rejections) { $0 + $1 }
        dropped += other.dropped
        waiting += other.waiting
        scoring += other.scoring
        sequenceTracker.add(other.sequenceTracker)
        lastReceived = max(lastReceived, other.lastReceived)
    }

    /// The sum in words.
    ///
    /// As in `received 10 = scored 8 (7 normal, 1 anomalous) + rejected 1 (bad_shape 1) + dropped 1`.
    public var summary: String {
        var text = "received \(received) = scored \(scored) (\(normal) normal, \(anomalous) "
        text += "anomalous) + rejected \(rejected)"
        let reasons = rejections.sorted { $0.key.rawValue < $1.key.rawValue }
            .map { "\($0.key.rawValue) \($0.value)" }
        if !reasons.isEmpty { text += " (\(reasons.joined(separator: ", ")))" }
        text += " + dropped \(dropped)"
        if inFlight != 0 { text += " + in flight \(inFlight)" }
        return text
    }
}

public import Detection
import Synchronization

/// Counts what became of every frame: received = scored + rejected + dropped + in flight.
///
/// One per daemon, written by the receiving and the scoring thread with relaxed atomics and read by
/// anyone; after the daemon has stopped nothing is in flight and the sum is exact.
public final class Accounting: Sendable {
    /// Images taken from sockets; a message without a readable header counts as one.
    public let received = Counter()
    /// Images judged normal.
    public let normal = Counter()
    /// Images judged anomalous.
    public let anomalous = Counter()
    /// Images that gave way to newer ones while waiting to be scored.
    public let droppedFromQueue = Counter()
    /// Control messages such as {"done": true}; not images.
    public let control = Counter()
    /// Parts behind the pixels, which nobody asked for; ignored.
    public let trailingParts = Counter()
    /// Error verdicts that were not published because too many came at once.
    public let errorsWithheld = Counter()
    /// Verdicts and errors handed to the publishing socket.
    public let published = Counter()
    private let rejections: [Counter] = Rejection.allCases.map { _ in Counter() }

    /// All zero.
    public init() {}

    /// A number that only grows.
    public final class Counter: Sendable {
        private let value = Atomic<Int>(0)

        /// Its current value.
        public var count: Int { value.load(ordering: .relaxed) }

        func add(_ amount: Int = 1) { value.wrappingAdd(amount, ordering: .relaxed) }
    }

    /// Images rejected for one reason.
    public func rejected(_ reason: Rejection) -> Int { counter(reason).count }

    func countRejection(_ reason: Rejection) { counter(reason).add() }

    private func counter(_ reason: Rejection) -> Counter {
        rejections[Rejection.allCases.firstIndex(of: reason) ?? 0]
    }

    /// Images judged.
    public var scored: Int { normal.count + anomalous.count }
    /// Images rejected for any reason.
    public var rejected: Int { rejections.reduce(0) { $0 + $1.count } }
    /// Images dropped anywhere.
    public var dropped: Int { droppedFromQueue.count }

    /// The sum in words.
    ///
    /// As in `received 10 = scored 8 (7 normal, 1 anomalous) + rejected 1 (bad_shape 1) + dropped 1`.
    public var summary: String {
        let reasons = Rejection.allCases.filter { rejected($0) > 0 }
            .map { "\($0.rawValue) \(rejected($0))" }
        var text = "received \(received.count) = scored \(scored) (\(normal.count) normal, "
        text += "\(anomalous.count) anomalous) + rejected \(rejected)"
        if !reasons.isEmpty { text += " (\(reasons.joined(separator: ", ")))" }
        text += " + dropped \(dropped)"
        if dropped > 0 { text += " (queue \(droppedFromQueue.count))" }
        let inFlight = received.count - scored - rejected - dropped
        if inFlight != 0 { text += " + in flight \(inFlight)" }
        return text
    }
}

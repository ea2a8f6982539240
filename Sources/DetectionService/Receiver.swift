import Synchronization
import ZeroMQ

/// Takes messages from the ingest sockets and gives their parts to the intake.
///
/// Lives on one thread, which creates, uses and closes its sockets.
struct Receiver: ~Copyable {
    private let sockets: Sockets
    private var poller: Poller
    private var intake: FrameIntake

    /// The most messages taken from one socket before the next one's turn.
    private static let turn = 64
    /// How long to wait for messages before looking around, in milliseconds.
    static let tick = 250

    /// Opens and subscribes all ingest endpoints; throws if one cannot be opened.
    init(
        _ context: Context, _ configuration: Configuration, intake: consuming FrameIntake
    ) throws(ZMQError) {
        let sockets = try Sockets(context, configuration)
        var poller = Poller(capacity: sockets.count)
        for index in 0..<sockets.count { sockets.add(index, to: &poller) }
        self.sockets = sockets
        self.poller = poller
        self.intake = intake
    }

    /// Receives until `stop` is set; looks at it at least four times a second.
    mutating func run(until stop: borrowing Atomic<Bool>, progress: Progress) throws(ZMQError) {
        var first = Message()
        var second = Message()
        var third = Message()
        while !stop.load(ordering: .relaxed) {
            progress.advance()
            guard try poller.wait(milliseconds: Self.tick) > 0 else { continue }
            for index in 0..<sockets.count where poller.isReady(index) {
                for _ in 0..<Self.turn {
                    guard intake.waitForRoom(index, until: stop, progress: progress),
                        let parts = try receive(from: index, &first, &second, &third)
                    else { break }
                    intake.take(
                        first.bytes, second.bytes, third.bytes, parts: parts, from: index,
                        progress: progress)
                }
            }
        }
    }

    /// Receives one message; the number of its parts, or nil if there is none.
    private func receive(
        from index: Int, _ first: inout Message, _ second: inout Message, _ third: inout Message
    ) throws(ZMQError) -> Int? {
        guard try sockets.receive(index, &first) else { return nil }
        guard first.more, try sockets.receive(index, &second) else { return 1 }
        guard second.more, try sockets.receive(index, &third) else { return 2 }
        guard third.more else { return 3 }
        var parts = 3
        var rest = Message()
        repeat { parts += try sockets.receive(index, &rest) ? 1 : 0 } while rest.more
        return parts
    }
}

import Frames
import Platform
import ServiceConfiguration
import Synchronization
import ZeroMQ

/// Takes messages from the ingest sockets and gives their parts to the intake.
///
/// Lives on one thread, which creates, uses and closes its sockets. It does not wait for scoring: a
/// socket whose senders must wait is left alone until there is room, and the others go on. Where no
/// other thread scores it does that itself, whenever it has taken what had arrived.
struct Receiver: ~Copyable {
    private var ports: [IngestSocket] = []
    private var poller: Poller
    private let surroundings: Surroundings
    private var intake: FrameIntake
    private let wakeIndex: Int
    private let replyMode: Configuration.ReplyMode
    private var scoring: ScoringLoop?
    private var repliesDropped = 0
    /// Whether frames gave way in this turn.
    private var isOverflowing = false
    /// Whether it has no other thread to leave the time to.
    private let scoresItself: Bool
    /// Replies held back while it leaves.
    private var held = HeldReplies()
    /// Whether replies are held back.
    private var isLeaving = false
    private let exchange: FrameExchange
    private let bareHeader: [UInt8]
    private let takesPictures: Bool

    /// What it shares with other threads.
    struct Surroundings: Sendable {
        let context: Context
        let wake: WakeUp
        let replies: PendingReplies
        let access: Access?
        let memory: MemoryGuard
        let peers: PeerWatch
    }

    /// The most messages taken from one socket before the next one's turn.
    private static let turn = 64
    /// How long to wait for messages before looking around, in milliseconds.
    static let tick = 250
    /// How long to wait before a reply is tried again for which its sender had no room.
    private static let retry = 2

    /// Opens and subscribes all ingest endpoints; throws if one cannot be opened.
    init(
        _ configuration: Configuration, _ surroundings: Surroundings, messageLimit: Int,
        intake: consuming FrameIntake, _ exchange: FrameExchange, scoring: consuming ScoringLoop?
    ) throws(ZMQError) {
        scoresItself = configuration.scoringThreads == 0
        self.scoring = scoring
        self.exchange = exchange
        bareHeader = intake.bareHeader
        takesPictures = intake.takesPictures
        self.surroundings = surroundings
        poller = Poller(capacity: configuration.ingest.count + 1)
        wakeIndex = configuration.ingest.count
        self.intake = intake
        replyMode = configuration.reply
        for (index, endpoint) in configuration.ingest.enumerated() {
            let opening = IngestSocket.Opening(
                context: surroundings.context, endpoint: endpoint,
                limit: messageLimit,
                highWater: configuration.receiveHighWater(
                    for: endpoint, takesPictures: takesPictures),
                access: surroundings.access, peers: surroundings.peers)
            ports.append(
                try IngestSocket(
                    opening, into: ReceivedMessage(bareHeader: bareHeader),
                    name: "ingest-\(index + 1)"))
            addToPoller(index)
        }
        _ = poller.add(surroundings.wake)
    }

    private mutating func addToPoller(_ index: Int) {
        let place = ports[index].add(to: &poller)
        precondition(place == index, "ports and places in the poller must agree")
    }

    /// Receives while `isReceiving`, then says goodbye to the senders that wait for replies; enqueues all
    /// that was taken, and looks at `isReceiving` at least four times a second.
    mutating func run(
        while isReceiving: borrowing Atomic<Bool>, heartbeat: Heartbeat
    ) throws(ZMQError) {
        while isReceiving.load(ordering: .relaxed) {
            try scoreReplyAndPoll(heartbeat)
            let start = ContinuousClock.now
            for index in ports.indices where poller.isReady(index) || ports[index].open != nil {
                try receiveMessages(from: index)
            }
            rest(since: start)
        }
        try leave(heartbeat)
    }

    /// Rests for a while after a turn in which frames gave way.
    ///
    /// Reading takes the time that scoring would score in, and what is read only has more give way. What
    /// nobody reads gives way at its publisher.
    private mutating func rest(since start: ContinuousClock.Instant) {
        defer { isOverflowing = false }
        guard isOverflowing, !scoresItself else { return }
        sleepThread(for: min(start.duration(to: .now) * Self.rest, Self.longestRest))
    }

    /// How long to rest for each time that reading took: enough to read several times what can be scored.
    private static let rest = 3
    /// Frames are to be fresh, and replies to be sent.
    private static let longestRest = Duration.milliseconds(2)

    /// A sender that waits for its reply would wait for ever for one that a daemon took with it, and sends
    /// its next request as soon as it has the last one's.
    ///
    /// So nobody gets a reply while requests still come, by which those that wait for one fall silent; and
    /// when all are silent, each gets its own together with the end of the connection.
    private mutating func leave(_ heartbeat: Heartbeat) throws(ZMQError) {
        isLeaving = true
        let hasRouters = ports.contains(where: \.isRouter)
        for port in ports where port.isRouter { port.stopAccepting() }
        for index in ports.indices where !ports[index].isRouter { poller.watch(index, for: []) }
        let start = ContinuousClock.now
        var last = start
        while true {
            let mayReceive = hasRouters && ContinuousClock.now < start + Self.grace
            var isSilent = true
            for index in ports.indices {
                if ports[index].isRouter, mayReceive {
                    isSilent = try !receiveMessages(from: index) && isSilent
                } else {
                    poller.watch(index, for: [])
                    _ = enqueueOpenMessage(of: ports[index])
                }
            }
            let hasOpen = ports.contains { $0.open != nil }
            let isQuiet = ports.enumerated().allSatisfy {
                $1.isQuiet(held.groups(of: EndpointIndex($0)))
            }
            if !isSilent || hasOpen || !isQuiet { last = .now }
            let isOver = !mayReceive || isSilent && ContinuousClock.now >= last + Self.silence
            if isOver, !hasOpen || exchange.isAbandoned, !hasRouters || exchange.isSettled { break }
            try scoreReplyAndPoll(heartbeat)
        }
        isLeaving = false
        for (reply, line) in takeReplies() { try hold(reply, line) }
        for (index, port) in ports.enumerated() where port.isRouter {
            port.prepareToLeave(held.groups(of: EndpointIndex(index)))
        }
        for (index, port) in ports.enumerated() where port.isRouter {
            try port.leave(held.groups(of: EndpointIndex(index)), heartbeat: heartbeat)
        }
        held = HeldReplies()
    }

    private mutating func hold(_ reply: ReplyAddress, _ line: [UInt8]) throws(ZMQError) {
        guard let (reply, line) = held.hold(reply, line) else { return }
        try ports[reply.endpoint.value].send(reply, line)
    }

    /// How long requests are taken in after the end was asked for, at most: a stop takes two seconds at most.
    private static let grace = Duration.milliseconds(500)
    /// Who sends the next request as soon as a reply is there has done so by then.
    private static let silence = Duration.milliseconds(50)

    /// Receives nothing more, but sends replies that had no room, until `stop` is set, and a little longer.
    mutating func reply(
        until stop: borrowing Atomic<Bool>, heartbeat: Heartbeat
    ) throws(ZMQError) {
        for index in ports.indices { poller.watch(index, for: []) }
        while !stop.load(ordering: .relaxed) {
            try scoreReplyAndPoll(heartbeat)
            for port in ports { port.endConnections() }
        }
        exchange.close()
        _ = try scoring?.serveArrived()
        let deadline = ContinuousClock.now + Self.grace
        repeat {
            try sendReplies()
            _ = try poller.wait(milliseconds: Self.retry)
        } while ports.contains { !$0.outbox.isEmpty } && ContinuousClock.now < deadline
    }

    /// One turn but for the receiving: scores what has arrived if that is this thread's work, sends
    /// the replies that are due, and waits until there is something to receive or to look at.
    private mutating func scoreReplyAndPoll(_ heartbeat: Heartbeat) throws(ZMQError) {
        heartbeat.advance()
        // A batch of pictures takes long enough for many more to arrive, of which the oldest must give
        // way in time.
        let hasMore = try scoring?.serveArrived(atMost: takesPictures ? 1 : .max) ?? false
        try sendReplies()
        // No socket says when a sender has read a reply, so that is looked at.
        let isSending = ports.contains { !$0.outbox.isEmpty }
        let isSoon = isSending || isLeaving
        _ = try poller.wait(milliseconds: hasMore ? 0 : isSoon ? Self.retry : Self.tick)
        if poller.isReady(wakeIndex) { surroundings.wake.clear() }
    }

    private mutating func sendReplies() throws(ZMQError) {
        for port in ports { try port.sendWaiting() }
        let dropped = ports.reduce(0) { $0 + $1.outbox.dropped }
        if dropped != repliesDropped {
            repliesDropped = dropped
            exchange.setRepliesDropped(dropped)
        }
        for (reply, line) in takeReplies() {
            if isLeaving {
                try hold(reply, line)
            } else {
                try ports[reply.endpoint.value].send(reply, line)
            }
        }
    }

    private func takeReplies() -> [(reply: ReplyAddress, line: [UInt8])] {
        surroundings.replies.take().map { ready in
            (ready.reply, replyMode == .ok ? Array("OK".utf8) : ready.line)
        }
    }

    /// Takes a turn's messages from one port and enqueues their images, and says whether there were any;
    /// a message that must wait for room keeps its socket waiting too.
    @discardableResult
    private mutating func receiveMessages(from index: Int) throws(ZMQError) -> Bool {
        let port = ports[index]
        var isWaiting = !enqueueOpenMessage(of: port)
        var messages = 0
        while !isWaiting, messages < Self.turn, let parts = try port.receive() {
            try read(parts, from: port, EndpointIndex(index))
            messages += 1
            isWaiting = !enqueueOpenMessage(of: port)
        }
        poller.watch(index, for: isWaiting ? [] : .readable)
        surroundings.memory.note(EndpointIndex(index), isWaiting: isWaiting)
        return messages > 0
    }

    /// Reads the message of so many parts that was just received.
    private mutating func read(
        _ count: Int, from port: IngestSocket, _ endpoint: EndpointIndex
    ) throws(ZMQError) {
        let reply = port.reply(to: 1, endpoint: endpoint)
        let origin = FrameIntake.Origin(
            name: port.name, whenFull: port.whenFull, reply: reply, received: .now)
        let reading = port.message.parts.withParts(count) { intake.read($0, from: origin) }
        switch reading {
        case .images(let message): port.open = message
        case .rejected: break
        case .control:
            guard let reply else { return }
            if isLeaving {
                try hold(reply, Self.acknowledgement)
            } else {
                try port.send(reply, Self.acknowledgement)
            }
        }
    }

    private static let acknowledgement = Array("{\"schema\":\"elbod.acknowledgement/1\"}".utf8)

    /// Hands the message that was read from a port on to the queue; whether it has none any more.
    private mutating func enqueueOpenMessage(of port: IngestSocket) -> Bool {
        guard let open = port.open else { return true }
        port.message.layout = open.layout
        let addition = exchange.add(open.message, open.arrival, bytes: port.message)
        guard case .admitted(let spare, let isFull) = addition else { return false }
        isOverflowing = isOverflowing || isFull
        port.open = nil
        // All that the queue holds bytes in was made here.
        port.receiveNext(into: spare as? ReceivedMessage ?? ReceivedMessage(bareHeader: bareHeader))
        return true
    }
}

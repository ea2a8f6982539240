import Frames
import Platform
import ServiceConfiguration
import Synchronization
import ZeroMQ

/// Takes messages from the ingest sockets and gives their parts to the intake.
///
/// Lives on one thread, which creates, uses and closes its sockets. It never waits for scoring: a
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
    /// The messages that one with pictures to decode or preprocess counts for.
    private static let pictureWeight = 16
    /// How long to wait for messages before looking around, in milliseconds.
    static let tick = 250

    /// Opens and subscribes all ingest endpoints; throws if one cannot be opened.
    init(
        _ configuration: Configuration, _ surroundings: Surroundings, messageLimit: Int,
        intake: consuming FrameIntake, scoring: consuming ScoringLoop?
    ) throws(ZMQError) {
        self.scoring = scoring
        self.surroundings = surroundings
        poller = Poller(capacity: configuration.ingest.count + 1)
        wakeIndex = configuration.ingest.count
        self.intake = intake
        replyMode = configuration.reply
        for (index, endpoint) in configuration.ingest.enumerated() {
            let opening = IngestSocket.Opening(
                context: surroundings.context, endpoint: endpoint,
                limit: messageLimit, access: surroundings.access,
                peers: surroundings.peers)
            ports.append(try IngestSocket(opening, name: "ingest-\(index + 1)"))
            addToPoller(index)
        }
        _ = poller.add(surroundings.wake)
    }

    private mutating func addToPoller(_ index: Int) {
        // A poller gives a closed socket's place to the next one, so indices stay.
        let place = ports[index].add(to: &poller)
        precondition(place == index, "ports and places in the poller must agree")
    }

    private mutating func reopen(_ index: Int) throws(ZMQError) {
        try ports[index].reopen()
        addToPoller(index)
    }

    /// Cuts the connections of a port that takes in too much memory.
    private mutating func reopenWhereNeeded() throws(ZMQError) {
        for port in surroundings.memory.takePending() { try reopen(port.value) }
    }

    /// Receives while `isReceiving`, and then enqueues what is left of messages already taken; looks
    /// at it at least four times a second.
    mutating func run(
        while isReceiving: borrowing Atomic<Bool>, heartbeat: Heartbeat
    ) throws(ZMQError) {
        while isReceiving.load(ordering: .relaxed) {
            try scoreReplyAndPoll(heartbeat)
            try reopenWhereNeeded()
            for index in ports.indices where poller.isReady(index) || ports[index].open != nil {
                try receiveMessages(from: index, heartbeat)
            }
        }
        while ports.contains(where: { $0.open != nil }) {
            for index in ports.indices {
                poller.watch(index, for: [])
                _ = enqueueOpenMessage(of: ports[index])
            }
            try scoreReplyAndPoll(heartbeat)
        }
    }

    /// Receives nothing more, but sends the replies that become due, until `stop` is set and none is
    /// outstanding.
    mutating func reply(
        until stop: borrowing Atomic<Bool>, _ exchange: FrameExchange, heartbeat: Heartbeat
    ) throws(ZMQError) {
        for index in ports.indices { poller.watch(index, for: []) }
        while !stop.load(ordering: .relaxed) { try scoreReplyAndPoll(heartbeat) }
        exchange.close()
        try scoring?.serveArrived()
        while ports.contains(where: \.isRouter), exchange.total.inFlight > 0 {
            try scoreReplyAndPoll(heartbeat)
        }
        try sendReplies()
    }

    /// One turn but for the receiving: scores what has arrived if that is this thread's work, sends
    /// the replies that are due, and waits until there is something to receive or to look at.
    private mutating func scoreReplyAndPoll(_ heartbeat: Heartbeat) throws(ZMQError) {
        heartbeat.advance()
        try scoring?.serveArrived()
        try sendReplies()
        _ = try poller.wait(milliseconds: Self.tick)
        if poller.isReady(wakeIndex) { surroundings.wake.clear() }
    }

    private func sendReplies() throws(ZMQError) {
        for ready in surroundings.replies.take() {
            let line = replyMode == .ok ? Array("OK".utf8) : ready.line
            try ports[ready.reply.endpoint.value].send(ready.reply, line)
        }
    }

    /// Takes a turn's messages from one port and enqueues their images; a message that must wait for
    /// room keeps its socket waiting too.
    private mutating func receiveMessages(
        from index: Int, _ heartbeat: Heartbeat
    ) throws(ZMQError) {
        let port = ports[index]
        var isWaiting = !enqueueOpenMessage(of: port)
        var messages = 0
        while !isWaiting, messages < Self.turn, let parts = try port.receive() {
            noteDelivery(by: port)
            try read(parts, from: port, EndpointIndex(index))
            messages += 1
            if port.open?.message.hasPictures == true {
                // A large picture takes as long as thousands of plain frames: others get their turn
                // sooner, and each one done is progress.
                messages += Self.pictureWeight - 1
                heartbeat.advance()
            }
            isWaiting = !enqueueOpenMessage(of: port)
        }
        poller.watch(index, for: isWaiting ? [] : .readable)
        if messages > 0 || isWaiting {
            surroundings.memory.noteBusy(EndpointIndex(index), isWaiting: isWaiting)
        }
    }

    private func noteDelivery(by port: IngestSocket) {
        let memory = surroundings.memory
        guard memory.wantsDeliveries, let connection = port.first.connection else { return }
        memory.noteDelivery(from: connection)
    }

    /// Reads the message of so many parts that was just received.
    private mutating func read(
        _ count: Int, from port: IngestSocket, _ endpoint: EndpointIndex
    ) throws(ZMQError) {
        let reply = port.reply(to: 1, endpoint: endpoint)
        let origin = FrameIntake.Origin(
            name: port.name, whenFull: port.whenFull, reply: reply, received: .now)
        let reading = intake.read(
            MessageParts(count: count, port.first.bytes, port.second.bytes, port.third.bytes),
            from: origin)
        switch reading {
        case .images(let message): port.open = message
        case .rejected: break
        case .control: if let reply { try port.send(reply, Self.acknowledgement) }
        }
    }

    private static let acknowledgement = Array("{\"schema\":\"elbod.acknowledgement/1\"}".utf8)

    /// Enqueues the images of the message that is being taken in from a port; whether none is left.
    private func enqueueOpenMessage(of port: IngestSocket) -> Bool {
        guard var open = port.open else { return true }
        let isDone = intake.enqueue(
            &open,
            MessageParts(count: open.parts, port.first.bytes, port.second.bytes, port.third.bytes))
        port.open = isDone ? nil : open
        return isDone
    }
}

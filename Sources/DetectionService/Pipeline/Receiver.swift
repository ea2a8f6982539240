import Frames
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
    private let context: Context
    private let configuration: Configuration
    private let access: Access?
    private var revocations = 0
    private let memory: MemoryGuard
    private var intake: FrameIntake
    private let wake: WakeUp
    private let wakeIndex: Int
    private let replies: PendingReplies
    private let replyMode: Configuration.ReplyMode
    private var scoring: ScoringLoop?

    /// The most messages taken from one socket before the next one's turn.
    private static let turn = 64
    /// The messages that one with pictures to decode or preprocess counts for.
    private static let pictureWeight = 16
    /// How long to wait for messages before looking around, in milliseconds.
    static let tick = 250

    /// Opens and subscribes all ingest endpoints; throws if one cannot be opened.
    init(
        _ context: Context, _ configuration: Configuration, intake: consuming FrameIntake,
        wake: WakeUp, replies: PendingReplies, access: Access?, memory: MemoryGuard,
        scoring: consuming ScoringLoop?
    ) throws(ZMQError) {
        self.scoring = scoring
        self.context = context
        self.configuration = configuration
        self.access = access
        self.memory = memory
        poller = Poller(capacity: configuration.ingest.count + 1)
        wakeIndex = configuration.ingest.count
        self.intake = intake
        self.wake = wake
        self.replies = replies
        replyMode = configuration.reply
        try openPorts()
        _ = poller.add(wake)
    }

    /// Opens every ingest endpoint, closing it before if it is open.
    private mutating func openPorts() throws(ZMQError) {
        for index in configuration.ingest.indices { try openPort(index) }
    }

    private mutating func openPort(_ index: Int) throws(ZMQError) {
        let endpoint = configuration.ingest[index]
        let limit = configuration.maxMessageBytes
        if index < ports.count {
            try ports[index].reopen(context, endpoint, limit, access?.credentials)
        } else {
            ports.append(
                try IngestSocket(
                    context, endpoint, name: "ingest-\(index + 1)", limit: limit,
                    credentials: access?.credentials))
        }
        // A poller gives a closed socket's place to the next one, so indices stay.
        let place = ports[index].add(to: &poller)
        precondition(place == index, "ports and places in the poller must agree")
    }

    /// Cuts connections: of a port that takes in too much memory, or all after a client has lost a
    /// right.
    private mutating func reopenWhereNeeded() throws(ZMQError) {
        for index in memory.takePending() { try openPort(index) }
        guard let access, access.authenticator.revocations != revocations else { return }
        revocations = access.authenticator.revocations
        try openPorts()
    }

    /// Receives while `isReceiving`, and then adds what is left of messages already taken; looks at
    /// it at least four times a second.
    mutating func run(
        while isReceiving: borrowing Atomic<Bool>, heartbeat: Heartbeat
    ) throws(ZMQError) {
        while isReceiving.load(ordering: .relaxed) {
            try waitForMessages(heartbeat)
            try reopenWhereNeeded()
            for index in ports.indices where poller.isReady(index) || ports[index].open != nil {
                try serve(index, heartbeat)
            }
        }
        while ports.contains(where: { $0.open != nil }) {
            for index in ports.indices {
                poller.watch(index, for: [])
                _ = finish(ports[index])
            }
            try waitForMessages(heartbeat)
        }
    }

    /// Receives nothing more, but sends the replies that become due, until `stop` is set and none is
    /// outstanding.
    mutating func reply(
        until stop: borrowing Atomic<Bool>, _ exchange: FrameExchange, heartbeat: Heartbeat
    ) throws(ZMQError) {
        for index in ports.indices { poller.watch(index, for: []) }
        while !stop.load(ordering: .relaxed) { try waitForMessages(heartbeat) }
        exchange.close()
        try scoring?.serveArrived()
        while ports.contains(where: \.isRouter), exchange.total().0.inFlight > 0 {
            try waitForMessages(heartbeat)
        }
        try sendReplies()
    }

    /// Sends the replies that are due.
    private func sendReplies() throws(ZMQError) {
        for ready in replies.take() {
            let line = replyMode == .ok ? Array("OK".utf8) : ready.line
            try ports[ready.reply.endpoint].send(ready.reply, line)
        }
    }

    private mutating func waitForMessages(_ heartbeat: Heartbeat) throws(ZMQError) {
        heartbeat.advance()
        try scoring?.serveArrived()
        try sendReplies()
        _ = try poller.wait(milliseconds: Self.tick)
        if poller.isReady(wakeIndex) { wake.clear() }
    }

    private mutating func serve(_ index: Int, _ heartbeat: Heartbeat) throws(ZMQError) {
        let port = ports[index]
        var messages = 0
        while messages < Self.turn {
            guard finish(port) else { break }
            guard let parts = try port.receive() else { break }
            if memory.wantsDeliveries, let connection = port.first.connection {
                memory.noteDelivery(from: connection)
            }
            try begin(port, index, parts)
            messages += 1
            if port.open?.message.hasPictures == true {
                // A large picture takes as long as thousands of plain frames: others get their turn
                // sooner, and each one done is progress.
                messages += Self.pictureWeight - 1
                heartbeat.advance()
            }
        }
        // A message that must wait for room keeps its socket waiting too.
        let isWaiting = !finish(port)
        poller.watch(index, for: isWaiting ? [] : .readable)
        if messages > 0 || isWaiting { memory.noteBusy(index, isWaiting: isWaiting) }
    }

    /// Reads the message just received.
    private mutating func begin(_ port: IngestSocket, _ index: Int, _ parts: Int) throws(ZMQError) {
        let reply = port.reply(to: 1, endpoint: index)
        let reading = intake.read(
            port.first.bytes, port.second.bytes, port.third.bytes,
            from: FrameIntake.Origin(
                name: port.name, policy: port.policy, parts: parts, reply: reply))
        switch reading {
        case .open(let message): port.open = message
        case .done: break
        case .control: if let reply { try port.send(reply, Self.acknowledgement) }
        }
    }

    private static let acknowledgement = Array("{\"schema\":\"elbod.acknowledgement/1\"}".utf8)

    /// Adds the images of the message that is being taken in; whether none is left.
    private func finish(_ port: IngestSocket) -> Bool {
        guard var open = port.open else { return true }
        let isDone = intake.add(
            &open, port.first.bytes, port.second.bytes, port.third.bytes, policy: port.policy)
        port.open = isDone ? nil : open
        return isDone
    }
}

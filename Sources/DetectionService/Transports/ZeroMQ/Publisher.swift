import Frames
import Platform
import ServiceConfiguration
import Synchronization
import ZeroMQ

/// The sink of verdicts that publishes them: two parts each, topic and one line of JSON; maps have a third.
///
/// Shared by the scoring threads, which use it one at a time, in the order in which they took their
/// batches; the lock is the fence that libzmq asks for when a socket changes threads. A subscriber too
/// slow for `publishHighWater` loses verdicts of its own and sees it from the gap in `pub_seq`; nobody
/// else does.
final class Publisher: Sendable {
    private struct Outlet: ~Copyable {
        var socket: Socket
        /// Where clients need the right to receive, their subscriptions tell whose connection is
        /// whose.
        var check: ClientCheck?
        var subscription = Message()

        /// Looks at the subscriptions that have come, and cuts clients that have lost their right.
        mutating func lookAtSubscriptions() throws(ZMQError) {
            guard check != nil else { return }
            // A client that subscribes without end must not hold up verdicts.
            for _ in 0..<Outlet.turn {
                guard try socket.receive(into: &subscription, blocking: false) else { return }
                _ = check?.admits(subscription)
            }
        }

        private static let turn = 1024
    }

    private let outlet: Mutex<Outlet>
    private let published = Atomic<UInt64>(0)
    private let turnstile = Turnstile()

    /// Opens every publishing endpoint.
    init(
        _ context: Context, _ configuration: Configuration, access: Access?, peers: PeerWatch,
        bounds: ConnectionBounds
    ) throws(ZMQError) {
        outlet = Mutex(
            Outlet(
                socket: try Self.open(
                    context, configuration, access?.credentials, peers, bounds),
                check: access.map { ClientCheck($0.authenticator, .receive) }))
    }

    private static func open(
        _ context: Context, _ configuration: Configuration, _ credentials: Credentials?,
        _ peers: PeerWatch, _ bounds: ConnectionBounds
    ) throws(ZMQError) -> Socket {
        // The same socket but for this: an xpub hands on subscriptions. Those of ours are short.
        let socket = try Socket(context, credentials == nil ? .pub : .xpub)
        if credentials != nil { try socket.setVerboseSubscriptions(true) }
        try socket.setMaximumMessageBytes(Self.subscriptionLimit)
        try socket.setSendHighWater(configuration.publishHighWaterMark)
        try socket.setTCPKeepalive(idle: 30, interval: 10, count: 3)
        try socket.setHandshakeInterval(milliseconds: 5000)
        // What was published is delivered at exit, but a subscriber that hangs cannot hold it up.
        try socket.setLinger(milliseconds: 1000)
        try peers.watch(socket, "publish")
        for endpoint in configuration.publish {
            try credentials?.secure(socket, endpoint, domain: "publish")
            try socket.open(endpoint)
            // Nobody has sent anything yet, and who has connected is held to it too.
            if endpoint.role == .bind { bounds.apply(endpoint: try socket.lastEndpoint()) }
        }
        return socket
    }

    /// The most bytes of a subscription; topics have a few hundred at most.
    private static let subscriptionLimit = 64 << 10

    /// What subscribers may have libzmq hold.
    ///
    /// Of topics that share nothing its tree takes some 60 bytes a byte, and looks at all of them whenever a
    /// subscriber leaves, with the lock held: a sum of 128 KiB are 8 MiB, and some ten milliseconds.
    static let holding: HoldingBounds = {
        var holding = HoldingBounds(
            .publishing, part: subscriptionLimit, unfinished: 2 * subscriptionLimit,
            allUnfinished: 8 << 20, parts: 64)
        holding.subscriptions = 32 << 10
        holding.allSubscriptions = 128 << 10
        return holding
    }()

    /// Verdicts and errors published so far.
    var publications: UInt64 { published.load(ordering: .relaxed) }

    /// Publishes a line that has no number, out of turn.
    func announce(topic: String, line: String) throws(ZMQError) {
        let failure = outlet.withLock { outlet -> ZMQError? in
            do throws(ZMQError) {
                _ = try outlet.socket.send(topic, more: true)
                _ = try outlet.socket.send(line)
                try outlet.lookAtSubscriptions()
                return nil
            } catch { return error }
        }
        if let failure { throw failure }
    }
}

extension Publisher: VerdictSink {
    /// Publishes the lines of a batch once all earlier batches have been.
    func take(_ batch: borrowing DecidedBatch) throws(ZMQError) {
        turnstile.wait(for: batch.number)
        defer { turnstile.pass() }
        let sources = batch.frames.sources
        var failure: ZMQError?
        outlet.withLock { outlet in
            do throws(ZMQError) {
                for index in 0..<batch.lines.count {
                    let topic = batch.lines.topic(index, sources)
                    _ = try outlet.socket.send(topic.span, more: true)
                    let attachment = batch.lines.attachment(index)
                    _ = try outlet.socket.send(
                        batch.lines.bytes.span.extracting(batch.lines.range(index)),
                        more: attachment != nil)
                    if let attachment { _ = try outlet.socket.send(attachment.span) }
                    if batch.lines.isNumbered(index) { published.add(1, ordering: .relaxed) }
                }
                try outlet.lookAtSubscriptions()
            } catch { failure = error }
        }
        if let failure { throw failure }
    }
}

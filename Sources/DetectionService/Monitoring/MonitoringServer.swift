import Files
import FoundationEssentials
import NIOCore
import NIOHTTP1
import NIOPosix
import ServiceConfiguration

/// Metrics and health over HTTP: `/metrics`, `/livez`, `/readyz` and `/statusz`.
///
/// Runs on a thread of its own, away from the pipeline; all it does is read.
final class MonitoringServer: Sendable {
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    /// Listens at `address`; throws what keeps it from that.
    init(_ address: HTTPAddress, _ monitor: Monitor) throws {
        do {
            _ = try ServerBootstrap(group: group)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let pipeline = channel.pipeline.syncOperations
                        try pipeline.configureHTTPServerPipeline(withErrorHandling: true)
                        try pipeline.addHandler(MonitoringHandler(monitor))
                    }
                }
                .bind(host: address.host, port: Int(address.port)).wait()
        } catch {
            try? group.syncShutdownGracefully()
            throw DaemonError.http("\(address)", "\(error)")
        }
    }

    /// Closes every connection.
    func stop() { try? group.syncShutdownGracefully() }
}

/// Answers the requests of one connection.
private final class MonitoringHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let monitor: Monitor
    private var request: HTTPRequestHead?

    init(_ monitor: Monitor) { self.monitor = monitor }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): request = head
        case .body: break  // nothing that is answered has one
        case .end:
            guard let request else { return }
            send(answer(request), to: request, context)
            self.request = nil
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Whoever sends no HTTP gets no answer.
        context.close(promise: nil)
    }

    private struct Answer {
        var status = HTTPResponseStatus.ok
        var type = "text/plain; charset=utf-8"
        let body: String
    }

    private func answer(_ request: HTTPRequestHead) -> Answer {
        guard request.method == .GET || request.method == .HEAD else {
            return Answer(status: .methodNotAllowed, body: "only GET is answered\n")
        }
        switch request.uri.split(separator: "?", omittingEmptySubsequences: false)[0] {
        case "/metrics": return Answer(type: Exposition.contentType, body: monitor.metrics())
        case "/statusz": return Answer(type: "application/json", body: status + "\n")
        case "/livez": return health(monitor.isAlive, "alive", "a thread of the pipeline hangs")
        case "/readyz", "/healthz":
            return health(
                monitor.whyNotReady == nil, "ready",
                "not ready: \(monitor.whyNotReady ?? "just now it is")")
        default:
            return Answer(status: .notFound, body: "try /metrics, /livez, /readyz or /statusz\n")
        }
    }

    private func health(_ isGood: Bool, _ good: String, _ bad: String) -> Answer {
        Answer(status: isGood ? .ok : .serviceUnavailable, body: "\(isGood ? good : bad)\n")
    }

    private var status: String {
        (try? JSONEncoder.elbodIndented.encode(monitor.status())).map {
            String(decoding: $0, as: UTF8.self)
        } ?? "{}"
    }

    private func send(
        _ answer: Answer, to request: HTTPRequestHead, _ context: ChannelHandlerContext
    ) {
        var head = HTTPResponseHead(version: request.version, status: answer.status)
        head.headers.add(name: "content-type", value: answer.type)
        head.headers.add(name: "content-length", value: "\(answer.body.utf8.count)")
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if request.method != .HEAD {
            let body = context.channel.allocator.buffer(string: answer.body)
            context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        }
        let channel = context.channel
        let keepsAlive = request.isKeepAlive
        context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in
            if !keepsAlive { channel.close(promise: nil) }
        }
    }
}

import NIOCore
import NIOHTTP1

/// Answers the requests of one connection, one at a time, each within a deadline.
///
/// A client is read from only after it has taken its answer. One that sends requests without taking
/// answers is closed, as is one that is slow to ask or to read.
final class MonitoringHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let pages: MonitoringPages
    private let clients: MonitoringClients
    private var request: HTTPRequestHead?
    private var isAnswering = false
    /// Whether more came than is answered.
    private var mustClose = false
    private var deadline: Scheduled<Void>?

    /// Until a connection has sent its first request, and until an answer has been taken.
    private static let (asking, taking) = (TimeAmount.seconds(5), TimeAmount.seconds(10))
    /// Until the next request: longer than the usual intervals between scrapes.
    private static let idling = TimeAmount.seconds(75)

    init(_ pages: MonitoringPages, _ clients: MonitoringClients) {
        self.pages = pages
        self.clients = clients
    }

    func channelActive(context: ChannelHandlerContext) {
        clients.note(context.channel)
        expect(within: Self.asking, context)
        context.read()
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        clients.remove(context.channel)
        deadline?.cancel()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isAnswering else {
            mustClose = true
            return
        }
        switch unwrapInboundIn(data) {
        case .head(let head): request = head
        case .body: break  // nothing that is answered has one
        case .end:
            guard let request else { return }
            self.request = nil
            answer(request, context)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        // What came was not a whole request.
        if !isAnswering { context.read() }
        context.fireChannelReadComplete()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Whoever sends no HTTP gets no answer.
        context.close(promise: nil)
    }

    private func answer(_ request: HTTPRequestHead, _ context: ChannelHandlerContext) {
        isAnswering = true
        clients.note(context.channel)
        expect(within: Self.taking, context)
        let page = pages.page(for: request)
        var head = HTTPResponseHead(version: request.version, status: page.status)
        head.headers.add(name: "content-type", value: page.type)
        head.headers.add(name: "content-length", value: "\(page.body.readableBytes)")
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if request.method != .HEAD {
            context.write(wrapOutboundOut(.body(.byteBuffer(page.body))), promise: nil)
        }
        if !request.isKeepAlive { mustClose = true }
        context.writeAndFlush(wrapOutboundOut(.end(nil))).assumeIsolated().whenComplete { result in
            self.finishAnswer(result, context)
        }
    }

    private func finishAnswer(_ result: Result<Void, any Error>, _ context: ChannelHandlerContext) {
        isAnswering = false
        guard case .success = result, !mustClose else { return context.close(promise: nil) }
        expect(within: Self.idling, context)
        context.read()
    }

    /// Closes the connection if nothing else is expected of it by then.
    private func expect(within time: TimeAmount, _ context: ChannelHandlerContext) {
        deadline?.cancel()
        let channel = context.channel
        deadline = context.eventLoop.scheduleTask(in: time) { channel.close(promise: nil) }
    }
}

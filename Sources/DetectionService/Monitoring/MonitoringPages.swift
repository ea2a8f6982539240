import Control
import Files
import FoundationEssentials
import NIOCore
import NIOHTTP1
import Synchronization

/// What is answered under each path.
final class MonitoringPages: Sendable {
    /// An answer.
    struct Page: Sendable {
        var status = HTTPResponseStatus.ok
        var type = "text/plain; charset=utf-8"
        var body: ByteBuffer
    }

    private let monitor: Monitor
    /// Pages that took time to make, and until when they are good.
    private let made = Mutex<[String: (page: Page, until: ContinuousClock.Instant)]>([:])

    /// A page is good for so long, or for this many times what it took: whoever asks without pause gets
    /// the same one, and no more than a tenth of a processor.
    private static let (least, times) = (Duration.milliseconds(100), 9)

    init(_ monitor: Monitor) { self.monitor = monitor }

    /// The answer to a request.
    func page(for request: HTTPRequestHead) -> Page {
        guard request.method == .GET || request.method == .HEAD else {
            return text("only GET is answered\n", .methodNotAllowed)
        }
        let path = request.uri.prefix { $0 != "?" }
        switch path {
        case "/metrics":
            return kept("/metrics") {
                Page(
                    type: Exposition.contentType, body: ByteBuffer(string: self.monitor.metrics()))
            }
        case "/statusz":
            return kept("/statusz") {
                Page(type: "application/json", body: ByteBuffer(string: self.status + "\n"))
            }
        case "/livez":
            return health("alive", monitor.isAlive ? nil : "a thread of the pipeline hangs")
        case "/readyz", "/healthz":
            return health("ready", monitor.whyNotReady.map { "not ready: \($0)" })
        default: return text("try /metrics, /livez, /readyz or /statusz\n", .notFound)
        }
    }

    private func kept(_ path: String, _ make: () -> Page) -> Page {
        let start = ContinuousClock.now
        if let (page, until) = made.withLock({ $0[path] }), start < until { return page }
        let page = make()
        let end = ContinuousClock.now
        made.withLock { $0[path] = (page, end + max(Self.least, (end - start) * Self.times)) }
        return page
    }

    private func health(_ good: String, _ fault: String?) -> Page {
        text("\(fault ?? good)\n", fault == nil ? .ok : .serviceUnavailable)
    }

    private func text(_ text: String, _ status: HTTPResponseStatus) -> Page {
        Page(status: status, body: ByteBuffer(string: text))
    }

    private var status: String {
        (try? JSONEncoder.elbodIndented.encode(monitor.status())).map {
            String(decoding: $0, as: UTF8.self)
        } ?? "{}"
    }
}

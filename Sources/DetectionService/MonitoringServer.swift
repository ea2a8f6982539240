import Dispatch
import FlyingFox
import FlyingSocks
import Foundation
import Synchronization

/// Metrics and health over HTTP: `/metrics`, `/livez`, `/readyz` and `/statusz`.
///
/// Runs on Swift's own threads, away from the pipeline; all it does is read.
final class MonitoringServer: Sendable {
    private let running: Task<Void, Never>

    /// Listens at `address`; throws what keeps it from that.
    init(_ address: HTTPAddress, _ monitor: Monitor) throws {
        let server = try Self.server(address)
        let settled = DispatchSemaphore(value: 0)
        let failure = Mutex<(any Error)?>(nil)
        let running = Task.detached {
            await Self.addRoutes(to: server, monitor)
            do { try await server.run() } catch { failure.withLock { $0 = error } }
            settled.signal()
        }
        Task.detached {
            try? await server.waitUntilListening(timeout: 5)
            settled.signal()
        }
        settled.wait()
        if let error = failure.withLock({ $0 }) {
            throw DaemonError.http("\(address.host):\(address.port)", "\(error)")
        }
        self.running = running
    }

    deinit { running.cancel() }

    private static func server(_ address: HTTPAddress) throws -> HTTPServer {
        switch address.host {
        case "[::1]":
            HTTPServer(
                address: try .inet6(ip6: "::1", port: address.port), logger: .disabled)
        case "localhost":
            HTTPServer(
                address: try .inet(ip4: "127.0.0.1", port: address.port), logger: .disabled)
        default:
            HTTPServer(
                address: try .inet(ip4: address.host, port: address.port), logger: .disabled)
        }
    }

    private static func addRoutes(to server: HTTPServer, _ monitor: Monitor) async {
        await server.appendRoute("GET /metrics") { _ in
            HTTPResponse(
                statusCode: .ok, headers: [.contentType: Exposition.contentType],
                body: Data(monitor.metrics().utf8))
        }
        await server.appendRoute("GET /statusz") { _ in
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
            return HTTPResponse(
                statusCode: .ok, headers: [.contentType: "application/json"],
                body: try encoder.encode(monitor.status()))
        }
        await server.appendRoute("GET /livez") { _ in
            answer(monitor.isAlive, "alive", "a thread of the pipeline hangs")
        }
        for path in ["GET /readyz", "GET /healthz"] {
            await server.appendRoute(HTTPRoute(path)) { _ in
                answer(monitor.state == .serving, "ready", "not ready: \(monitor.state.rawValue)")
            }
        }
    }

    private static func answer(_ isGood: Bool, _ good: String, _ bad: String) -> HTTPResponse {
        HTTPResponse(
            statusCode: isGood ? .ok : .serviceUnavailable,
            headers: [.contentType: "text/plain; charset=utf-8"],
            body: Data("\(isGood ? good : bad)\n".utf8))
    }
}

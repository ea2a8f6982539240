import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import ServiceConfiguration

/// Metrics and health over HTTP: `/metrics`, `/livez`, `/readyz` and `/statusz`.
///
/// Runs on a thread of its own, away from the pipeline; all it does is read. What one client can take is
/// bounded, see `MonitoringHandler`, and so is the number of clients.
final class MonitoringServer: Sendable {
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    /// Connections at a time; for a further one, that which asked nothing for longest is closed.
    static let connections = 32

    /// Listens at `address`; throws what keeps it from that.
    init(_ address: HTTPAddress, _ monitor: Monitor) throws {
        let pages = MonitoringPages(monitor)
        let clients = MonitoringClients(limit: Self.connections)
        do {
            _ = try ServerBootstrap(group: group)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .serverChannelOption(.backlog, value: 64)
                // A client is read from when it has taken its answer, and not before.
                .childChannelOption(.autoRead, value: false)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let pipeline = channel.pipeline.syncOperations
                        try pipeline.configureHTTPServerPipeline(
                            withPipeliningAssistance: false, withErrorHandling: true)
                        try pipeline.addHandler(MonitoringHandler(pages, clients))
                    }
                }
                .bind(host: address.host, port: Int(address.port)).wait()
        } catch {
            try? group.syncShutdownGracefully()
            if let error = error as? IOError, error.errnoCode == EADDRNOTAVAIL {
                throw DaemonError.httpAddressMissing("\(address)")
            }
            throw DaemonError.http("\(address)", "\(error)")
        }
    }

    /// Closes every connection.
    func stop() { try? group.syncShutdownGracefully() }
}

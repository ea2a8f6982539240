import ServiceConfiguration
import ZeroMQ

extension Socket {
    /// Binds or connects; what is at an `ipc` path that is bound makes way.
    borrowing func open(_ endpoint: Endpoint) throws(ZMQError) {
        guard endpoint.role == .bind else { return try connect(endpoint.address) }
        try bind(endpoint.address)
    }
}

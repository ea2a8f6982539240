import Files
import Platform
import ServiceConfiguration
import ZeroMQ

extension Socket {
    /// Binds or connects.
    ///
    /// libzmq closes sockets in its own time. After one of ours `isReopening`: a TCP address is tried
    /// until it is free, and an `ipc` path is waited for, since the old socket would take the new
    /// one's file away; two seconds at most.
    borrowing func open(_ endpoint: Endpoint, isReopening: Bool) throws(ZMQError) {
        guard endpoint.role == .bind else { return try connect(endpoint.address) }
        guard isReopening else { return try bind(endpoint.address) }
        let deadline = ContinuousClock.now + .seconds(2)
        while true {
            let isTaken = endpoint.ipcPath.map { fileKind(at: $0) != .absent } ?? false
            if !isTaken || ContinuousClock.now > deadline {
                do throws(ZMQError) { return try bind(endpoint.address) } catch {
                    guard error.code == ZMQError.addressInUse, ContinuousClock.now < deadline else {
                        throw error
                    }
                }
            }
            sleepThread(for: .milliseconds(5))
        }
    }
}

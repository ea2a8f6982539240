import NIOCore
import Synchronization

/// The connections of the monitoring server.
final class MonitoringClients: Sendable {
    private let list = Mutex<[ObjectIdentifier: (channel: any Channel, asked: NIODeadline)]>([:])
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    /// Adds a connection, or notes that it has asked something; if there are too many, the one that asked
    /// nothing for longest is closed.
    func note(_ channel: any Channel) {
        let idlest = list.withLock { list in
            list[ObjectIdentifier(channel)] = (channel, .now())
            guard list.count > limit, let idlest = list.min(by: { $0.value.asked < $1.value.asked })
            else { return nil as (any Channel)? }
            list[idlest.key] = nil
            return idlest.value.channel
        }
        idlest?.close(promise: nil)
    }

    /// Forgets a connection that was closed.
    func remove(_ channel: any Channel) {
        list.withLock { _ = $0.removeValue(forKey: ObjectIdentifier(channel)) }
    }
}

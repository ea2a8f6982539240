import Platform

/// The TCP connections of clients that were let in, so that those of one client can be cut.
///
/// libzmq asks (ZAP) about a connection without saying which it is; but its messages carry both the
/// User-Id that the answer gave it and its descriptor. A value that is told of the first message of
/// each, and cuts nothing itself.
struct ClientConnections {
    /// One connection and whose it is.
    struct Entry {
        let client: AdmittedClient
        let right: Credentials.Right
        let connection: TCPConnection
    }

    private var entries: [UInt64: Entry] = [:]
    /// Which entry is that of the connection with this identity.
    private var numbers: [UInt64: UInt64] = [:]
    /// When so many are known, those that have ended are forgotten.
    private var limit = Self.least

    /// Connections below which nobody asks whether they have ended.
    static let least = 256

    /// How many are known.
    var count: Int { entries.count }

    /// Notes whose a connection is.
    ///
    /// A descriptor may have come to mean a later connection before the first message of the earlier
    /// one was looked at: what the later one's own message says wins.
    mutating func note(_ entry: Entry, isOpen: (TCPConnection) -> Bool = \.isOpen) {
        let identity = entry.connection.identity
        if let earlier = numbers[identity] {
            guard earlier < entry.client.number else { return }
            entries[earlier] = nil
        }
        numbers[identity] = entry.client.number
        entries[entry.client.number] = entry
        guard entries.count > limit else { return }
        _ = remove { !isOpen($0.connection) }
        limit = max(Self.least, 2 * entries.count)
    }

    /// Forgets the connections for which this holds, and returns them.
    mutating func remove(where condition: (Entry) -> Bool) -> [Entry] {
        let removed = entries.values.filter(condition)
        for entry in removed {
            entries[entry.client.number] = nil
            numbers[entry.connection.identity] = nil
        }
        return removed
    }
}

import Platform
import ZeroMQ

/// Whether the messages of one socket come from clients that may still send them.
///
/// Belongs to the thread of the socket. Without it, what a client had sent before its connection was
/// cut would still be taken in, and nobody would know which connection to cut. Costs a look-up of
/// some fifty nanoseconds for each message and allocates only for the first of a connection.
struct ClientCheck {
    private let authenticator: ZAPAuthenticator
    private let right: Credentials.Right
    /// The connections that have been asked about since the list last changed.
    private var known: Set<UInt64> = []
    private var edition = 0

    /// Connections that are remembered at most; others are asked about again.
    private static let capacity = 4096

    /// Checks that clients have this right.
    init(_ authenticator: ZAPAuthenticator, _ right: Credentials.Right) {
        (self.authenticator, self.right) = (authenticator, right)
        known.reserveCapacity(64)
    }

    /// Whether to take the message, of which this is the first part received, or one of a socket's
    /// subscriptions; the connection of a client that has lost its right is cut.
    mutating func admits(_ message: borrowing Message) -> Bool {
        // Over ipc nobody is asked for a key.
        guard let number = message.userNumber else { return true }
        let current = authenticator.edition
        if edition != current || known.count >= Self.capacity {
            known.removeAll(keepingCapacity: true)
            edition = current
        }
        if known.contains(number) { return true }
        guard let client = message.userID.flatMap(AdmittedClient.init) else { return false }
        let connection = message.connection.flatMap(TCPConnection.init)
        guard authenticator.admits(client, right, on: connection) else { return false }
        known.insert(number)
        return true
    }
}

import Frames

/// The last replies of a daemon that leaves, held back until nobody sends any more, by sender.
///
/// Who waits for each reply has one or few; of who does not, no more than `limit` are held.
struct HeldReplies {
    /// A reply and where it goes.
    typealias Reply = (reply: ReplyAddress, line: [UInt8])

    /// Who waits for replies, at which port.
    private struct Sender: Hashable {
        let endpoint: EndpointIndex
        let identity: [UInt8]
    }

    /// What libzmq takes for a sender without waiting.
    static let limit = IngestSocket.replyHighWater

    private var places: [Sender: Int] = [:]
    private(set) var groups: [[Reply]] = []

    /// Holds a reply; the sender's oldest, if it has too many.
    mutating func hold(_ reply: ReplyAddress, _ line: [UInt8]) -> Reply? {
        let sender = Sender(endpoint: reply.endpoint, identity: reply.envelope.first ?? [])
        let place = places[sender] ?? groups.count
        if place == groups.count {
            places[sender] = place
            groups.append([])
        }
        groups[place].append((reply, line))
        return groups[place].count > Self.limit ? groups[place].removeFirst() : nil
    }

    /// What is held for the senders of a port, in the order in which they came.
    func groups(of endpoint: EndpointIndex) -> [[Reply]] {
        groups.filter { $0.first?.reply.endpoint == endpoint }
    }
}

/// Who is let in, and by which right.
///
/// A value that knows no sockets and reads no files: it is given requests and lists.
struct Admission {
    private(set) var list: Credentials.AllowList
    /// Why the list cannot be relied on; nobody new is let in meanwhile.
    var complaint: String?
    /// How many connections have been let in.
    private var connections: UInt64 = 0

    /// Lets in whom `list` names.
    init(_ list: Credentials.AllowList) { self.list = list }

    /// The right that sockets of a ZAP domain ask for; nil if none of ours has that domain.
    static func right(in domain: String) -> Credentials.Right? {
        switch domain {
        case "ingest": .send
        case "publish": .receive
        case "control": .control
        default: nil
        }
    }

    /// Whether a client may do what it wants to.
    mutating func reply(to request: ZAPRequest) -> ZAPReply {
        guard let right = Self.right(in: request.domain) else {
            return ZAPReply(status: .failed, text: "no such domain")
        }
        guard let key = request.key else { return ZAPReply(status: .refused, text: "no CURVE key") }
        guard complaint == nil else {
            return ZAPReply(status: .later, text: "the list of clients cannot be read")
        }
        guard allows(key, right) else {
            return ZAPReply(status: .refused, text: "not on the list for \(right.rawValue)")
        }
        connections += 1
        return ZAPReply(
            status: .admitted, text: "OK",
            user: AdmittedClient(number: connections, key: key).text)
    }

    /// Whether the list gives a key this right; asked of connections that were let in before as well.
    func allows(_ key: String, _ right: Credentials.Right) -> Bool {
        list.clients[key]?.rights.contains(right) == true
    }

    /// Lets in whom another list names from now on.
    mutating func replace(with other: Credentials.AllowList) { (list, complaint) = (other, nil) }
}

/// One connection that was let in: what libzmq is told as its User-Id, and says of every message that
/// comes on it.
struct AdmittedClient: Equatable {
    /// Tells it from all other connections of this run.
    let number: UInt64
    /// The client's public key as it is written.
    let key: String

    /// As libzmq keeps it, the number first, which is all that most messages are asked for.
    var text: String { "\(number) \(key)" }

    /// The connection with this number, of the client with this key.
    init(number: UInt64, key: String) { (self.number, self.key) = (number, key) }

    /// Reads a User-Id; nil if it is none of ours.
    init?(_ text: String) {
        let words = text.split(separator: " ", maxSplits: 1).map(String.init)
        guard words.count == 2, let number = UInt64(words[0]) else { return nil }
        self.init(number: number, key: words[1])
    }
}

import FoundationEssentials

/// Who is let in, by which right, and how often clients have lost one since the daemon began.
///
/// A value that knows no sockets and reads no files: it is given requests, lists and the times at
/// which their file changed.
struct Admission {
    private(set) var list: Credentials.AllowList
    /// When the file of `list` had last changed, or that of a later one that could not be read.
    private var modified: Date?
    /// How often a client has lost a right; libzmq asks once for each connection, so each time all
    /// have to be cut.
    private(set) var revocations = 0

    /// Lets in whom `list` names, from a file that changed at `modified`.
    init(_ list: Credentials.AllowList, modified: Date?) {
        (self.list, self.modified) = (list, modified)
    }

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
    func reply(to request: ZAPRequest) -> ZAPReply {
        guard let right = Self.right(in: request.domain) else {
            return ZAPReply(status: .failed, text: "no such domain")
        }
        guard let key = request.key else { return ZAPReply(status: .refused, text: "no CURVE key") }
        guard let client = list.clients[key], client.rights.contains(right) else {
            return ZAPReply(status: .refused, text: "not on the list for \(right.rawValue)")
        }
        return ZAPReply(status: .admitted, text: "OK", user: client.name)
    }

    /// Whether the file changed since it was last asked about; asked once a change, so that a list
    /// that cannot be read is complained about once.
    mutating func mustRead(modified: Date?) -> Bool {
        defer { self.modified = modified }
        return modified != self.modified
    }

    /// Lets in whom another list names from now on; whether somebody has lost a right by it.
    mutating func replace(with other: Credentials.AllowList) -> Bool {
        let mustCut = other.revokes(list)
        list = other
        if mustCut { revocations += 1 }
        return mustCut
    }
}

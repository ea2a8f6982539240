import Files
import ServiceConfiguration

/// When what a file says takes effect.
///
/// A value that is given what each look at the file read. Contents are compared, since neither times
/// nor inodes tell of every change: a folder of a Kubernetes ConfigMap is swapped under a symbolic
/// link, and files are copied with their times. They count once two looks in a row have found the
/// same, so that a file that is just being written is not taken at its word.
struct ClientList {
    /// What follows from a look.
    enum Change: Equatable {
        /// Nothing new.
        case none
        /// Another list holds.
        case adopted(Credentials.AllowList)
        /// What holds is not what the file says, for this reason, which is new.
        case distrusted(String)
        /// The file says again what holds.
        case restored
    }

    /// What the list in force was made of.
    private var inForce: [UInt8]
    /// What the last look read, if that is something else.
    private var candidate: Result<[UInt8], FilesError>?
    /// The contents that could not be parsed, so that they are not parsed at every look.
    private var rejected: [UInt8]?
    /// What is wrong with the file.
    private var complaint: String?

    /// What was read before anybody was let in holds.
    init(_ bytes: [UInt8]) { inForce = bytes }

    /// Takes note of what was read, and has `parse` read it where it counts.
    mutating func look(
        _ reading: Result<[UInt8], FilesError>,
        parse: ([UInt8]) -> Result<Credentials.AllowList, ConfigurationError>
    ) -> Change {
        if case .success(let bytes) = reading, bytes == inForce {
            candidate = nil
            defer { complaint = nil }
            return complaint == nil ? .none : .restored
        }
        guard candidate == reading else {
            candidate = reading
            return .none
        }
        switch reading {
        case .failure(let error): return distrust(error.description)
        case .success(let bytes):
            // Read once already, and found wanting.
            if complaint != nil, rejected == bytes { return .none }
            switch parse(bytes) {
            case .failure(let error):
                rejected = bytes
                return distrust(error.description)
            case .success(let list):
                (inForce, candidate, complaint, rejected) = (bytes, nil, nil, nil)
                return .adopted(list)
            }
        }
    }

    private mutating func distrust(_ reason: String) -> Change {
        guard complaint != reason else { return .none }
        complaint = reason
        return .distrusted(reason)
    }
}

public import Platform

/// Why an address cannot be listened at on this machine, as it is now.
public enum AddressError: ExitCoding, Equatable, Sendable, CustomStringConvertible {
    /// A port that this user may not use; the key and the address.
    case port(String, String)
    /// A folder that is not there or cannot be written to; the key, the path and the folder.
    case folder(String, String, String)
    /// A path where something stands that is no socket; the key and the path.
    case occupied(String, String)

    /// The address is not to be had.
    public var exitStatus: ExitStatus { .unavailable }

    /// One sentence an operator can act on.
    public var description: String {
        switch self {
        case .port(let key, let address):
            "\(key): this user may not listen at \(address); choose a port above 1023"
        case .folder(let key, let path, let folder):
            "\(key): a socket cannot be made at \(path): \(folder) is not there, or this user may not "
                + "write to it; create it first, or let systemd do so with RuntimeDirectory="
        case .occupied(let key, let path):
            "\(key): \(path) is there already and is no socket; choose another path, or remove it"
        }
    }
}

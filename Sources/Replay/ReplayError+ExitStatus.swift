public import Platform

extension ReplayError: ExitCoding {
    /// An endpoint comes from the command line; the rest is about the daemon.
    public var exitStatus: ExitStatus {
        switch self {
        case .endpoint: .usage
        case .interrupted: .interrupted
        case .silent, .noReader, .socket: .unavailable
        }
    }
}

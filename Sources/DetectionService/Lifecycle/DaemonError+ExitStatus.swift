public import Platform

extension DaemonError: ExitCoding {
    /// An address that cannot be served at, or what this process is not allowed.
    public var exitStatus: ExitStatus {
        switch self {
        case .inUse, .http, .httpAddressMissing: .unavailable
        case .descriptors, .memory: .configuration
        }
    }
}

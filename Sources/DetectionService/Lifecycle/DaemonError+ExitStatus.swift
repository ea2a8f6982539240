public import Platform

extension DaemonError: ExitCoding {
    /// An address that cannot be served at, what this process is not allowed, or a machine that miscomputes.
    public var exitStatus: ExitStatus {
        switch self {
        case .inUse, .http, .httpAddressMissing: .unavailable
        case .descriptors, .memory: .configuration
        case .miscomputes: .system
        }
    }
}

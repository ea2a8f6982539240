public import Platform

extension DaemonError: ExitCoding {
    /// An address that cannot be served at.
    public var exitStatus: ExitStatus { .unavailable }
}

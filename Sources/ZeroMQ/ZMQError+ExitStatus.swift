public import Platform

extension ZMQError: ExitCoding {
    /// The other end, or the address, is not to be had.
    public var exitStatus: ExitStatus { .unavailable }
}

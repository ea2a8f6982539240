/// Exit codes by sysexits.h, so that scripts and service managers can tell failures apart.
public enum ExitStatus: Int32, Sendable {
    /// The command line is wrong.
    case usage = 64
    /// A model, calibration or data set is damaged or does not fit.
    case dataFormat = 65
    /// A file that is needed is not there or cannot be read.
    case noInput = 66
    /// An address is in use, or nobody answers there.
    case unavailable = 69
    /// Something that should not happen.
    case software = 70
    /// A part of the system is damaged: a library, or the processor.
    case system = 72
    /// A file cannot be written.
    case cannotCreate = 73
    /// Stopped on request; trying again goes on.
    case interrupted = 75
    /// The configuration is wrong.
    case configuration = 78

    /// What every program exits with for this error; `software` for one that does not say.
    public init(of error: any Error) {
        self = (error as? any ExitCoding)?.exitStatus ?? .software
    }
}

/// An error that knows what a program which fails of it exits with.
///
/// Error types conform in their own modules, so that all programs agree.
public protocol ExitCoding: Error {
    /// The exit code that goes with this error.
    var exitStatus: ExitStatus { get }
}

import ArgumentParser
import Platform

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
    /// A file cannot be written.
    case cannotCreate = 73
    /// Stopped on request; trying again goes on.
    case interrupted = 75
    /// The configuration is wrong.
    case configuration = 78
}

/// A sentence for the operator, and the exit code that goes with it.
public struct Failure: Error, CustomStringConvertible {
    /// The sentence.
    public let description: String
    /// The exit code.
    public let status: ExitStatus

    /// A failure with these.
    public init(_ description: String, _ status: ExitStatus) {
        self.description = description
        self.status = status
    }
}

/// Runs `body`; an error ends the program with its sentence on standard error and its exit code.
///
/// `classify` gives the exit code of errors that are not a `Failure`.
public func reporting<Result>(
    as program: String, classify: (any Error) -> ExitStatus, _ body: () throws -> Result
) throws -> Result {
    do {
        return try body()
    } catch let error as ExitCode {
        throw error
    } catch {
        note("\(program): \(error)\n")
        throw ExitCode(((error as? Failure)?.status ?? classify(error)).rawValue)
    }
}

/// Writes text to standard error as it is.
public func note(_ text: String) { writeToStandardError(text) }

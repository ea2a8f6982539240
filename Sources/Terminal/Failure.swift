public import Platform

/// A sentence for the operator, and the exit code that goes with it.
public struct Failure: ExitCoding, CustomStringConvertible {
    /// The sentence.
    public let description: String
    /// The exit code.
    public let exitStatus: ExitStatus

    /// A failure with these.
    public init(_ description: String, _ exitStatus: ExitStatus) {
        self.description = description
        self.exitStatus = exitStatus
    }
}

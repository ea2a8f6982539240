public import Platform

extension TrainingError: ExitCoding {
    /// A run that was asked for and cannot be.
    public var exitStatus: ExitStatus { .usage }
}

public import Platform

extension VAEError: ExitCoding {
    /// A model that cannot be read, or not be used.
    public var exitStatus: ExitStatus {
        if case .file = self { .noInput } else { .dataFormat }
    }
}

public import Platform

extension SafetensorsError: ExitCoding {
    /// A file that cannot be used.
    public var exitStatus: ExitStatus { .dataFormat }
}

public import Platform

extension CalibrationError: ExitCoding {
    /// A calibration that cannot be read, or not be used.
    public var exitStatus: ExitStatus {
        if case .file = self { .noInput } else { .dataFormat }
    }
}

public import Platform

extension DatasetError: ExitCoding {
    /// Images that are not where they were said to be, or are none.
    public var exitStatus: ExitStatus {
        switch self {
        case .notFound, .unreadable, .badSpecification: .noInput
        case .interrupted: .interrupted
        default: .dataFormat
        }
    }
}

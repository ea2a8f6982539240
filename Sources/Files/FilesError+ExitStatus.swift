public import Platform

extension FilesError: ExitCoding {
    /// Reading and writing fail differently.
    public var exitStatus: ExitStatus {
        switch self {
        case .notReplaceable, .unwritable, .notSynced: .cannotCreate
        case .unreadable, .isFolder, .notOrdinary, .tooLarge, .notGzip, .gzipTruncated,
            .gzipCorrupt, .gzipTooLarge, .zipCorrupt:
            .noInput
        }
    }
}

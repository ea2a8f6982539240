import CKernels

/// The version of the oneDNN this process runs with, such as "2.6.3".
public var libraryVersion: String {
    guard let version = unsafe dnnl_version() else { return "unknown" }
    return unsafe "\(version.pointee.major).\(version.pointee.minor).\(version.pointee.patch)"
}

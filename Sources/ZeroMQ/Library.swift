internal import CZeroMQ

/// The version of the libzmq this process runs with, such as "4.3.4".
public var libraryVersion: String {
    var major: Int32 = 0
    var minor: Int32 = 0
    var patch: Int32 = 0
    unsafe zmq_version(&major, &minor, &patch)
    return "\(major).\(minor).\(patch)"
}

/// Whether that libzmq was built with a capability, such as "curve" or "ipc".
public func libraryHas(_ capability: String) -> Bool { unsafe zmq_has(capability) == 1 }

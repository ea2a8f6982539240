import Glibc

/// The file descriptors of this process.
public enum Descriptors {
    /// More than this many are of no use to us, and tables of them would cost memory: some systems allow a
    /// thousand million.
    private static let most = 65_536

    /// Allows the process as many as its hard limit does, up to 65,536, and returns how many it may have.
    public static func raiseLimit() -> Int {
        var limits = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits) == 0 else {
            return 1024
        }
        let wanted = rlim_t(min(UInt64(limits.rlim_max), UInt64(most)))
        if limits.rlim_cur < wanted {
            limits.rlim_cur = wanted
            unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits)
            unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits)
        }
        return Int(min(UInt64(limits.rlim_cur), UInt64(most)))
    }

    /// How many it has now.
    public static var open: Int {
        guard let folder = unsafe opendir("/proc/self/fd") else { return 0 }
        defer { unsafe closedir(folder) }
        var count = 0
        while unsafe readdir(folder) != nil { count += 1 }
        // Without ".", ".." and the one it is counted with.
        return max(0, count - 3)
    }
}

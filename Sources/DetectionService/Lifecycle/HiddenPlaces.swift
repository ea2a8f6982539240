import Files
public import Logging
public import ServiceConfiguration

/// The directories that the service manager hides from this process, as `PrivateTmp=` does /tmp and
/// `ProtectHome=` /home: what others put there does not exist here.
public struct HiddenPlaces {
    /// Mount points, as `/tmp`.
    let directories: [String]

    /// Those of this process; none where that cannot be read.
    public init() {
        let table = (try? readFile("/proc/self/mountinfo", limit: 1 << 20)) ?? []
        self.init(mounts: String(decoding: table, as: UTF8.self))
    }

    /// Those of a table in the form of /proc/self/mountinfo (proc(5)).
    init(mounts: String) {
        directories = mounts.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ")
            // The fourth field is what is mounted, a directory of a file system, and the fifth where.
            guard fields.count > 4 else { return nil }
            let isHidden =
                fields[3].contains("/systemd-private-") || fields[3].contains("/inaccessible/")
            return isHidden ? String(fields[4]) : nil
        }
    }

    /// Warns of each path of the configuration that lies in one of them.
    public func warn(of configuration: Configuration, _ logger: Logger) {
        for (key, path) in configuration.paths {
            guard let directory = directories.first(where: { path.hasPrefix($0 + "/") }) else {
                continue
            }
            logger.warning(
                """
                \(key): \(path) lies in \(directory), which the unit hides from the daemon; use another \
                place, or see PrivateTmp= and ProtectHome= in systemd.exec(5).
                """)
        }
    }
}

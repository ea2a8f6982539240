import CBuild
import Platform
import Tensors
import ZeroMQ

/// What a program was built from and runs with, as `--version` and the metrics say it.
public enum Build {
    /// The version of elbod, the same for every program.
    public static var version: String { elbodVersion }

    /// The commit it was built from; empty if the build was not told (`tools/package` tells it).
    public static var commit: String { unsafe String(cString: elbod_commit()) }

    /// The version of the oneDNN in this process.
    public static var oneDNN: String { Tensors.libraryVersion }

    /// The version of the libzmq in this process.
    public static var libzmq: String { ZeroMQ.libraryVersion }

    /// What `--version` prints: the program's name, the version, the commit, and the versions of the
    /// libraries that this process runs with.
    public static func text(for program: String) -> String {
        let origin = commit.isEmpty ? "a working tree" : "commit \(commit)"
        return """
            \(program) \(version), built from \(origin)
            oneDNN \(oneDNN)
            libzmq \(libzmq)
            """
    }
}

public import Files
import FoundationEssentials
import Frames
public import Tensors

/// The names of files in a directory that calibrations are kept in, for one precision, and what is there.
///
/// That is a model directory, or the state directory of a daemon.
public struct CalibrationFolder: Sendable {
    /// The directory.
    public let directory: String
    /// Each precision has files of its own.
    public let precision: Precision

    /// The files of a directory.
    public init(directory: String, precision: Precision) {
        (self.directory, self.precision) = (directory, precision)
    }

    /// What is in force.
    public var inForce: String { Calibration.path(in: directory, precision) }
    /// Every revision made here, to go back to.
    public var history: String { directory + "/calibrations" + precision.suffix }
    /// What is in force for single sources.
    public var sources: String { history + "/sources" }
    /// What has been seen, and in which order.
    public var ledger: String { history + "/order.json" }

    /// Where a revision is kept; with `source`, one of that source alone.
    public func path(of revision: Int, source: String? = nil) -> String {
        let digits = "\(revision)"
        let zeros = String(repeating: "0", count: max(0, 6 - digits.count))
        return "\(history(of: source))/\(zeros)\(digits).json"
    }

    /// The folder of the revisions of a source, or of the common ones.
    public func history(of source: String?) -> String {
        // With an ending, since a source may be called "..".
        source.map { sources + "/history/" + Self.name(of: $0) + ".d" } ?? history
    }

    /// Where the bounds of a source are.
    public func path(of source: String) -> String { "\(sources)/\(Self.name(of: source)).json" }

    /// The name of a source as that of a file, or its hash where that would be too long for one.
    private static func name(of source: String) -> String {
        let name = percentEncoded(source)
        guard name.utf8.count > 200 else { return name }
        return "~" + SHA256Digest(of: Array(source.utf8)).description.dropFirst(7)
    }

    /// The source whose file has this name; nil if only the file knows.
    public static func source(ofFile name: String) -> String? {
        name.hasPrefix("~") ? nil : percentDecoded(String(name.dropLast(5)))
    }

    /// The revisions kept, of a source or the common ones, ascending.
    public func revisions(source: String? = nil) -> [Int] {
        names(in: history(of: source)).compactMap { name in
            name.hasSuffix(".json") ? Int(name.dropLast(5)) : nil
        }.sorted()
    }

    /// The names of the files of single sources.
    public var sourceFiles: [String] { names(in: sources).filter { $0.hasSuffix(".json") } }

    private func names(in folder: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
    }

    /// Removes all but the last `count` revisions and `needed`, and says which are left.
    public func prune(keeping count: Int, and needed: Set<Int>, source: String? = nil) -> Set<Int> {
        let all = revisions(source: source)
        let kept = Set(all.suffix(count)).union(needed.intersection(all))
        for revision in all where !kept.contains(revision) {
            // What cannot be removed is no loss.
            try? FileManager.default.removeItem(atPath: path(of: revision, source: source))
        }
        return kept
    }

    /// Keeps the calibration in force under its number, to go back to, and removes all but the last `count`; in a
    /// folder of whose order a daemon keeps account that is the daemon's to do.
    ///
    /// What cannot be read cannot be gone back to, and is not kept.
    public func keepInForce(atMost count: Int = 20) throws(FilesError) {
        guard let bytes = try? Calibration.bytes(ofFile: inForce),
            let calibration = try? Calibration(decoding: bytes)
        else { return }
        let target = path(of: calibration.revision)
        if let there = try? Calibration.bytes(ofFile: target), there == bytes { return }
        do {
            try FileManager.default.createDirectory(
                atPath: history, withIntermediateDirectories: true)
        } catch { throw .unwritable(path: history, step: "make the folder", reason: "\(error)") }
        try writeFileAtomically(bytes, to: target)
        guard fileKind(at: ledger) == .absent else { return }
        _ = prune(keeping: count, and: [])
    }

    /// Removes what was being written when a process was killed; says how many files.
    public func removeAbandonedFiles() -> Int {
        let histories = names(in: sources + "/history").map { sources + "/history/" + $0 }
        return ([directory, history, sources] + histories).reduce(0) {
            $0 + removeAbandonedTemporaryFiles(inFolder: $1)
        }
    }
}

import FoundationEssentials
import Glibc
public import Logging
import Platform
import Synchronization

/// Logs to standard error: with the journal's priority prefix when the journal reads it, with the
/// time otherwise.
///
/// Never waits for whoever reads: lines for which there is no room are lost and counted. Messages that
/// repeat are written twenty times in ten seconds, and then counted.
public struct ConsoleLogHandler: LogHandler {
    /// Least severe level that is written.
    public var logLevel = Logger.Level.info
    /// Fields of every line.
    public var metadata: Logger.Metadata = [:]

    private static let isJournal = ProcessInfo.processInfo.environment["JOURNAL_STREAM"] != nil
    private static let writer = LineWriter(descriptor: STDERR_FILENO) { count in
        ConsoleLogHandler.line(.warning, "Nobody read the log: \(count) lines were lost here.")
    }
    private static let repeats = Mutex(RepeatLimit(limit: 20, length: .seconds(10)))

    /// A handler for this process's standard error.
    public init() {}

    /// Reads or sets one field.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes one line: prefix, message, fields in alphabetical order.
    public func log(event: LogEvent) {
        let message = "\(event.message)"
        let outcome = Self.repeats.withLock { $0.note(message, at: .now) }
        guard case .written(let withheld) = outcome else { return }
        Self.write(withheld, like: message)
        let fields = metadata.merging(event.metadata ?? [:]) { $1 }
            .sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        Self.writer.write(Self.line(event.level, message + fields))
    }

    /// Says of which messages some were withheld, once it is over; to be called now and then.
    public static func noteWithheld() { noteWithheld(isLast: false) }

    /// Waits until all is written, half a second at most: the end of the process must not wait for whoever
    /// reads.
    public static func flush() {
        noteWithheld(isLast: true)
        _ = writer.flush(within: .milliseconds(500))
    }

    private static func noteWithheld(isLast: Bool) {
        let ended = repeats.withLock { $0.takeWithheld(at: .now, isLast: isLast) }
        for (kind, count) in ended { write(count, like: kind) }
    }

    private static func write(_ withheld: Int, like message: String) {
        guard withheld > 0 else { return }
        let what = message.isEmpty ? "other messages" : "messages like this"
        writer.write(line(.warning, "\(withheld) \(what) were withheld: \(message)"))
    }

    private static func line(_ level: Logger.Level, _ text: String) -> String {
        let prefix =
            isJournal ? "<\(priority(level))>" : "\(UnixTime.now.iso8601) \(level.rawValue): "
        return "\(prefix)\(printable(text))\n"
    }

    /// The syslog priority, as sd-daemon(3) numbers them.
    private static func priority(_ level: Logger.Level) -> Int {
        switch level {
        case .critical: 2
        case .error: 3
        case .warning: 4
        case .notice: 5
        case .info: 6
        case .debug, .trace: 7
        }
    }
}

import FoundationEssentials
public import Logging
import Platform

/// Logs to standard error: with the journal's priority prefix when the journal reads it, with the
/// time otherwise.
public struct ConsoleLogHandler: LogHandler {
    /// Least severe level that is written.
    public var logLevel = Logger.Level.info
    /// Fields of every line.
    public var metadata: Logger.Metadata = [:]
    private let isJournal: Bool

    /// A handler for this process's standard error.
    public init() {
        isJournal = ProcessInfo.processInfo.environment["JOURNAL_STREAM"] != nil
    }

    /// Reads or sets one field.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes one line: prefix, message, fields in alphabetical order.
    public func log(event: LogEvent) {
        let fields = metadata.merging(event.metadata ?? [:]) { $1 }
            .sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        let prefix =
            isJournal
            ? "<\(priority(event.level))>" : "\(UnixTime.now.iso8601) \(event.level.rawValue): "
        writeToStandardError("\(prefix)\(event.message)\(fields)\n")
    }

    /// The syslog priority, as sd-daemon(3) numbers them.
    private func priority(_ level: Logger.Level) -> Int {
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

/// Whether the frames that come are like the images of their calibrations.
public struct AuditReport: Sendable {
    /// Frames by the common calibration that were audited.
    public let frames: Int
    /// What gave the common calibration up; nil if nothing has.
    public let alarm: ExceedanceAudit.Alarm?
    /// Of each source alone: its name, its audited frames, and what gave its calibration up.
    public let sources: [(name: String, frames: Int, alarm: ExceedanceAudit.Alarm?)]

    /// Whether nothing has given a calibration up, of all sources together or of one alone.
    public var isValid: Bool { alarm == nil && sources.allSatisfy { $0.alarm == nil } }

    /// What gave calibrations up, a sentence each, for ten sources at most: senders choose how many there are.
    public var doubts: [String] {
        let all = alarm.map { ["all sources together: \($0.text)"] } ?? []
        let given = sources.compactMap { source in
            source.alarm.map { "\(source.name): \($0.text)" }
        }
        let more = given.count - Self.namedSources
        return all + given.prefix(Self.namedSources)
            + (more > 0 ? ["and \(more) more sources"] : [])
    }

    private static let namedSources = 10
}

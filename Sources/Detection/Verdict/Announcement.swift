public import Frames

/// What is said about a source beside the verdicts on its frames.
public struct Announcement: Sendable {
    /// Whom it is about.
    public let source: Source
    /// What.
    public let contents: Contents

    /// What there can be to say.
    public enum Contents: Sendable {
        /// An event has opened or closed.
        case event(FrameEvent)
        /// A window of frames was looked at as a whole.
        case window(DiscoveryWindow.Report, DiscoveryRule)
    }
}

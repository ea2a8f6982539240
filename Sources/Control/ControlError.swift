public import Platform

/// Why a request got no result.
public enum ControlError: ExitCoding, Sendable, CustomStringConvertible {
    /// There is no socket.
    case nobody(String)
    /// Nobody answers at it.
    case silent(String, Int)
    /// The daemon will not or cannot.
    case refused(String)

    /// The daemon refuses what does not fit; otherwise there is none to ask.
    public var exitStatus: ExitStatus {
        if case .refused = self { .dataFormat } else { .unavailable }
    }

    /// One sentence an operator can act on.
    public var description: String {
        switch self {
        case .nobody(let path):
            "there is no control socket at \(path); is elbod running, with control: \(path)? Name "
                + "another with --control or ELBOD_CONTROL"
        case .silent(let path, let seconds):
            "nobody answered at \(path) within \(seconds) s; is elbod running"
                + (path.hasPrefix("tcp://") ? ", and may this key control it?" : "?")
        case .refused(let text): text
        }
    }
}

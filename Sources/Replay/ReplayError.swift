public import ServiceConfiguration
public import ZeroMQ

/// Why a run cannot begin or go on.
public enum ReplayError: Error, Sendable, CustomStringConvertible {
    /// An endpoint that cannot be what it is given for.
    case endpoint(ConfigurationError)
    /// Nothing was published at the endpoint for that many seconds.
    case silent(Endpoint, seconds: Double)
    /// No daemon took its subscription to our frames for that many seconds.
    case noReader(Endpoint, seconds: Double)
    /// A stop was asked for before the first frame.
    case interrupted
    /// ZeroMQ refused.
    case socket(ZMQError)

    /// One sentence an operator can act on.
    public var description: String {
        switch self {
        case .endpoint(let error): error.description
        case .silent(let endpoint, let seconds):
            "nothing was published at \(endpoint) for \(seconds) s, where a daemon publishes its "
                + "status every second; is elbod running, and does it publish there?"
        case .noReader(let endpoint, let seconds):
            "nobody subscribed to the frames at \(endpoint) for \(seconds) s; does elbod ingest from "
                + "there?"
        case .interrupted: "stopped before the first frame"
        case .socket(let error): error.description
        }
    }
}

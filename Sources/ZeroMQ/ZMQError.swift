internal import CZeroMQ

/// What libzmq refused, as its errno and what was being done; making one allocates nothing.
public struct ZMQError: Error, Equatable, Sendable {
    /// libzmq's errno, such as `ZMQError.addressInUse`.
    public let code: Int32
    /// What was being done, as words that follow "cannot": "bind", "connect to", "receive".
    public let operation: String
    /// What it was done to, mostly an endpoint; "" where there is nothing to name.
    public let subject: String

    /// Describes a failed call; `operation` and `subject` must not hold a secret.
    public init(code: Int32, operation: String, subject: String = "") {
        self.code = code
        self.operation = operation
        self.subject = subject
    }

    /// Whether the context was shut down, which ends a loop rather than being a fault.
    public var isTerminated: Bool { code == Self.terminated }

    /// The context was shut down (ETERM).
    public static var terminated: Int32 { ETERM }
    /// The peer that a message is for has gone (EHOSTUNREACH).
    public static var unreachable: Int32 { EHOSTUNREACH }
    /// Someone is bound to the address already (EADDRINUSE).
    public static var addressInUse: Int32 { EADDRINUSE }
    /// Whether what was to be bound to is not there: no interface has the address, or there is no such
    /// folder.
    public var isAddressMissing: Bool { [EADDRNOTAVAIL, ENODEV, ENOENT].contains(code) }
    /// A malformed endpoint, a bad key or a number out of its range (EINVAL).
    public static var invalidArgument: Int32 { EINVAL }
}

/// The errno of a call that just returned -1, else 0; nothing may come between the two.
@inline(__always)
func errorCode(_ result: Int32) -> Int32 { result == -1 ? zmq_errno() : 0 }

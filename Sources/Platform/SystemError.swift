import Glibc

/// A system call's failure: the value of `errno`, read before anything else could change it.
public struct SystemError: Error {
    /// The value of `errno`.
    public let code: Int32

    /// The failure that `errno` reads as this.
    public init(code: Int32) { self.code = code }

    /// The system's words for the code.
    public var reason: String {
        unsafe String(cString: strerror(code))
    }
}

/// Makes a system call again for as long as signals interrupt it; a negative result is a failure.
public func uninterrupted<Number: SignedInteger>(
    _ call: () -> Number
) -> Result<Number, SystemError> {
    while true {
        let result = call()
        if result >= 0 { return .success(result) }
        let code = errno
        if code != EINTR { return .failure(SystemError(code: code)) }
    }
}

import Glibc

/// An open file descriptor; its owner closes it by letting go of it.
struct Descriptor: ~Copyable {
    /// The kernel's number, valid as long as this value lives.
    let number: Int32

    /// Takes over an open descriptor, which nobody else may close.
    init(owning number: Int32) {
        self.number = number
    }

    deinit {
        // Whoever needs the bytes on the disk has synced them before; close has no news for them.
        _ = close(number)
    }
}

/// A system call's failure: the value of `errno`, read before anything else could change it.
struct SystemError: Error {
    /// The value of `errno`.
    let code: Int32

    /// The system's words for the code.
    var reason: String {
        String(cString: strerror(code))
    }
}

/// Makes a system call again for as long as signals interrupt it; a negative result is a failure.
func uninterrupted<Number: SignedInteger>(
    _ call: () -> Number
) -> Result<Number, SystemError> {
    while true {
        let result = call()
        if result >= 0 { return .success(result) }
        let code = errno
        if code != EINTR { return .failure(SystemError(code: code)) }
    }
}

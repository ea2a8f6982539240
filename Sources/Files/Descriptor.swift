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
        // A writer syncs before it closes, so an error from close would tell nothing new.
        _ = close(number)
    }
}

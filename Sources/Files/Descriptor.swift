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

import Glibc

/// Writes text to standard error as far as that takes it; nobody could be told if it does not.
public func writeToStandardError(_ text: String) { writeAll(text, to: STDERR_FILENO) }

/// Writes text to a descriptor, waiting where that takes no more for now.
func writeAll(_ text: String, to descriptor: Int32) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
        let written = unsafe bytes.withUnsafeBytes {
            unsafe write(descriptor, $0.baseAddress, $0.count)
        }
        let code = errno
        if written < 0, code == EAGAIN {
            // Shared with a program that made it non-blocking.
            var item = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            _ = unsafe poll(&item, 1, -1)
        } else if written < 0, code != EINTR {
            return
        }
        bytes = bytes.dropFirst(max(0, written))
    }
}

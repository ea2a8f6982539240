import Glibc

/// Writes text to standard error as far as that takes it; nobody could be told if it does not.
public func writeToStandardError(_ text: String) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
        let written = unsafe bytes.withUnsafeBytes {
            unsafe write(STDERR_FILENO, $0.baseAddress, $0.count)
        }
        if written < 0 && errno != EINTR { return }
        bytes = bytes.dropFirst(max(0, written))
    }
}

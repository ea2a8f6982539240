import Glibc

/// What tells this run of the daemon from others.
struct RunIdentity: Sendable {
    /// Random for each run: with it, a source and a sequence number name one frame for ever.
    let epoch: String
    /// The machine's name.
    let worker: String

    /// A new run on this machine.
    init() {
        epoch = String(UInt32.random(in: 0x1000_0000...UInt32.max), radix: 16)
        // Not from /proc, of which the unit leaves the processes alone.
        var host = [CChar](repeating: 0, count: 256)
        let isNamed = unsafe gethostname(&host, host.count - 1) == 0
        let name =
            isNamed ? host.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)) : Array("host".utf8)
        worker = String(decoding: name, as: UTF8.self).filter {
            $0.isASCII && ($0.isLetter || $0.isNumber || "-._".contains($0))
        }
    }
}

internal import Glibc

/// What stands in a `tcp://host:port` address, checked by itself.
///
/// libzmq takes more than it means: of a port it reads what atoi makes of it, and what stands before
/// a semicolon is the address that a connection leaves from.
public struct TCPAddress: Hashable, Sendable {
    /// Which machine, or which of this machine's addresses.
    public enum Host: Hashable, Sendable {
        /// `*`: every IPv4 address of this machine.
        case any
        /// An IPv4 address of four bytes.
        case v4([UInt8])
        /// An IPv6 address of 16 bytes, and the interface that a link-local one belongs to.
        case v6([UInt8], scope: String?)
        /// Where it is bound, an interface or `localhost`; where it is connected to, a machine.
        case name(String)
    }

    /// What is wrong with an address, as words that follow "expected".
    public struct Flaw: Error, Equatable, Sendable {
        /// What would be right.
        public let expected: String

        /// What is expected instead.
        public init(expected: String) { self.expected = expected }
    }

    /// Which machine.
    public let host: Host
    /// From 1; 0 where the system is to choose, written `0` or `*`.
    public let port: UInt16
    /// The address as libzmq is to be given it.
    public let text: String

    /// Reads an address, with `tcp://` in front.
    public init(_ text: String) throws(Flaw) {
        guard text.hasPrefix("tcp://") else { throw Flaw(expected: "an address after tcp://") }
        let rest = text.dropFirst("tcp://".count)
        guard !rest.utf8.contains(where: { $0 <= 32 || $0 == 127 }) else {
            throw Flaw(expected: "an address without spaces")
        }
        guard !rest.utf8.contains(UInt8(ascii: ";")) else {
            throw Flaw(
                expected: "one address without a semicolon; which way a connection leaves is up to "
                    + "the system")
        }
        guard let colon = rest.lastIndex(of: ":"), colon != rest.startIndex else {
            throw Flaw(expected: "tcp://host:port")
        }
        port = try Self.port(rest[rest.index(after: colon)...])
        host = try Self.host(rest[..<colon])
        self.text = text
    }

    private static func port(_ text: Substring) throws(Flaw) -> UInt16 {
        if text == "*" { return 0 }
        guard !text.isEmpty, text.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }),
            let port = UInt16(text)
        else { throw Flaw(expected: "tcp://host:port with a port of 1 to 65535") }
        return port
    }

    private static func host(_ text: Substring) throws(Flaw) -> Host {
        if text == "*" { return .any }
        if text.hasPrefix("[") {
            let inside = text.dropFirst().prefix { $0 != "]" && $0 != "%" }
            let tail = text.dropFirst(1 + inside.count)
            guard let bytes = bytes(String(inside), AF_INET6, count: 16), tail.hasSuffix("]"),
                tail == "]" || tail.count > 2 && tail.hasPrefix("%")
            else {
                throw Flaw(
                    expected: "an IPv6 address between the brackets, such as tcp://[::1]:5555")
            }
            return .v6(bytes, scope: tail == "]" ? nil : String(tail.dropFirst().dropLast()))
        }
        if let bytes = bytes(String(text), AF_INET, count: 4) { return .v4(bytes) }
        guard !text.contains(":") else {
            throw Flaw(expected: "an IPv6 address in brackets, such as tcp://[::1]:5555")
        }
        // What has only numbers is an address to the resolver, whatever it then makes of it.
        let isNumeric = text.utf8.allSatisfy { $0 >= 48 && $0 <= 57 || $0 == UInt8(ascii: ".") }
        guard !isNumeric else {
            throw Flaw(expected: "an IPv4 address of four numbers up to 255, or a name")
        }
        guard text.utf8.allSatisfy(isNamePart) else {
            throw Flaw(expected: "a name of letters, digits, dots and dashes, or an address")
        }
        return .name(String(text))
    }

    private static func isNamePart(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"),
            UInt8(ascii: "_"), 128...:
            true
        default: false
        }
    }

    private static func bytes(_ text: String, _ family: Int32, count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        return unsafe inet_pton(family, text, &bytes) == 1 ? bytes : nil
    }
}

extension TCPAddress {
    /// Whether only this machine is meant, as far as that can be told without asking anybody.
    public var isLoopback: Bool {
        switch host {
        case .any: false
        case .v4(let bytes): bytes[0] == 127
        case .v6(let bytes, _):
            bytes == Self.loopback || bytes.starts(with: Self.mapped) && bytes[12] == 127
        case .name(let name): name == "localhost"
        }
    }

    /// Whether every address of the machine is meant.
    public var isWildcard: Bool {
        switch host {
        case .any: true
        case .v4(let bytes): bytes == [0, 0, 0, 0]
        case .v6(let bytes, _): bytes.allSatisfy { $0 == 0 }
        case .name: false
        }
    }

    /// Whether the host is an IPv6 address.
    public var isIPv6: Bool { if case .v6 = host { true } else { false } }

    private static let loopback = [UInt8](repeating: 0, count: 15) + [1]
    /// What an IPv4 address begins with where it is written as an IPv6 one.
    private static let mapped = [UInt8](repeating: 0, count: 10) + [255, 255]

    /// The address to bind: libzmq looks up no names there, and `localhost` is no interface.
    var bindable: String {
        host == .name("localhost") ? "tcp://127.0.0.1:\(port == 0 ? "*" : "\(port)")" : text
    }

    /// The same address with a port that the system chooses.
    public var withAnyPort: String {
        let host = text.lastIndex(of: ":").map { text[..<$0] } ?? text[...]
        return "\(host):*"
    }

    /// Whether this user may bind the port, in use or not.
    public var mayUsePort: Bool {
        guard port > 0 else { return true }
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return true }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        // Bound and not listened at, so that nobody who connects meanwhile is let in.
        let status = unsafe withUnsafeBytes(of: &address) { bytes in
            unsafe bytes.withMemoryRebound(to: sockaddr.self) {
                unsafe bind(descriptor, $0.baseAddress, size)
            }
        }
        return status == 0 || errno != EACCES
    }
}

internal import CZeroMQ

/// One part of a message, in memory that libzmq owns; made once and received into again and again.
///
/// The `zmq_msg_t` lives on the heap because libzmq keeps up to 33 bytes inside it: a span over a
/// struct held inline would dangle as soon as that struct moved. Longer parts lie, unaligned, in a
/// shared buffer of 8 KiB that stays alive as long as this message refers to it: copy pixels out.
/// Belongs to one thread at a time.
@safe public struct Message: ~Copyable {
    /// The `zmq_msg_t` this value owns, initialised from `init` to `deinit`.
    let frame: UnsafeMutablePointer<zmq_msg_t>

    /// Makes an empty message; the only allocation it ever does by itself.
    public init() {
        unsafe frame = .allocate(capacity: 1)
        // Documented to succeed always.
        _ = unsafe zmq_msg_init(frame)
    }

    deinit {
        _ = unsafe zmq_msg_close(frame)
        unsafe frame.deallocate()
    }

    /// The part's bytes, valid until the message is received into, sent or gone.
    public var bytes: Span<UInt8> {
        @_lifetime(borrow self)
        get {
            let bytes = unsafe UnsafeRawBufferPointer(start: zmq_msg_data(frame), count: count)
            return unsafe _overrideLifetime(Span(_unsafeBytes: bytes), borrowing: self)
        }
    }

    /// A copy of the part's bytes.
    public var copy: [UInt8] {
        unsafe [UInt8](UnsafeRawBufferPointer(start: zmq_msg_data(frame), count: count))
    }

    /// Gives the memory of the part back; it is empty afterwards.
    public mutating func clear() {
        _ = unsafe zmq_msg_close(frame)
        _ = unsafe zmq_msg_init(frame)
    }

    /// How many bytes the part has.
    public var count: Int { unsafe zmq_msg_size(frame) }

    /// Whether further parts of the same message follow this received one.
    public var more: Bool { unsafe zmq_msg_more(frame) != 0 }
}

@available(*, unavailable)
extension Message: Sendable {}

extension Message {
    /// The descriptor of the connection that the message received came on, if libzmq knows.
    ///
    /// It may be closed by now. A look-up in a table: not for every message of a flood.
    public var connection: CInt? {
        let descriptor = unsafe zmq_msg_get(frame, ZMQ_SRCFD)
        return descriptor >= 0 ? descriptor : nil
    }
}

extension Message {
    /// The text that a ZAP handler gave to the connection the message came on (`User-Id`); nil if
    /// nobody was asked about it.
    public var userID: String? {
        unsafe property("User-Id").map { unsafe String(cString: $0) }
    }

    /// The number that `userID` begins with; a look-up and a few digits, without an allocation.
    public var userNumber: UInt64? {
        guard var character = unsafe property("User-Id") else { return nil }
        var number: UInt64?
        while let digit = unsafe Self.digit(character.pointee) {
            let (product, hasOverflown) = (number ?? 0).multipliedReportingOverflow(by: 10)
            let (sum, isTooLarge) = product.addingReportingOverflow(digit)
            if hasOverflown || isTooLarge { return nil }
            number = sum
            unsafe character += 1
        }
        return number
    }

    /// The address of the peer without its port; nil over anything but TCP.
    public var peerAddress: String? {
        unsafe property("Peer-Address").map { unsafe String(cString: $0) }
    }

    private func property(_ name: StaticString) -> UnsafePointer<CChar>? {
        unsafe name.utf8Start.withMemoryRebound(to: CChar.self, capacity: name.utf8CodeUnitCount) {
            unsafe zmq_msg_gets(frame, $0)
        }
    }

    private static func digit(_ character: CChar) -> UInt64? {
        character >= 48 && character <= 57 ? UInt64(character - 48) : nil
    }
}

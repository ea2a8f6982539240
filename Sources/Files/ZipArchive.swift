import CZlib

/// The files in a zip archive whose contents are stored or deflated, such as numpy's `.npz`.
public struct ZipArchive: Sendable {
    /// One file in it.
    public struct Entry: Sendable {
        /// Its name, with whatever folders.
        public let name: String
        fileprivate let method: UInt16
        fileprivate let checksum: UInt32
        fileprivate let packed: Int
        fileprivate let unpacked: Int
        fileprivate let header: Int
    }

    /// The files, in the order of the archive's directory.
    public private(set) var entries: [Entry] = []
    private let bytes: [UInt8]

    /// Whether the bytes start as a zip archive does.
    public static func isZip(_ bytes: [UInt8]) -> Bool {
        bytes.starts(with: [0x50, 0x4b, 3, 4]) || bytes.starts(with: [0x50, 0x4b, 5, 6])
    }

    /// Reads the directory; throws `zipCorrupt` for damage, encryption, parts and sizes over 4 GiB.
    public init(_ bytes: [UInt8]) throws(FilesError) {
        self.bytes = bytes
        // The directory's end is the last thing but for a comment of at most 65,535 bytes.
        let first = max(0, bytes.count - 22 - 65_535)
        guard bytes.count >= 22,
            let end = (first...(bytes.count - 22)).last(where: { number(at: $0) == 0x0605_4b50 })
        else { throw .zipCorrupt(reason: "its directory is missing") }
        var place = Int(number(at: end + 16))
        for _ in 0..<short(at: end + 10) {
            guard place + 46 <= end, number(at: place) == 0x0201_4b50 else {
                throw .zipCorrupt(reason: "its directory is damaged")
            }
            let sizes = [28, 30, 32].map { Int(short(at: place + $0)) }
            let next = place + 46 + sizes.reduce(0, +)
            guard next <= end else { throw .zipCorrupt(reason: "its directory is damaged") }
            entries.append(
                Entry(
                    name: String(
                        decoding: bytes[(place + 46)..<(place + 46 + sizes[0])], as: UTF8.self),
                    method: short(at: place + 10), checksum: number(at: place + 16),
                    packed: Int(number(at: place + 20)), unpacked: Int(number(at: place + 24)),
                    header: Int(number(at: place + 42))))
            place = next
        }
    }

    /// The contents of a file in it, at most `limit` bytes; throws `zipCorrupt` unless length and check
    /// sum are right.
    public func contents(of entry: Entry, limit: Int = 1 << 30) throws(FilesError) -> [UInt8] {
        func damaged(_ reason: String) -> FilesError {
            .zipCorrupt(reason: "\(entry.name): \(reason)")
        }
        guard entry.unpacked <= limit else { throw damaged("it has more than \(limit) bytes") }
        guard entry.header + 30 <= bytes.count, number(at: entry.header) == 0x0403_4b50 else {
            throw damaged("it is not where the directory says")
        }
        let start =
            entry.header + 30 + Int(short(at: entry.header + 26))
            + Int(short(at: entry.header + 28))
        guard start + entry.packed <= bytes.count else { throw damaged("it is cut short") }
        let packed = Array(bytes[start..<(start + entry.packed)])
        let contents: [UInt8]?
        switch entry.method {
        case 0: contents = packed
        case 8: contents = inflated(packed, count: entry.unpacked)
        default: throw damaged("it is packed by method \(entry.method), which is not read")
        }
        guard let contents, contents.count == entry.unpacked,
            checksum(of: contents) == entry.checksum
        else { throw damaged("it is damaged") }
        return contents
    }

    private func short(at place: Int) -> UInt16 {
        UInt16(bytes[place]) | UInt16(bytes[place + 1]) << 8
    }

    private func number(at place: Int) -> UInt32 {
        UInt32(short(at: place)) | UInt32(short(at: place + 2)) << 16
    }
}

/// What deflated bytes without a header unpack to, if that is `count` bytes.
private func inflated(_ packed: [UInt8], count: Int) -> [UInt8]? {
    let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    defer { unsafe stream.deallocate() }
    // A negative window says that there is neither header nor check sum.
    guard
        unsafe inflateInit2_(stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { return nil }
    defer { unsafe inflateEnd(stream) }
    // One byte more, so that too long contents show.
    var output = [UInt8](repeating: 0, count: count + 1)
    let status = unsafe packed.withUnsafeBufferPointer { packed in
        unsafe output.withUnsafeMutableBufferPointer { output in
            unsafe stream.pointee.next_in = packed.baseAddress
            unsafe stream.pointee.avail_in = UInt32(packed.count)
            unsafe stream.pointee.next_out = output.baseAddress
            unsafe stream.pointee.avail_out = UInt32(output.count)
            return unsafe inflate(stream, Z_FINISH)
        }
    }
    guard status == Z_STREAM_END, unsafe stream.pointee.avail_out == 1 else { return nil }
    output.removeLast()
    return output
}

private func checksum(of bytes: [UInt8]) -> UInt32 {
    unsafe bytes.withUnsafeBufferPointer { bytes in
        unsafe UInt32(truncatingIfNeeded: crc32_z(0, bytes.baseAddress, bytes.count))
    }
}

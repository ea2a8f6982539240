import CZlib

/// Whether the bytes start as every gzip file does, with 1f 8b.
public func isGzip(_ bytes: [UInt8]) -> Bool {
    bytes.starts(with: [0x1f, 0x8b])
}

/// What gzip data unpacks to, all members of it joined; at most `limit` bytes.
///
/// The check sums in the data are checked. Throws `notGzip`, `gzipTruncated`, `gzipCorrupt` (also
/// for anything but another member after the end) or `gzipTooLarge`.
public func gunzip(_ bytes: [UInt8], limit: Int = 1 << 30) throws(FilesError) -> [UInt8] {
    guard isGzip(bytes) else { throw .notGzip }
    return try unsafe bytes.withUnsafeBufferPointer { unsafe inflateMembers($0, limit: limit) }
        .get()
}

private func inflateMembers(
    _ input: UnsafeBufferPointer<UInt8>, limit: Int
) -> Result<[UInt8], FilesError> {
    // On the heap, since zlib keeps the stream's own address and fails when it changes.
    let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    defer { unsafe stream.deallocate() }
    // 15 bits of window, and 16 more to ask for gzip's header and check sum.
    let started = unsafe inflateInit2_(
        stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard started == Z_OK else {
        return .failure(.gzipCorrupt(unpacked: 0, reason: "zlib did not start, code \(started)"))
    }
    defer { unsafe inflateEnd(stream) }

    var output: [UInt8] = []
    var fed = 0
    var chunk = [UInt8](repeating: 0, count: 1 << 18)
    while true {
        if unsafe stream.pointee.avail_in == 0, fed < input.count, let base = input.baseAddress {
            // zlib counts in 32 bits.
            let portion = min(input.count - fed, 1 << 30)
            unsafe stream.pointee.next_in = base + fed
            unsafe stream.pointee.avail_in = UInt32(portion)
            fed += portion
        }
        unsafe stream.pointee.avail_out = UInt32(chunk.count)
        let status = unsafe chunk.withUnsafeMutableBufferPointer { chunk in
            unsafe stream.pointee.next_out = chunk.baseAddress
            return unsafe inflate(stream, Z_NO_FLUSH)
        }

        let produced = unsafe chunk.count - Int(stream.pointee.avail_out)
        if produced > limit - output.count { return .failure(.gzipTooLarge(limit: limit)) }
        output.append(contentsOf: chunk[..<produced])
        let isExhausted = unsafe stream.pointee.avail_in == 0 && fed == input.count
        switch status {
        case Z_OK: continue
        case Z_STREAM_END where isExhausted: return .success(output)
        case Z_STREAM_END: unsafe inflateReset(stream)
        case Z_BUF_ERROR where isExhausted: return .failure(.gzipTruncated(unpacked: output.count))
        default:
            let reason =
                unsafe stream.pointee.msg.map { unsafe String(cString: $0) }
                ?? "zlib code \(status)"
            return .failure(.gzipCorrupt(unpacked: output.count, reason: reason))
        }
    }
}

extension ImageFormat {
    /// What bytes look like, in words that continue "it looks like", also where it is no picture
    /// that is read, as in "a GIF picture"; nil if nothing is recognised.
    ///
    /// Looks at the first bytes alone. A guess, for messages to operators.
    public static func description(ofBytes bytes: Span<UInt8>) -> String? {
        for (offset, signature, words) in signatures
        where bytes.contains(signature, at: offset) { return words }
        return brand(bytes) ?? markup(bytes) ?? pickle(bytes) ?? videoUnit(bytes)
    }

    /// Where a signature stands, what it is and what it says; more telling ones come first.
    private static let signatures: [(Int, [UInt8], String)] = [
        (0, [0xff, 0xd8, 0xff], "a JPEG picture"),
        (0, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a], "a PNG picture"),
        (0, Array("GIF8".utf8), "a GIF picture"),
        (0, [0x49, 0x49, 0x2a, 0], "a TIFF picture"), (0, [0x4d, 0x4d, 0, 0x2a], "a TIFF picture"),
        (0, [0x49, 0x49, 0x2b, 0], "a BigTIFF picture"),
        (0, [0x4d, 0x4d, 0, 0x2b], "a BigTIFF picture"),
        (8, Array("WEBP".utf8), "a WebP picture"), (8, Array("AVI ".utf8), "an AVI film"),
        (0, [0, 0, 0, 0x0c, 0x6a, 0x50, 0x20, 0x20], "a JPEG 2000 picture"),
        (0, [0xff, 0x4f, 0xff, 0x51], "a JPEG 2000 picture"),
        (0, [0, 0, 0, 0x0c, 0x4a, 0x58, 0x4c, 0x20], "a JPEG XL picture"),
        (0, [0xff, 0x0a], "a JPEG XL picture"),
        (0, [0x49, 0x49, 0xbc], "a JPEG XR picture"),
        (0, Array("8BPS".utf8), "a Photoshop picture"), (0, Array("qoif".utf8), "a QOI picture"),
        (0, [0x76, 0x2f, 0x31, 0x01], "an OpenEXR picture"),
        (128, Array("DICM".utf8), "a DICOM file"),
        (0, [0x93] + Array("NUMPY".utf8), "a NumPy file (.npy)"),
        (0, [0x50, 0x4b, 3, 4], "a zip archive or NumPy's .npz"),
        (0, [0, 0, 8, 1], "an IDX file"), (0, [0, 0, 8, 3], "an IDX file"),
        (0, [0x1f, 0x8b], "gzip"), (0, [0x28, 0xb5, 0x2f, 0xfd], "Zstandard"),
        (0, [0x78, 0x01], "zlib's compression"), (0, [0x78, 0x9c], "zlib's compression"),
        (0, [0x78, 0xda], "zlib's compression"), (0, [0xfd, 0x37, 0x7a, 0x58, 0x5a], "xz"),
        (0, [0x04, 0x22, 0x4d, 0x18], "LZ4"), (0, Array("BZh".utf8), "bzip2"),
        (0, [0x89] + Array("HDF".utf8), "an HDF5 file"), (0, Array("%PDF".utf8), "a PDF file"),
        (0, [0x1a, 0x45, 0xdf, 0xa3], "a Matroska or WebM film"),
        (0, Array("/9j/".utf8), "the base64 text of a JPEG"),
        (0, Array("iVBORw0KGgo".utf8), "the base64 text of a PNG"),
        (0, Array("R0lGOD".utf8), "the base64 text of a GIF"),
        (0, Array("UklGR".utf8), "the base64 text of a WebP or AVI"),
        (0, Array("data:image/".utf8), "a data URL, the base64 text of a picture"),
        (0, Array("b'".utf8), "the text of a Python bytes object"),
        (0, Array("http://".utf8), "the address of a web page"),
        (0, Array("https://".utf8), "the address of a web page"),
        (0, Array("BM".utf8), "a BMP picture"),
        (0, Array("P4\n".utf8), "a PBM picture"), (0, Array("P5\n".utf8), "a PGM picture"),
        (0, Array("P6\n".utf8), "a PPM picture"), (0, Array("P2\n".utf8), "a PGM picture"),
        (0, Array("P3\n".utf8), "a PPM picture"),
    ]

    /// ISO's media files, which name their kind after "ftyp".
    private static func brand(_ bytes: Span<UInt8>) -> String? {
        guard bytes.contains(Array("ftyp".utf8), at: 4) else { return nil }
        let pictures = ["heic", "heix", "hevc", "hevx", "heim", "heis", "mif1", "msf1"]
        if ["avif", "avis"].contains(where: { bytes.contains(Array($0.utf8), at: 8) }) {
            return "an AVIF picture"
        }
        return pictures.contains { bytes.contains(Array($0.utf8), at: 8) }
            ? "a HEIF picture (HEIC)" : "an MP4 film"
    }

    /// HTML, XML and JSON, after spaces, whatever their case.
    private static func markup(_ bytes: Span<UInt8>) -> String? {
        let spaces: [UInt8] = [0x20, 0x09, 0x0a, 0x0d]
        guard let start = bytes.indices.first(where: { !spaces.contains(bytes[$0]) }) else {
            return nil
        }
        let head = bytes.extracting(start..<min(bytes.count, start + 16))
        func begins(_ word: String) -> Bool {
            word.utf8.count <= head.count
                && zip(head.indices, word.utf8).allSatisfy { index, letter in
                    let byte = head[index]
                    return (0x41...0x5a ~= byte ? byte + 0x20 : byte) == letter
                }
        }
        if begins("<!doctype html") || begins("<html") { return "an HTML page" }
        if begins("<svg") { return "an SVG drawing" }
        if begins("<?xml") { return "XML" }
        return begins("{\"") || begins("[{") ? "JSON" : nil
    }

    /// Python's pickle of protocol 2 and newer.
    private static func pickle(_ bytes: Span<UInt8>) -> String? {
        bytes.count > 2 && bytes[0] == 0x80 && 2...5 ~= bytes[1] ? "a Python pickle" : nil
    }

    /// A start code of H.264 or H.265 and the kind of unit that begins a stream.
    private static func videoUnit(_ bytes: Span<UInt8>) -> String? {
        let codes: [[UInt8]] = [[0, 0, 0, 1], [0, 0, 1]]
        guard let code = codes.first(where: { bytes.contains($0, at: 0) }),
            bytes.count > code.count + 1
        else { return nil }
        let unit = bytes[code.count]
        if [0x40, 0x42, 0x44, 0x46, 0x26].contains(unit), bytes[code.count + 1] == 1 {
            return "H.265 video"
        }
        return unit < 0x80 && [1, 5, 6, 7, 8, 9].contains(unit & 0x1f) ? "H.264 video" : nil
    }
}

extension Span<UInt8> {
    /// Whether these bytes stand at `offset`.
    func contains(_ part: [UInt8], at offset: Int) -> Bool {
        guard offset >= 0, count >= part.count, offset <= count - part.count else { return false }
        for index in part.indices where self[offset + index] != part[index] { return false }
        return true
    }
}

import Images

/// What bytes look like that are no frame, so that their sender can be told what to send instead.
public enum FileKind: Sendable, CaseIterable {
    case nothing, picture, json, jsonList, pickle, numpy, messagePack, gzip, zlib, zip, base64
    case gif, heif, video, markup, http, text, header, bareImage

    /// What these bytes look like; nil if they look like nothing that is known.
    init?(_ bytes: Span<UInt8>) {
        if let known = Self.signature(bytes) {
            self = known
        } else if Self.isText(bytes) {
            self = Self.isBase64(bytes) ? .base64 : .text
        } else {
            return nil
        }
    }

    /// Whether bytes start as an encoded picture that is decoded.
    static func isPicture(_ bytes: Span<UInt8>) -> Bool { ImageFormat(bytes) != nil }

    private static let signatures: [([UInt8], at: Int, FileKind)] = [
        (Array("\u{93}NUMPY".unicodeScalars.map { UInt8($0.value) }), 0, .numpy),
        ([0x1F, 0x8B], 0, .gzip), (Array("PK\u{3}\u{4}".utf8), 0, .zip),
        (Array("GIF8".utf8), 0, .gif),
        (Array("ftyphei".utf8), 4, .heif), (Array("ftypavi".utf8), 4, .heif),
        (Array("ftypmif".utf8), 4, .heif), (Array("ftyp".utf8), 4, .video),
        ([0, 0, 0, 1], 0, .video), ([0, 0, 1], 0, .video), ([0x1A, 0x45, 0xDF, 0xA3], 0, .video),
        (Array("AVI ".utf8), 8, .video), (Array("GET /".utf8), 0, .http),
        (Array("POST /".utf8), 0, .http), (Array("<".utf8), 0, .markup),
        (Array("[".utf8), 0, .jsonList), (Array("{".utf8), 0, .json),
        ([0x78, 0x01], 0, .zlib), ([0x78, 0x9C], 0, .zlib), ([0x78, 0xDA], 0, .zlib),
    ]

    private static func signature(_ bytes: Span<UInt8>) -> FileKind? {
        guard bytes.count > 0 else { return .nothing }
        if ImageFormat(bytes) != nil { return .picture }
        for (signature, at, kind) in signatures where bytes.begins(with: signature, at: at) {
            return kind
        }
        guard bytes.count >= 3 else { return nil }
        // Protocols 2 to 5, of which every one ends with a stop.
        if bytes[0] == 0x80, 2...5 ~= bytes[1], bytes[bytes.count - 1] == UInt8(ascii: ".") {
            return .pickle
        }
        // A map of a few entries whose first key is a short text or bytes, as msgpack-numpy writes it.
        if 0x81...0x8F ~= bytes[0], 0xA1...0xBF ~= bytes[1] || bytes[1] == 0xC4 || bytes[1] == 0xD9
        {
            return .messagePack
        }
        return nil
    }

    private static func isText(_ bytes: Span<UInt8>) -> Bool {
        for index in 0..<min(bytes.count, 256) {
            switch bytes[index] {
            case 0x09, 0x0A, 0x0D, 0x20...0x7E: break
            default: return false
            }
        }
        return true
    }

    private static func isBase64(_ bytes: Span<UInt8>) -> Bool {
        let start = bytes.extracting(first: min(bytes.count, 256))
        let isDataURL = start.beginsLowercased(0..<start.count, "data:")
        guard bytes.count >= 24 else { return false }
        return isDataURL || Base64.decode(0..<(start.count & ~3), of: start) != nil
    }

    /// What to say of it and what to send instead; follows an explanation.
    public var advice: String {
        switch self {
        case .nothing: "it is empty"
        case .picture: Self.misplaced("picture")
        case .json: "it looks like JSON that breaks off or is not to the letter"
        case .jsonList:
            "it looks like a JSON list; send an object such as {\"image\": [[…]], \"dtype\": \"uint8\"}"
        case .pickle: Self.instead("a Python pickle")
        case .numpy: Self.instead("a .npy file")
        case .messagePack: Self.instead("MessagePack")
        case .gzip: Self.instead("gzip")
        case .zlib: Self.instead("zlib-compressed data")
        case .zip: Self.instead("a ZIP or .npz file")
        case .base64:
            "it looks like Base64; send the bytes themselves, or {\"image\": \"…\"} with the Base64 in it"
        case .gif: Self.picture("a GIF")
        case .heif: Self.picture("an HEIF or AVIF picture")
        case .video: Self.picture("encoded video")
        case .markup: "it looks like XML or HTML; send images"
        case .http: "it looks like an HTTP request; this address speaks ZeroMQ"
        case .text:
            "it looks like plain text; send a JSON header and then the array's bytes, or a JPEG"
        case .bareImage:
            "it has as many bytes as an image of the model has pixels; send a JSON header before it, or "
                + "set bare_frames"
        case .header: "the pixels come before their header; send the header first"
        }
    }

    private static func misplaced(_ name: String) -> String {
        "a \(name) is where none is expected; send it alone, after a name or after a JSON header"
    }

    private static func instead(_ name: String) -> String {
        "it looks like \(name); send a JSON header with dtype and shape and then the array's bytes instead"
    }

    private static func picture(_ name: String) -> String {
        "it looks like \(name); send its pictures as JPEG or PNG, or as arrays, instead"
    }
}

extension Span<UInt8> {
    /// Whether `signature` is at this place.
    fileprivate func begins(with signature: [UInt8], at place: Int) -> Bool {
        guard count >= place + signature.count else { return false }
        for (index, byte) in signature.enumerated() where self[place + index] != byte {
            return false
        }
        return true
    }
}

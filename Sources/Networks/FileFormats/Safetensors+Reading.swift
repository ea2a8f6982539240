import FoundationEssentials
import Tensors

extension Safetensors {
    /// Reads a whole file, refusing anything that is not exactly well-formed.
    ///
    /// The header must be JSON of the documented form, every tensor F32, F16, BF16 or F64, which become
    /// 32-bit floats, with as many bytes as its shape says; the tensors must cover the data without
    /// hole or overlap, and every number must be finite.
    public init(decoding bytes: [UInt8]) throws(SafetensorsError) {
        let (header, start) = try Self.header(of: bytes)
        let size = bytes.count - start
        var end = 0
        var tensors: [String: Tensor] = [:]
        // An empty tensor begins where its successor does.
        let entries = header.entries.sorted {
            ($0.value.begin, $0.value.end) < ($1.value.begin, $1.value.end)
        }
        for (name, entry) in entries {
            let (begin, next) = (entry.begin, entry.end)
            guard let type = FloatType(rawValue: entry.dtype) else {
                throw .malformed(
                    "tensor \(name) has dtype \(entry.dtype); F32, F16, BF16 and F64 are read")
            }
            guard begin >= 0, begin <= next, next <= size else {
                throw .malformed(
                    "tensor \(name) claims bytes \(begin) to \(next), but the file holds \(size) "
                        + "bytes of tensors; it is truncated or its header is wrong")
            }
            guard begin == end else {
                let kind = begin < end ? "overlaps the one before it" : "leaves a hole before it"
                throw .malformed("tensor \(name) starts at byte \(begin), not \(end): it \(kind)")
            }
            let count = try elementCount(of: entry.shape, name: name)
            guard next - begin == count * type.size else {
                throw .malformed(
                    "tensor \(name) of shape \(entry.shape) needs \(count * type.size) bytes and has "
                        + "\(next - begin)")
            }
            end = next
            tensors[name] = Tensor(
                shape: entry.shape,
                elements: try finiteFloats(
                    bytes, at: start + begin, count: count, type, name: name))
        }
        guard end == size else {
            throw .malformed("\(size - end) bytes follow the last tensor; the file is padded")
        }
        self.init(metadata: header.metadata, tensors: tensors)
    }

    private static func header(of bytes: [UInt8]) throws(SafetensorsError) -> (Header, start: Int) {
        guard bytes.count >= 8 else {
            throw .malformed("\(bytes.count) bytes are too few for a safetensors header")
        }
        var length: UInt64 = 0
        for index in 0..<8 { length |= UInt64(bytes[index]) << UInt64(8 * index) }
        guard length <= UInt64(headerLimit), Int(length) <= bytes.count - 8 else {
            if let program = otherFormat(of: bytes) {
                throw .malformed(
                    "it is no safetensors file but \(program); in Python, "
                        + "safetensors.torch.save_file(model.state_dict(), \"vae.safetensors\") "
                        + "makes one")
            }
            throw .malformed(
                "the first 8 bytes claim a header of \(length) bytes, but \(bytes.count - 8) "
                    + "follow and at most \(headerLimit) are allowed: truncated, or not safetensors"
            )
        }
        let text = bytes[8..<(8 + Int(length))]
        guard text.first == UInt8(ascii: "{") else {
            throw .malformed("the header is not a JSON object of tensors (it begins with no brace)")
        }
        let header: Header
        do { header = try JSONDecoder().decode(Header.self, from: Data(text)) } catch {
            throw .malformed("the header is not a JSON object of tensors (\(reason(error)))")
        }
        // The decoder keeps one value per name and drops the others without a word.
        guard nameCount(in: text) == header.nameCount else {
            throw .malformed("the header gives a name twice")
        }
        return (header, text.endIndex)
    }

    private struct Header: Decodable {
        var metadata: [String: String] = [:]
        var entries: [String: Entry] = [:]
        /// All names within it, at every depth.
        var nameCount = 0

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Name.self)
            for key in container.allKeys {
                if key.stringValue == "__metadata__" {
                    metadata = try container.decode([String: String].self, forKey: key)
                    nameCount += 1 + metadata.count
                } else {
                    entries[key.stringValue] = try container.decode(Entry.self, forKey: key)
                    nameCount += 1 + Entry.nameCount
                }
            }
        }
    }

    private struct Entry: Decodable {
        let dtype: String
        let shape: [Int]
        let begin: Int
        let end: Int

        /// Its fields; it has no others.
        static let nameCount = 3

        enum CodingKeys: String, CodingKey {
            case dtype, shape
            case offsets = "data_offsets"
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            dtype = try container.decode(String.self, forKey: .dtype)
            shape = try container.decode([Int].self, forKey: .shape)
            let offsets = try container.decode([Int].self, forKey: .offsets)
            guard offsets.count == 2 else {
                throw DecodingError.dataCorruptedError(
                    forKey: .offsets, in: container, debugDescription: "two offsets are needed")
            }
            (begin, end) = (offsets[0], offsets[1])
            guard try decoder.container(keyedBy: Name.self).allKeys.count == Self.nameCount else {
                throw DecodingError.dataCorruptedError(
                    forKey: .dtype, in: container, debugDescription: "there are unknown fields")
            }
        }
    }

    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}

/// The product of the extents, refusing negative ones and overflow.
private func elementCount(of shape: [Int], name: String) throws(SafetensorsError) -> Int {
    var count = 1
    for extent in shape {
        let (product, overflow) = count.multipliedReportingOverflow(by: extent)
        guard extent >= 0, !overflow, product <= 1 << 40 else {
            throw .malformed("tensor \(name) has the impossible shape \(shape)")
        }
        count = product
    }
    return count
}

/// The number of names in JSON text, counting those that occur twice twice.
private func nameCount(in text: ArraySlice<UInt8>) -> Int {
    var (count, isInString, isEscaped) = (0, false, false)
    for byte in text {
        if isEscaped {
            isEscaped = false
        } else if byte == UInt8(ascii: "\"") {
            isInString.toggle()
        } else if isInString {
            isEscaped = byte == UInt8(ascii: "\\")
        } else if byte == UInt8(ascii: ":") {
            count += 1
        }
    }
    return count
}

/// What a file of another format is, by its first bytes, which are no length of a header that is read;
/// nil if nothing is known of it.
private func otherFormat(of bytes: [UInt8]) -> String? {
    if bytes.starts(with: [0x50, 0x4b, 3, 4]) { return "a zip archive, as torch.save writes" }
    if bytes.count >= 2, bytes[0] == 0x80, 2...5 ~= bytes[1] {
        return "a Python pickle, as torch.save used to write"
    }
    if bytes.starts(with: [0x89, 0x48, 0x44, 0x46]) { return "HDF5, as Keras writes" }
    return nil
}

/// The element types that are read.
private enum FloatType: String {
    case single = "F32"
    case half = "F16"
    case brain = "BF16"
    case double = "F64"

    /// Bytes of an element.
    var size: Int {
        switch self {
        case .half, .brain: 2
        case .single: 4
        case .double: 8
        }
    }

    /// The numbers in little-endian bytes; one too large for 32 bits becomes infinite.
    func floats(_ bytes: ArraySlice<UInt8>) -> [Float] {
        func words(_ word: (UInt64) -> Float) -> [Float] {
            stride(from: bytes.startIndex, to: bytes.endIndex, by: size).map { place in
                word(bytes[place..<(place + size)].reversed().reduce(0) { $0 << 8 | UInt64($1) })
            }
        }
        return switch self {
        case .single: Tensors.floats(fromLittleEndian: bytes)
        case .half: words { Float(Float16(bitPattern: UInt16($0))) }
        case .brain: words { Float(bitPattern: UInt32($0) << 16) }
        case .double: words { Float(Double(bitPattern: $0)) }
        }
    }
}

private func finiteFloats(
    _ bytes: [UInt8], at start: Int, count: Int, _ type: FloatType, name: String
) throws(SafetensorsError) -> [Float] {
    let elements = type.floats(bytes[start..<(start + type.size * count)])
    if let index = elements.firstIndex(where: { !$0.isFinite }) {
        throw .malformed("tensor \(name) holds \(elements[index]) at element \(index)")
    }
    return elements
}

/// The useful sentence inside a decoding error.
private func reason(_ error: any Error) -> String {
    guard let error = error as? DecodingError else { return "\(error)" }
    let context: DecodingError.Context
    switch error {
    case .typeMismatch(_, let found), .valueNotFound(_, let found), .keyNotFound(_, let found),
        .dataCorrupted(let found):
        context = found
    @unknown default: return "\(error)"
    }
    let path = context.codingPath.map(\.stringValue).joined(separator: ".")
    return path.isEmpty ? context.debugDescription : "\(path): \(context.debugDescription)"
}

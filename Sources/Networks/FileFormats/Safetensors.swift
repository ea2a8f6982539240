import FoundationEssentials
import Tensors

/// The contents of a safetensors file; tensors are 32-bit floats in memory.
///
/// ```
/// 8 bytes   N, little-endian: length of the header
/// N bytes   JSON object: "name": {"dtype", "shape", "data_offsets": [begin, end]}, "__metadata__"
/// rest      the tensors' bytes, little-endian, C order, without holes
/// ```
/// Written as the reference writer does: tensors sorted by name, header padded to 8 bytes.
public struct Safetensors: Sendable, Equatable {
    /// Free text by key.
    public var metadata: [String: String]
    /// Tensors by name.
    public var tensors: [String: Tensor]

    /// One tensor: its shape and its elements in C order.
    public struct Tensor: Sendable, Equatable {
        /// Extents, outermost first.
        public var shape: [Int]
        /// As many elements as the product of the extents.
        public var elements: [Float]

        /// A tensor of `shape` holding `elements`.
        public init(shape: [Int], elements: [Float]) {
            self.shape = shape
            self.elements = elements
        }
    }

    /// Contents to be written.
    public init(metadata: [String: String] = [:], tensors: [String: Tensor] = [:]) {
        self.metadata = metadata
        self.tensors = tensors
    }

    /// The largest header read; ours are under 2 KB.
    static let headerLimit = 1 << 20

    /// How elements are written.
    public enum Storage: String, Sendable {
        /// As they are.
        case single = "F32"
        /// Rounded to 16 bits, which takes half the bytes.
        case half = "F16"

        /// What is read of an element that was written so.
        public func rounded(_ element: Float) -> Float {
            self == .half ? Float(Float16(element)) : element
        }

        fileprivate func bytes(of elements: [Float]) -> [UInt8] {
            guard self == .half else { return littleEndianBytes(of: elements) }
            return elements.flatMap { element in
                let bits = Float16(element).bitPattern
                return [UInt8(truncatingIfNeeded: bits), UInt8(truncatingIfNeeded: bits >> 8)]
            }
        }
    }

    /// The file's bytes; equal contents give equal bytes.
    public func encoded(as storage: Storage = .single) -> [UInt8] {
        var entries: [String] = []
        if !metadata.isEmpty {
            let pairs = metadata.sorted { $0.key < $1.key }.map { "\(quoted($0)):\(quoted($1))" }
            entries.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
        }
        var data: [UInt8] = []
        for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
            let begin = data.count
            data += storage.bytes(of: tensor.elements)
            let shape = tensor.shape.map(String.init).joined(separator: ",")
            entries.append(
                "\(quoted(name)):{\"dtype\":\"\(storage.rawValue)\",\"shape\":[\(shape)],"
                    + "\"data_offsets\":[\(begin),\(data.count)]}")
        }
        var header = Array("{\(entries.joined(separator: ","))}".utf8)
        while header.count % 8 != 0 { header.append(UInt8(ascii: " ")) }
        var bytes: [UInt8] = []
        let length = UInt64(header.count)
        for shift in stride(from: 0, to: 64, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: length >> UInt64(shift)))
        }
        return bytes + header + data
    }
}

private func quoted(_ text: String) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .withoutEscapingSlashes
    guard let data = try? encoder.encode(text) else { return "\"\"" }
    return String(decoding: data, as: UTF8.self)
}

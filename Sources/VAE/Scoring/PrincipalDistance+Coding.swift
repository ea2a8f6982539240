import FoundationEssentials
import Tensors

extension PrincipalDistance: Codable {
    private enum Key: String, CodingKey { case mean, axes, variances, floor }

    /// Writes numbers as base64 of little-endian floats, those of axes of 16 bits.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(Packed(mean), forKey: .mean)
        try container.encode(PackedHalves(axes.flatMap(\.self)), forKey: .axes)
        try container.encode(Packed(variances), forKey: .variances)
        try container.encode(floor, forKey: .floor)
    }

    /// Reads what `encode` writes, and refuses numbers that do not fit each other.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        let mean = try container.decode(Packed.self, forKey: .mean).numbers
        let axes = try container.decode(PackedHalves.self, forKey: .axes).numbers
        let variances = try container.decode(Packed.self, forKey: .variances).numbers
        let floor = try container.decode(Float.self, forKey: .floor)
        guard !mean.isEmpty, mean.count <= 1 << 24,
            variances.count <= Self.mostAxes, axes.count == mean.count * variances.count,
            floor > 0, floor.isFinite, (mean + axes).allSatisfy(\.isFinite),
            variances.allSatisfy({ $0 > 0 && $0.isFinite })
        else {
            throw DecodingError.dataCorruptedError(
                forKey: .axes, in: container,
                debugDescription: "the profile's numbers do not fit each other")
        }
        self.init(
            mean: mean,
            axes: variances.indices.map {
                Array(axes[($0 * mean.count)..<(($0 + 1) * mean.count)])
            },
            variances: variances, floor: floor)
    }
}

/// Floats as base64 of their little-endian bytes.
private struct Packed: Codable {
    let numbers: [Float]

    init(_ numbers: [Float]) { self.numbers = numbers }

    func encode(to encoder: any Encoder) throws {
        try Data(littleEndianBytes(of: numbers)).base64EncodedString().encode(to: encoder)
    }

    init(from decoder: any Decoder) throws {
        numbers = floats(fromLittleEndian: try bytes(inBase64From: decoder, width: 4)[...])
    }
}

/// The same of 16 bits each.
private struct PackedHalves: Codable {
    let numbers: [Float]

    init(_ numbers: [Float]) { self.numbers = numbers }

    func encode(to encoder: any Encoder) throws {
        let bytes = numbers.flatMap { number in
            let bits = Float16(number).bitPattern
            return [UInt8(truncatingIfNeeded: bits), UInt8(truncatingIfNeeded: bits >> 8)]
        }
        try Data(bytes).base64EncodedString().encode(to: encoder)
    }

    init(from decoder: any Decoder) throws {
        let halves = try bytes(inBase64From: decoder, width: 2)
        numbers = stride(from: 0, to: halves.count, by: 2).map {
            Float(Float16(bitPattern: UInt16(halves[$0]) | UInt16(halves[$0 + 1]) << 8))
        }
    }
}

/// The bytes of a text in base64, whole numbers of `width` bytes.
private func bytes(inBase64From decoder: any Decoder, width: Int) throws -> [UInt8] {
    guard let data = Data(base64Encoded: try String(from: decoder)), data.count % width == 0 else {
        throw DecodingError.dataCorrupted(
            .init(codingPath: decoder.codingPath, debugDescription: "not base64 of floats"))
    }
    return Array(data)
}

public import FoundationEssentials
import Glibc
import Tensors

/// The long lists of scores in a calibration's JSON, which are read and written apart from the rest.
///
/// A calibration of 1,000,000 images holds four million numbers, for which Foundation's coders take
/// seconds and hundreds of MiB; here each takes one pass over its text. They are written as base64 of little-endian
/// floats, half as long as digits, and read as lists of numbers as well, which older files have. What remains, the outline, is
/// Foundation's: there a list is a number, its place among the lists.
public struct ScoreLists: Sendable {
    let lists: [[Float]]

    init(_ lists: [[Float]]) { self.lists = lists }

    /// A decoder, and the outline for it to decode, of JSON that may hold calibrations.
    public static func decoder(
        of bytes: [UInt8]
    ) throws(CalibrationError) -> (decoder: JSONDecoder, outline: [UInt8]) {
        var reader = Reader(bytes)
        try reader.run()
        let decoder = JSONDecoder()
        if let key { decoder.userInfo[key] = ScoreLists(reader.lists) }
        return (decoder, reader.outline)
    }

    /// Has `encoder` write outlines.
    static func leaveOut(of encoder: JSONEncoder) {
        if let key { encoder.userInfo[key] = ScoreLists([]) }
    }

    /// The lists that a decoder or encoder was told of; nil has it treat lists as any other.
    static func told(_ userInfo: [CodingUserInfoKey: Any]) -> ScoreLists? {
        key.flatMap { userInfo[$0] as? ScoreLists }
    }

    private static let key = CodingUserInfoKey(rawValue: "elbod.score-lists")
    fileprivate static let member = Array("\"sorted\"".utf8)
    private static let placeholder = member + Array(":0".utf8)

    /// The outline that an encoder wrote with the lists in their places, in this order.
    func inserted(into outline: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(outline.count + lists.reduce(0) { $0 + 6 * $1.count })
        var rest = outline[...]
        // A text cannot hold the member's name with bare quotes, so what is found is the member.
        for list in lists {
            guard let place = rest.firstRange(of: Self.placeholder) else { break }
            bytes.append(contentsOf: rest[..<place.lowerBound])
            bytes.append(contentsOf: Self.member)
            bytes.append(contentsOf: ":\"".utf8)
            bytes.append(contentsOf: Self.packed(list).utf8)
            bytes.append(UInt8(ascii: "\""))
            rest = rest[place.upperBound...]
        }
        bytes.append(contentsOf: rest)
        return bytes
    }

    /// A list as it is written: base64 of little-endian floats.
    static func packed(_ list: [Float]) -> String {
        Data(littleEndianBytes(of: list)).base64EncodedString()
    }

    /// The reverse.
    static func unpacked(_ text: Data) throws(CalibrationError) -> [Float] {
        guard let data = Data(base64Encoded: text), data.count % 4 == 0 else {
            throw .malformed("a list of scores is no base64 of floats, or breaks off")
        }
        return floats(fromLittleEndian: Array(data)[...])
    }

    /// Copies JSON and takes the lists out on the way.
    private struct Reader {
        private let bytes: [UInt8]
        private var position = 0
        private(set) var outline: [UInt8] = []
        private(set) var lists: [[Float]] = []

        init(_ bytes: [UInt8]) { self.bytes = bytes }

        /// Reads to the end.
        ///
        /// What is no JSON is left to whoever reads the outline, except within lists.
        mutating func run() throws(CalibrationError) {
            while position < bytes.count {
                guard bytes[position] == UInt8(ascii: "\"") else {
                    outline.append(bytes[position])
                    position += 1
                    continue
                }
                let start = position
                skipText()
                outline.append(contentsOf: bytes[start..<position])
                guard bytes[start..<position].elementsEqual(ScoreLists.member) else { continue }
                let end = position
                skipBlanks()
                guard take(UInt8(ascii: ":")) else {
                    position = end
                    continue
                }
                skipBlanks()
                outline.append(contentsOf: ":\(lists.count)".utf8)
                if take(UInt8(ascii: "[")) {
                    lists.append(try numbers())
                } else {
                    lists.append(try packed())
                }
            }
        }

        /// Past a text that starts here, or to the end if it is not closed.
        private mutating func skipText() {
            position += 1
            while position < bytes.count {
                switch bytes[position] {
                case UInt8(ascii: "\\"): position += 2
                case UInt8(ascii: "\""):
                    position += 1
                    return
                default: position += 1
                }
            }
            position = min(position, bytes.count)
        }

        private mutating func skipBlanks() {
            while position < bytes.count,
                [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position])
            { position += 1 }
        }

        private mutating func take(_ byte: UInt8) -> Bool {
            guard position < bytes.count, bytes[position] == byte else { return false }
            position += 1
            return true
        }

        /// What follows a bracket, up to the one that closes it.
        private mutating func numbers() throws(CalibrationError) -> [Float] {
            var numbers: [Float] = []
            skipBlanks()
            if take(UInt8(ascii: "]")) { return numbers }
            while true {
                skipBlanks()
                numbers.append(try number())
                skipBlanks()
                if take(UInt8(ascii: "]")) { return numbers }
                guard take(UInt8(ascii: ",")) else { throw Self.noNumber }
            }
        }

        /// Floats as base64, in the text that is next.
        private mutating func packed() throws(CalibrationError) -> [Float] {
            let start = position
            guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
                throw .malformed("its scores are no list of numbers")
            }
            skipText()
            let text = bytes[min(start + 1, position)..<max(start + 1, position - 1)]
            return try ScoreLists.unpacked(Data(text))
        }

        private static let noNumber = CalibrationError.malformed(
            "a list of scores holds something that is no number, or breaks off")

        /// The number that starts here, by JSON's grammar, to the nearest float.
        private mutating func number() throws(CalibrationError) -> Float {
            let start = position
            _ = take(UInt8(ascii: "-"))
            let isZero = position < bytes.count && bytes[position] == UInt8(ascii: "0")
            let whole = skipDigits()
            guard whole > 0, !isZero || whole == 1 else { throw Self.noNumber }
            if take(UInt8(ascii: ".")), skipDigits() == 0 { throw Self.noNumber }
            if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
                _ = take(UInt8(ascii: "+")) || take(UInt8(ascii: "-"))
                if skipDigits() == 0 { throw Self.noNumber }
            }
            // strtof reads until the first byte that belongs to no number: there must be one.
            guard position < bytes.count else { throw Self.noNumber }
            return unsafe bytes.withUnsafeBytes { buffer in
                guard let base = buffer.baseAddress else { return .nan }
                let text = unsafe (base + start).assumingMemoryBound(to: CChar.self)
                return unsafe strtof(text, nil)
            }
        }

        private mutating func skipDigits() -> Int {
            let start = position
            while position < bytes.count,
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position])
            { position += 1 }
            return position - start
        }
    }
}

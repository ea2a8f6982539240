/// What a large request is made of, as far as can be told without reading it as JSON, which takes up to fifty
/// times the memory of its text.
///
/// The only large requests are calibrations: long lists of numbers, and little else.
struct RequestShape: Equatable {
    /// Values in lists and objects.
    private(set) var values = 0
    /// Lists and objects, names of members, escapes in strings.
    private(set) var structure = 0
    /// Bytes of the longest string or number.
    private(set) var longest = 0

    /// The four scores of 100,000 images, and some.
    static let mostValues = 500_000
    /// A calibration has a few dozen of these, and a line for each source.
    static let mostStructure = 50_000
    /// Texts of a calibration are paths and digests.
    static let longestToken = 8192

    /// Looks at each byte once, whatever it says.
    init(_ request: [UInt8]) {
        var token = 0
        for byte in request {
            switch byte {
            case UInt8(ascii: ","):
                values += 1
                token = 0
            case UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: ":"), UInt8(ascii: "\\"):
                structure += 1
                token = 0
            case UInt8(ascii: "}"), UInt8(ascii: "]"): token = 0
            default:
                token += 1
                if token > longest { longest = token }
            }
        }
    }

    /// Why it is not read; nil if it may be.
    var objection: String? {
        if values > Self.mostValues {
            return "a request may hold 500,000 values; calibrate with fewer images"
        }
        if structure > Self.mostStructure {
            return "a large request is a calibration, and this has too many parts for one"
        }
        if longest > Self.longestToken {
            return
                "a large request is a calibration, and this has too long a text or number for one"
        }
        return nil
    }
}

import Datasets
import Frames
import Images

/// The frames of a run in the order of sending: each is an image and the bytes of its header.
///
/// ```
/// {"msg":"fashion-mnist/3","dtype":"uint8","shape":[28,28],"source":"replay-5f0c","seq":3,
///  "label":7,"ts":1763880000.123456}        one line, no spaces; then 784 bytes
/// ```
/// A picture file goes out as it is, after a header without `dtype` and `shape`, as cameras send JPEG.
/// Images of a set are taken in their own order, from the beginning again after the last. Only
/// numbers are written per frame, into a buffer that is used again and again.
public struct FrameSequence: Sendable {
    /// The number of the frame at hand, from 0.
    public private(set) var sequence = 0
    /// The header last written.
    public private(set) var header: [UInt8] = []

    private let mixture: Mixture
    /// The normal set and the anomalous one, each only if it is needed.
    private var strands: [Strand] = []
    /// Where the strand of anomalous frames is; that of normal ones is the first.
    private let anomalous: Int

    /// One of the two sets and how far it has been used.
    private struct Strand {
        /// All images, or the file at hand.
        var bytes: [UInt8]
        let labels: [UInt8]?
        /// Bytes of an image; nil where `bytes` are a file.
        let size: Int?
        let files: PictureFiles?
        let count: Int
        let selection: ImageSelection
        let opening: [UInt8]
        let middle: [UInt8]
        var next = 0

        init(_ set: StreamedSet, source: String) {
            let array: String
            switch set.content {
            case .images(let shape, let pixels, let labels):
                (bytes, self.labels, files) = (pixels, labels, nil)
                size = shape.bytes
                let channels = shape.channels > 1 ? ",\(shape.channels)" : ""
                array =
                    "\"dtype\":\"uint8\",\"shape\":[\(shape.rows),\(shape.columns)\(channels)],"
            case .files(let files):
                (bytes, labels, size, self.files) = (files.bytes(at: 0), nil, nil, files)
                array = ""
            }
            count = set.count
            selection = set.selection
            opening = Array("{\"msg\":\"\(set.title)/".utf8)
            middle = Array("\",\(array)\"source\":\"\(source)\",\"seq\":".utf8)
        }

        mutating func advance() {
            next = next + 1 == count ? 0 : next + 1
            if let files { bytes = files.bytes(at: next) }
        }

        /// Where the image at hand is in `bytes`.
        var range: Range<Int> {
            guard let size else { return 0..<bytes.count }
            return (next * size)..<((next + 1) * size)
        }
    }

    /// Frames of two sets, mixed; a set may be nil if the mixture asks for none of its images.
    public init(
        _ mixture: Mixture, normal: StreamedSet?, anomalous: StreamedSet?, source: String
    ) {
        precondition(normal != nil || !mixture.isAnomalous.contains(false), "no normal images")
        precondition(anomalous != nil || !mixture.isAnomalous.contains(true), "no anomalous images")
        self.mixture = mixture
        strands = [normal, anomalous].compactMap { $0 }.map { Strand($0, source: source) }
        self.anomalous = strands.count - 1
        header.reserveCapacity(1024)
    }

    /// Goes on to the next frame.
    public mutating func advance() {
        strands[strand].advance()
        sequence += 1
    }

    /// The image of the frame at hand: the whole set's pixels or a file's bytes, and where its own are.
    public var pixels: (all: [UInt8], range: Range<Int>) {
        (strands[strand].bytes, strands[strand].range)
    }

    /// Writes the header of the frame at hand, sent at that time since 1970.
    public mutating func writeHeader(microseconds: UInt64) {
        let strand = strand
        let next = strands[strand].next
        header.removeAll(keepingCapacity: true)
        header += strands[strand].opening
        header.append(UInt64(strands[strand].selection.number(next)))
        header += strands[strand].middle
        header.append(UInt64(sequence))
        if let label = strands[strand].labels?[next] {
            header += Self.label
            header.append(UInt64(label))
        }
        header += Self.time
        header.append(microseconds / 1_000_000)
        header.append(UInt8(ascii: "."))
        header.append(microseconds % 1_000_000, digits: 6)
        header.append(UInt8(ascii: "}"))
    }

    private var strand: Int { mixture.isAnomalous[sequence] ? anomalous : 0 }

    private static let label = Array(",\"label\":".utf8)
    private static let time = Array(",\"ts\":".utf8)
}

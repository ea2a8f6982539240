import Datasets
import Files
import Frames
import Images
import VAE

/// The images of a file as messages to the daemon would carry them.
struct FileFrame {
    /// The JSON header.
    let header: [UInt8]
    /// What follows it.
    let payload: [UInt8]
    /// What they are, for people.
    let summary: String
    /// Whether nothing is to be done to them any more.
    var isPrepared = false

    /// The most images of one array that go into one message.
    private static let batch = 4096

    /// Reads a file in any of the formats that are read anywhere, told apart by their first bytes.
    ///
    /// Arrays that the daemon would take as they are go as they are, all others as bytes, in several
    /// messages if there are many.
    static func frames(
        _ bytes: [UInt8], name: String, key: String? = nil, model: any PictureModel,
        _ options: ReadingOptions
    ) throws -> [FileFrame] {
        if let format = ImageFormat(bytes.span) {
            let shape = try model.preprocessing.announcedShape(of: bytes.span, format)
            return [
                FileFrame(
                    header: "{}", payload: bytes,
                    summary: "\(format.name) of \(shape.dimensions)")
            ]
        }
        guard let file = try ArrayFile(bytes, file: name, key: key, options) else {
            throw DatasetError.unknownFormat(file: name)
        }
        let array = file.array
        if options.knownDepth == nil, model.preprocessing.isEmpty,
            let type = ElementType(array.dtype),
            (try? FrameHeader.Extents(array.shape).images(of: model.imageShape)) == file.count,
            type.kind != .uint8
        {
            // As precise as the stream; bytes would be rounded. What white is must be certain all the
            // same.
            if ![.float16, .float32, .float64].contains(type.kind) { _ = try file.pictures() }
            return [FileFrame(array.dtype, array.shape, array.bytes, bits: depth(of: type))]
        }
        return frames(of: try file.pictures(), count: file.count, file.picture)
    }

    /// The bits of an integer's positive values where it has more than 8, for the header: that all are
    /// used was found for the whole file, which one image may not show.
    private static func depth(of type: ElementType) -> Int? {
        switch type.kind {
        case .uint16: 16
        case .int16: 15
        case .uint32: 32
        case .int32: 31
        default: nil
        }
    }

    /// Images that were read and prepared already.
    static func frames(of set: ImageSet) -> [FileFrame] {
        var frames = frames(of: set.pixels, count: set.count, set.shape)
        for index in frames.indices { frames[index].isPrepared = true }
        return frames
    }

    private static func frames(
        of pixels: [UInt8], count: Int, _ picture: ImageShape
    ) -> [FileFrame] {
        let size = pixels.count / count
        let extents =
            [picture.rows, picture.columns] + (picture.channels > 1 ? [picture.channels] : [])
        return stride(from: 0, to: count, by: batch).map { first in
            let last = min(first + batch, count)
            let bytes = count <= batch ? pixels : Array(pixels[(first * size)..<(last * size)])
            return FileFrame("|u1", count == 1 ? extents : [last - first] + extents, bytes)
        }
    }

    private init(_ dtype: String, _ shape: [Int], _ bytes: [UInt8], bits: Int? = nil) {
        let extents = shape.map(String.init).joined(separator: ",")
        let bits = bits.map { ",\"bits\":\($0)" } ?? ""
        self.init(
            header: "{\"dtype\":\"\(dtype)\",\"shape\":[\(extents)]\(bits)}", payload: bytes,
            summary: "\(dtype) of \(shape)")
    }

    private init(header: String, payload: [UInt8], summary: String) {
        self.header = Array(header.utf8)
        self.payload = payload
        self.summary = summary
    }
}

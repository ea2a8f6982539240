public import Files
import Images

extension Preprocessing {
    /// The image that the picture in `file` becomes; throws `notPrepared`.
    func image(
        of pixels: Span<UInt8>, _ shape: ImageShape, order: ChannelOrder = .rgb, file: String
    ) throws(DatasetError) -> Image {
        guard let image = image(of: pixels, shape, order: order) else {
            throw .notPrepared(file: file, found: shape.dimensions, steps: description)
        }
        return image
    }
}

/// The image that a file of any `ImageFormat` becomes by `steps`, as the stream makes it; nil if the
/// bytes are of none.
func decodePicture(
    _ bytes: [UInt8], path: String, _ steps: Preprocessing
) throws(DatasetError) -> Image? {
    guard let format = ImageFormat(bytes.span) else { return nil }
    let image: Image?
    let found: ImageShape
    do throws(ImagesError) {
        found = try steps.announcedShape(of: bytes.span, format)
        image = try steps.image(ofEncoded: bytes.span, format)
    } catch {
        throw .badPicture(file: path, error)
    }
    guard let image else {
        throw .notPrepared(file: path, found: found.dimensions, steps: steps.description)
    }
    return image
}

/// A file that may hold a picture, as its name and its first bytes say.
public struct PictureFile: Sendable {
    /// Where it is.
    public let path: FilePath

    /// A file at this path, which is not looked at yet.
    public init(_ path: FilePath) {
        self.path = path
    }

    /// Whether its name says that it is a picture of a format that is read.
    public var isNamedAsPicture: Bool { Self.endings.contains(path.ending) }

    private static let endings = Set(
        ImageFormat.allCases.map(\.rawValue) + ["jpg", "jpe", "jfif"]
            + (ImageFormat.allCases.contains { $0.rawValue.hasPrefix("tif") }
                ? ["tif", "tiff"] : []))

    /// Whether its first bytes are those of a picture; throws `unreadable`.
    public func startsAsPicture() throws(DatasetError) -> Bool {
        let start: [UInt8]
        do throws(FilesError) {
            start = try readFile(path, length: 64)
        } catch { throw .unreadable(error) }
        return ImageFormat(start.span) != nil
    }

    /// How files like it are counted where they are passed over.
    var kind: String {
        path.ending.isEmpty ? "without ending" : ".\(path.ending)"
    }

    /// The error for bytes that are of no format though the name says one.
    func noPicture(_ bytes: [UInt8]) -> DatasetError {
        let start = FilePath(bytes: Array(bytes.prefix(12))).description
        return .noPicture(
            file: path.description,
            found: bytes.isEmpty ? "it is empty" : "it begins with \"\(start)\"")
    }
}

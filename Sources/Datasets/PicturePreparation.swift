public import Images

/// How pictures of any size and colour become grey images of one size.
public struct PicturePreparation: Sendable {
    /// What is done, for whoever reads of a picture that it cannot be done to.
    public let name: String
    /// Whether JPEG files may come as brightness alone.
    public let takesLuma: Bool
    /// The image, or nil if the picture is refused.
    public let image: @Sendable (Picture) -> GrayImage?

    /// Joins these.
    public init(
        name: String, takesLuma: Bool, image: @escaping @Sendable (Picture) -> GrayImage?
    ) {
        self.name = name
        self.takesLuma = takesLuma
        self.image = image
    }

    /// The image that becomes of the picture in `file`; throws `notPrepared`.
    func prepare(_ picture: Picture, file: String) throws(DatasetError) -> GrayImage {
        guard let image = image(picture) else {
            throw .notPrepared(file: file, found: picture.extent.description, steps: name)
        }
        return image
    }
}

extension ImageSet {
    /// Every image of the set, prepared.
    func prepared(_ preparation: PicturePreparation?) throws(DatasetError) -> ImageSet {
        guard let preparation else { return self }
        var (prepared, size): ([UInt8], (rows: Int, columns: Int)) = ([], (0, 0))
        for index in 0..<count {
            let picture = Picture(
                PictureExtent(rows: rows, columns: columns, channels: 1),
                pixels: Array(image(index)))
            let image = try preparation.prepare(picture, file: name)
            size = (image.rows, image.columns)
            prepared += image.pixels
        }
        return try ImageSet(
            name: name, rows: size.rows, columns: size.columns, pixels: prepared, labels: labels)
    }
}

/// The grey image in a PNG or JPEG file at `path`.
///
/// Without `preparation` colour in PNG files becomes its luminance, and JPEG files must be grey.
func decodePicture(
    _ bytes: [UInt8], path: String, _ preparation: PicturePreparation?
) throws(DatasetError) -> GrayImage {
    guard let format = PictureFormat(bytes.span) else { throw .unknownFormat(file: path) }
    let picture: Picture
    do throws(ImagesError) {
        if preparation == nil, format == .png { return try PNG.decodeGray(bytes) }
        picture = try format.decode(
            bytes.span, asLuma: preparation?.takesLuma ?? false, sideLimit: JPEG.sideLimit)
    } catch {
        throw .badPicture(file: path, error)
    }
    if let preparation { return try preparation.prepare(picture, file: path) }
    guard picture.extent.channels == 1 else { throw .coloured(file: path) }
    return GrayImage(
        rows: picture.extent.rows, columns: picture.extent.columns, pixels: picture.pixels)
}

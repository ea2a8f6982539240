import Images

extension ImageSet {
    /// Every image of the set after `steps`; throws `notPrepared`.
    func preprocessed(_ steps: Preprocessing) throws(DatasetError) -> ImageSet {
        if steps.isEmpty { return self }
        var (size, pixels): (ImageShape, [UInt8]) = (shape, [])
        for index in 0..<count {
            let image = try steps.image(of: image(index).span, shape, file: name)
            size = image.shape
            pixels += image.pixels
        }
        return try ImageSet(name: name, shape: size, pixels: pixels, labels: labels)
    }
}

extension Preprocessing {
    /// The image that the picture in `file` becomes; throws `notPrepared`.
    fileprivate func image(
        of pixels: Span<UInt8>, _ shape: ImageShape, file: String
    ) throws(DatasetError) -> Image {
        guard let image = image(of: pixels, shape) else {
            throw .notPrepared(file: file, found: shape.dimensions, steps: description)
        }
        return image
    }
}

/// The grey image in a file of any `ImageFormat` at `path`, after `steps`, as the stream makes it.
///
/// Without any, colour becomes brightness.
func decodePicture(
    _ bytes: [UInt8], path: String, _ steps: Preprocessing
) throws(DatasetError) -> Image {
    guard let format = ImageFormat(bytes.span) else { throw .unknownFormat(file: path) }
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

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

/// The grey image in a PNG or JPEG file at `path`, after `steps`.
///
/// Without any, colour in PNG files becomes its luminance, and JPEG files must be grey.
func decodePicture(
    _ bytes: [UInt8], path: String, _ steps: Preprocessing
) throws(DatasetError) -> Image {
    guard let format = ImageFormat(bytes.span) else { throw .unknownFormat(file: path) }
    let picture: Image
    do throws(ImagesError) {
        if steps.isEmpty, format == .png { return try PNG.decodeGray(bytes) }
        picture = try format.decode(
            bytes.span, asLuma: steps.grayscale != nil, sideLimit: JPEG.sideLimit)
    } catch {
        throw .badPicture(file: path, error)
    }
    if !steps.isEmpty {
        return try steps.image(of: picture.pixels.span, picture.shape, file: path)
    }
    guard picture.shape.channels == 1 else { throw .coloured(file: path) }
    return picture
}

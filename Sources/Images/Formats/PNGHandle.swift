import CPNG

/// Owns a `png_image`, on the heap because libpng keeps its address.
@safe struct PNGHandle: ~Copyable {
    let image: UnsafeMutablePointer<png_image>

    init() {
        unsafe image = .allocate(capacity: 1)
        unsafe image.initialize(to: png_image())
        unsafe image.pointee.version = UInt32(PNG_IMAGE_VERSION)
    }

    deinit {
        unsafe png_image_free(image)
        unsafe image.deallocate()
    }

    /// libpng's account of the last failure.
    var message: String {
        unsafe withUnsafeBytes(of: image.pointee.message) { bytes in
            unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }

    /// The size that was read, and the channels it takes to show all of the picture.
    var shape: ImageShape {
        let format = unsafe image.pointee.format
        let channels =
            format & UInt32(PNG_FORMAT_FLAG_ALPHA) != 0
            ? 4 : format & UInt32(PNG_FORMAT_FLAG_COLOR) != 0 ? 3 : 1
        return unsafe ImageShape(
            rows: Int(image.pointee.height), columns: Int(image.pointee.width), channels: channels)
    }

    /// Reads the pixels, once, with 1, 3 or 4 channels.
    func decode(channels: Int, sideLimit: Int) -> Result<Image, ImagesError> {
        var shape = shape
        shape.channels = channels
        guard shape.longestSide <= min(sideLimit, PNG.sideLimit) else {
            return .failure(
                .tooLarge(.png, rows: shape.rows, columns: shape.columns, limit: sideLimit))
        }
        unsafe image.pointee.format = Self.format(channels: channels)
        // Without this, 16-bit files that say nothing of their gamma are taken for linear light.
        unsafe image.pointee.flags |= UInt32(PNG_IMAGE_FLAG_16BIT_sRGB)
        // Zeros, because libpng lays transparent pixels over what is there. Sides are bounded, so
        // this cannot overflow.
        var pixels = [UInt8](repeating: 0, count: shape.pixels * channels)
        let finished = unsafe pixels.withUnsafeMutableBytes { buffer in
            unsafe png_image_finish_read(
                image, nil, buffer.baseAddress, Int32(shape.columns * channels), nil)
        }
        guard finished != 0 else { return .failure(.corrupt(.png, reason: message)) }
        return .success(Image(shape, pixels: pixels))
    }

    /// libpng's number for pixels of 1, 3 or 4 bytes.
    static func format(channels: Int) -> UInt32 {
        switch channels {
        case 4: UInt32(PNG_FORMAT_FLAG_COLOR | PNG_FORMAT_FLAG_ALPHA)
        case 3: UInt32(PNG_FORMAT_FLAG_COLOR)
        default: UInt32(PNG_FORMAT_GRAY)
        }
    }
}

import Images

/// How one picture lies in an array of bytes.
struct PictureArray: Sendable, BitwiseCopyable {
    /// Its size.
    let shape: ImageShape
    /// The bytes that it takes, if its rows are not padded.
    let bytes: Int
    private let form: Form

    private enum Form: Sendable, BitwiseCopyable {
        /// All channels of a pixel, and then the next pixel.
        case interleaved
        /// All pixels of a channel, and then the next channel.
        case planar
        /// Brightness every so many bytes from the first one on, in rows so far apart; the rest is
        /// colour, which is not read.
        case brightness(first: Int, step: Int, pitch: Int, isVideoRange: Bool)
    }

    /// A picture of this size; nothing is checked, and `bytes` is `Int.max` where it cannot be counted.
    init(_ shape: ImageShape, isPlanar: Bool = false) {
        self.shape = shape
        bytes = shape.bytes ?? .max
        form = isPlanar ? .planar : .interleaved
    }

    /// The brightness of a picture of this size whose rows are `pitch` bytes apart.
    init(brightnessOf shape: ImageShape, _ layout: PixelLayout, pitch: Int, bytes: Int) {
        self.shape = shape
        self.bytes = bytes
        var (first, step) = (0, 1)
        if case .yuv422(let place) = layout.color { (first, step) = (place, 2) }
        form = .brightness(
            first: first, step: step, pitch: pitch, isVideoRange: layout.isVideoRange)
    }

    /// Whether its bytes are the picture as preprocessing takes it.
    var isInterleaved: Bool { if case .interleaved = form { true } else { false } }

    /// The rows of its bytes that may be padded, none if it says itself where they are.
    var rows: Int {
        switch form {
        case .interleaved: shape.rows
        case .planar: shape.rows * shape.channels
        case .brightness: 0
        }
    }

    /// The picture as preprocessing takes it, of its unpadded bytes.
    func interleaved(_ bytes: Span<UInt8>) -> [UInt8] {
        var pixels: [UInt8] = []
        pixels.reserveCapacity(shape.values)
        switch form {
        case .interleaved:
            for index in bytes.indices { pixels.append(bytes[index]) }
        case .planar:
            for pixel in 0..<shape.pixels {
                for channel in 0..<shape.channels {
                    pixels.append(bytes[channel * shape.pixels + pixel])
                }
            }
        case .brightness(let first, let step, let pitch, let isVideoRange):
            for row in 0..<shape.rows {
                var at = row * pitch + first
                for _ in 0..<shape.columns {
                    pixels.append(isVideoRange ? Self.fullRange(bytes[at]) : bytes[at])
                    at += step
                }
            }
        }
        return pixels
    }

    /// Brightness from 16 to 235, as video has it, brought to 0 to 255.
    private static func fullRange(_ value: UInt8) -> UInt8 {
        UInt8(max(0, min(255, ((Int(value) - 16) * 255 + 109) / 219)))
    }
}

/// Rows of an array that do not follow one upon the other.
struct Padding: Sendable, BitwiseCopyable {
    /// Rows of one image, or of all of its planes.
    let rows: Int
    /// Bytes of a row that are pixels.
    let used: Int
    /// Bytes from one row to the next.
    let pitch: Int

    /// The padding of arrays of `images` images of `rows` rows and `size` bytes each, if with it they
    /// have so many bytes, or as many without the padding of the last row; nil otherwise.
    init?(rows: Int, size: Int, pitch: Int, images: Int, bytes: Int) {
        guard rows > 0, size % rows == 0, size / rows < pitch, pitch < 1 << 31, images < 1 << 31
        else { return nil }
        (self.rows, used, self.pitch) = (rows, size / rows, pitch)
        let (lines, isTooMany) = rows.multipliedReportingOverflow(by: images)
        let (padded, overflow) = lines.multipliedReportingOverflow(by: pitch)
        guard !isTooMany, !overflow, bytes == padded || bytes == padded - (pitch - used) else {
            return nil
        }
    }

    /// The bytes of the `image`-th image, without its padding.
    func remove(from bytes: Span<UInt8>, image: Int) -> [UInt8] {
        var pixels: [UInt8] = []
        pixels.reserveCapacity(rows * used)
        for row in (image * rows)..<((image + 1) * rows) {
            for index in (row * pitch)..<(row * pitch + used) { pixels.append(bytes[index]) }
        }
        return pixels
    }
}

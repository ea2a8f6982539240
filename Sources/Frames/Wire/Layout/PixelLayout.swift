import Images

/// How the pixels of an array lie, as far as its header says so.
///
/// Read from `layout`, `encoding`, `format`, `order` and their like, in NumPy's, OpenCV's, FFmpeg's and
/// ROS's words; what says nothing about pixels, such as `raw` or `utf-8`, is passed over.
struct PixelLayout: Sendable {
    /// Where the channels are among the extents.
    var axes: Axes?
    /// What a pixel holds.
    var color: Color?
    /// Whether brightness goes from 16 to 235, as video does unless it says otherwise.
    var isVideoRange = true
    /// Whether it says that pixels lie as nothing here reads them: Bayer patterns, HSV, planes.
    var isUnreadable = false

    enum Axes: Sendable { case channelsFirst, channelsLast }

    /// What a pixel holds, and which element type that implies.
    enum Color: Hashable, Sendable {
        case grey
        /// Three or four channels, in the model's order where it is nil.
        case channels(Int, Preprocessing.ChannelOrder?)
        /// A whole plane of brightness, and then colour at a quarter of the resolution: I420, NV12, ….
        case yuv420
        /// Brightness and colour in turns: YUYV with brightness first, UYVY with it second.
        case yuv422(brightnessAt: Int)

        /// Whether this is one of the last two.
        var isYUV: Bool {
            switch self {
            case .yuv420, .yuv422: true
            default: false
            }
        }
    }

    /// The order of colours that it names.
    var order: Preprocessing.ChannelOrder? {
        if case .channels(_, let order) = color { order } else { nil }
    }

    /// Takes note of the word in `range`; the element type that it implies, if it does.
    mutating func note(_ range: Range<Int>, _ text: Span<UInt8>) -> ElementType.Kind? {
        if let axes = Self.axes.first(where: { text.matchesLowercased(range, $0.0) }) {
            self.axes = axes.1
        } else if let word = Self.words.first(where: { text.matchesLowercased(range, $0.0) }) {
            color = word.1
            if word.0.hasPrefix("yuvj") { isVideoRange = false }
            return word.2
        } else if text.matchesLowercased(range, "f") || text.matchesLowercased(range, "fortran") {
            isUnreadable = true
        } else if Self.unreadable.contains(where: { text.beginsLowercased(range, $0) }) {
            isUnreadable = true
        }
        return nil
    }

    /// Takes note of a colour range, such as `full` or `pc`.
    mutating func noteRange(_ range: Range<Int>, _ text: Span<UInt8>) {
        if ["full", "pc", "jpeg"].contains(where: { text.matchesLowercased(range, $0) }) {
            isVideoRange = false
        }
    }

    private static let axes: [(String, Axes)] = [
        ("hwc", .channelsLast), ("nhwc", .channelsLast), ("channels_last", .channelsLast),
        ("chw", .channelsFirst), ("nchw", .channelsFirst), ("channels_first", .channelsFirst),
    ]

    private static let words: [(String, Color, ElementType.Kind?)] = [
        ("rgb8", .channels(3, .rgb), .uint8), ("bgr8", .channels(3, .bgr), .uint8),
        ("rgb", .channels(3, .rgb), nil), ("bgr", .channels(3, .bgr), nil),
        ("rgb24", .channels(3, .rgb), .uint8), ("bgr24", .channels(3, .bgr), .uint8),
        ("rgba", .channels(4, .rgb), nil), ("bgra", .channels(4, .bgr), nil),
        ("rgba8", .channels(4, .rgb), .uint8), ("bgra8", .channels(4, .bgr), .uint8),
        ("8uc3", .channels(3, nil), .uint8), ("8uc4", .channels(4, nil), .uint8),
        ("mono8", .grey, .uint8), ("8uc1", .grey, .uint8), ("gray8", .grey, .uint8),
        ("grey", .grey, nil), ("gray", .grey, nil), ("grayscale", .grey, nil),
        ("greyscale", .grey, nil), ("mono", .grey, nil), ("l", .grey, nil), ("y8", .grey, .uint8),
        ("mono16", .grey, .uint16), ("16uc1", .grey, .uint16), ("gray16", .grey, .uint16),
        ("gray16le", .grey, .uint16), ("y16", .grey, .uint16), ("32fc1", .grey, .float32),
        ("i420", .yuv420, .uint8), ("iyuv", .yuv420, .uint8), ("yv12", .yuv420, .uint8),
        ("yuv420", .yuv420, .uint8), ("yuv420p", .yuv420, .uint8), ("yuvj420p", .yuv420, .uint8),
        ("nv12", .yuv420, .uint8), ("nv21", .yuv420, .uint8),
        ("yuyv", .yuv422(brightnessAt: 0), .uint8), ("yuy2", .yuv422(brightnessAt: 0), .uint8),
        ("yuyv422", .yuv422(brightnessAt: 0), .uint8),
        ("yuv422_yuy2", .yuv422(brightnessAt: 0), .uint8),
        ("uyvy", .yuv422(brightnessAt: 1), .uint8), ("uyvy422", .yuv422(brightnessAt: 1), .uint8),
        ("yuv422", .yuv422(brightnessAt: 1), .uint8),
    ]

    /// Beginnings of words that name pixels, all of which nothing here reads unless they are above.
    private static let unreadable = [
        "bayer", "rggb", "bggr", "gbrg", "grbg", "yuv", "ycbcr", "ycrcb", "nv", "p01", "hsv", "hls",
        "lab", "xyz", "luv", "cmyk", "rgb", "bgr", "argb", "abgr", "mono", "8uc", "8sc", "16uc",
        "16sc", "32sc", "32fc", "64fc", "y10", "y12", "gray10", "gray12", "planar",
    ]
}

extension Span<UInt8> {
    /// Whether the bytes in `range` begin with `text`, which is in lower case, letters in either case.
    func beginsLowercased(_ range: Range<Int>, _ text: String) -> Bool {
        guard range.count >= text.utf8.count else { return false }
        for (index, byte) in zip(range, text.utf8) {
            let isCapital = self[index] &- UInt8(ascii: "A") < 26
            guard (isCapital ? self[index] | 0x20 : self[index]) == byte else { return false }
        }
        return true
    }

    /// Whether the bytes in `range` are `text`, which is in lower case, letters in either case.
    func matchesLowercased(_ range: Range<Int>, _ text: String) -> Bool {
        range.count == text.utf8.count && beginsLowercased(range, text)
    }
}

/// What keys mean that few headers have.
enum RareKey: Sendable {
    case bits, depth, layout, range, step, strides, height, width, channels
    /// The picture itself, as Base64 or as a list of numbers.
    case picture
    /// That there is nothing more to come, as pyzmq's examples, imagezmq's users and VidGear say it.
    case control

    private static let names: [(name: String, key: RareKey)] =
        [("depth", .depth), ("step", .step), ("strides", .strides)]
        + [("height", .height), ("width", .width), ("channels", .channels)]
        + ["bits", "bit_depth", "bitDepth", "significant_bits"].map { ($0, .bits) }
        + [
            "layout", "encoding", "format", "order", "pixel_format", "color", "color_order",
            "colour_order", "color_space", "channel_order",
        ].map { ($0, .layout) }
        + ["range", "color_range", "colour_range"].map { ($0, .range) }
        + [
            "image", "img", "data", "picture", "payload", "pixels", "array", "image_data",
            "imageData", "image_base64", "base64", "b64", "jpeg", "jpg", "png",
        ].map { ($0, .picture) }
        + ["done", "terminate_flag", "stop", "eof", "end", "quit"].map { ($0, .control) }

    /// By the low bits of their initials, so that a key that nobody reads is compared with few.
    static let byInitial: [[(name: String, key: RareKey)]] = (0..<32).map { initial in
        names.filter { Int(($0.name.utf8.first ?? 0) & 31) == initial }
    }
}

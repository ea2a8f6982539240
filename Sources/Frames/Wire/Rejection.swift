/// Why a message, or one image of it, could not be scored; each is counted under its raw value.
public enum Rejection: String, Error, CaseIterable, Sendable {
    /// No part of the message is a JSON object, or the object breaks off.
    case headerNotJSON = "header_not_json"
    /// The header is longer than `FrameHeader.limit` bytes.
    case headerTooLong = "header_too_long"
    /// The header names no element type.
    case noDtype = "no_dtype"
    /// The element type is not one that holds grey levels.
    case unknownDtype = "unknown_dtype"
    /// The header names no shape.
    case noShape = "no_shape"
    /// The shape is not one or several images of the model's size, nor pictures that its
    /// preprocessing takes.
    case badShape = "bad_shape"
    /// The header is not followed by a part with pixels.
    case noPayload = "no_payload"
    /// The payload has another number of bytes than shape and element type say.
    case badByteCount = "bad_byte_count"
    /// The payload starts as a JPEG or PNG and cannot be decoded as one.
    case badImage = "bad_image"
    /// A picture has more rows or columns than are decoded, see `FrameDecoder.sideLimit`.
    case imageTooLarge = "image_too_large"
    /// A picture that has to be preprocessed is of another element type than bytes.
    case notBytes = "not_bytes"
    /// A picture inside the JSON is neither Base64 nor a list of numbers of its shape.
    case badEmbeddedPixels = "bad_embedded_pixels"
    /// The header describes a layout that is not read, or one of which two readings are possible.
    case badLayout = "bad_layout"
    /// `bits` is not a number of bits that the element type has.
    case badBits = "bad_bits"
    /// Integers of more than 8 bits, and nothing says how many of them a pixel has.
    case pixelRangeUnknown = "pixel_range_unknown"
    /// A pixel is NaN or infinite.
    case notFinite = "not_finite"
    /// A floating-point pixel is outside [0, 1], or an integer one negative or above its `bits`.
    case outOfRange = "out_of_range"
    /// The message has more parts than any known client sends.
    case tooManyParts = "too_many_parts"
    /// The model's score of the image is not a number.
    case scoreNotFinite = "score_not_finite"

    /// What was wrong and what is expected, for the operator who reads the `error/` verdict.
    public var explanation: String {
        switch self {
        case .headerNotJSON:
            "no part of the message is a JSON object with dtype and shape, or a JPEG or PNG"
        case .headerTooLong: "the JSON header is longer than \(FrameHeader.limit) bytes"
        case .noDtype:
            "the header has no dtype, as in {\"dtype\": \"uint8\", …}, and no JPEG or PNG follows"
        case .unknownDtype:
            "the dtype is not one of bool, (u)int8/16/32, float16/32/64; send 64-bit integers as uint8, "
                + "or as int32 with bits"
        case .noShape: "the header has no shape, as in {…, \"shape\": [28, 28]}"
        case .badShape:
            "the shape is not one or several images of the model's size or that it preprocesses"
        case .noPayload:
            "the header is not followed by a part with the pixels, holds no picture itself, and is no "
                + "control message such as {\"done\": true}"
        case .badByteCount: "the payload has not as many bytes as shape and dtype say"
        case .badImage: "the JPEG or PNG is damaged, or of a kind that is not decoded"
        case .imageTooLarge:
            "the picture has more rows or columns than are decoded, \(FrameDecoder.sideLimit) of what "
                + "comes over the network"
        case .notBytes: "the model preprocesses what it gets, for which the dtype must be uint8"
        case .badEmbeddedPixels:
            "what the JSON holds as its picture is neither Base64 of a JPEG, a PNG or an array nor a "
                + "list of numbers, all of its lists of one length"
        case .badLayout:
            "pixels lie as they are not read, or may be read in two ways: send [h, w] or [h, w, 3], or "
                + "say which it is, as in {…, \"layout\": \"CHW\"} (or HWC, rgb8, bgr8, mono8, I420, "
                + "NV12, NV21, YUYV, UYVY), with rows padded at their ends only"
        case .badBits:
            "bits, the number of bits that a pixel has, is not from 1 to as many as the dtype has"
        case .pixelRangeUnknown:
            "nothing says how many bits of these integers a pixel has, and no pixel has needed all of "
                + "them: add bits to the header, as in {…, \"dtype\": \"uint16\", \"bits\": 12}, or "
                + "send uint8"
        case .notFinite: "a pixel is NaN or infinite"
        case .outOfRange: "a pixel is outside the range 0 to 1, negative or larger than its bits"
        case .tooManyParts: "the message has more than \(Envelope.partLimit) parts"
        case .scoreNotFinite: "the model's score of the image is not a number"
        }
    }
}

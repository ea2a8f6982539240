/// What is done to a picture before a model sees it, so that it becomes an image of the model's size,
/// grey unless the model sees colours: each step or not, always in the order in which they stand here.
///
/// It belongs to the model and is kept in its file, so that training and serving cannot differ.
/// Written as in `depth=12,crop,grayscale,resize=28x28,invert`; nothing at all takes
/// images as they are.
public struct Preprocessing: Sendable, Hashable, CustomStringConvertible {
    /// How many bits of an integer are the pixel, where a camera of, say, 12 bits fills `uint16`;
    /// nil if all are.
    ///
    /// Applies to arrays of integers of more than 8 bits and to PNG and TIFF of 16 bits, which are
    /// otherwise divided by 65535.
    public var depth: Int?
    /// Whether the largest square in the middle is cut out; of two middles, the upper or left one.
    public var crop = false
    /// Whether colour becomes brightness, laid on black where it is transparent, and how arrays hold
    /// colour; nil refuses colour.
    ///
    /// Brightness is the luma of ITU-R Rec. 601.
    public var grayscale: ChannelOrder?
    /// Whether images keep red, green and blue, of which grey pictures have as much each, and how arrays hold them;
    /// instead of `grayscale`.
    ///
    /// Laid on black where pictures are transparent.
    public var color: ChannelOrder?
    /// Whether pictures keep their aspect when they are resized: what is missing of the size is filled, on either side,
    /// with what their border is like.
    public var pad = false
    /// The size that images are brought to: averages of areas where they shrink, and in between of
    /// neighbours where they grow, along each axis on its own.
    public var resize: ImageShape?
    /// Whether black becomes white.
    public var invert = false
    /// The rules for encoded pictures; no step, and not part of the text.
    public var decoding = Decoding.current

    /// In which order arrays hold the channels of a pixel; JPEG and PNG know their own.
    public enum ChannelOrder: Sendable {
        /// Red, green and blue.
        case rgb
        /// Blue, green and red, as OpenCV has them.
        case bgr
    }

    /// The steps that are given; by default none.
    public init(
        depth: Int? = nil, crop: Bool = false, grayscale: ChannelOrder? = nil,
        color: ChannelOrder? = nil, pad: Bool = false, resize: ImageShape? = nil,
        invert: Bool = false,
        decoding: Decoding = .current
    ) {
        self.depth = depth
        self.crop = crop
        self.grayscale = grayscale
        self.color = color
        self.pad = pad
        self.resize = resize
        self.invert = invert
        self.decoding = decoding
    }

    /// Whether nothing is said or done; the decoding does not count.
    public var isEmpty: Bool { depth == nil && !hasSteps }

    /// Whether anything is done to pictures once they are 8 bits deep.
    public var hasSteps: Bool { crop || takesColor || resize != nil || invert }

    /// Whether pictures may be in colour.
    public var takesColor: Bool { channelOrder != nil }

    /// How arrays hold colours, where pictures may have some.
    public var channelOrder: ChannelOrder? { grayscale ?? color }

    /// Channels of the images that come out.
    public var channels: Int { color == nil ? 1 : 3 }

    /// Whether a grey image of this size comes out as it went in.
    public func keeps(_ shape: ImageShape) -> Bool {
        color == nil && !invert && !(crop && shape.rows != shape.columns)
            && (resize == nil || resize == shape)
    }

    /// The size of the image that a picture of this size becomes; nil if the picture is refused.
    public func shape(of picture: ImageShape) -> ImageShape? {
        let (sides, side) = (1...Self.sideLimit, min(picture.rows, picture.columns))
        guard sides ~= picture.rows, sides ~= picture.columns,
            picture.channels == 1 || takesColor && 3...4 ~= picture.channels
        else { return nil }
        var shape =
            resize
            ?? (crop
                ? ImageShape(rows: side, columns: side)
                : ImageShape(rows: picture.rows, columns: picture.columns))
        shape.channels = channels
        return shape
    }

    /// The steps as they are written; reads back as the same.
    public var description: String {
        var steps: [String] = []
        if let depth { steps.append("depth=\(depth)") }
        if crop { steps.append("crop") }
        switch grayscale {
        case .rgb: steps.append("grayscale")
        case .bgr: steps.append("grayscale=bgr")
        case nil: break
        }
        if let color { steps.append(color == .rgb ? "color" : "color=bgr") }
        if pad { steps.append("pad") }
        if let resize { steps.append("resize=\(resize.rows)x\(resize.columns)") }
        if invert { steps.append("invert") }
        return steps.joined(separator: ",")
    }
}

extension Preprocessing {
    private static let order = ["depth", "crop", "grayscale", "color", "pad", "resize", "invert"]

    /// The largest side of a picture, and that images can be brought to.
    static let sideLimit = 1 << 15

    /// Reads what `description` writes; throws `preprocessing`, which says what is wrong.
    public init(_ text: String) throws(ImagesError) {
        self.init()
        guard !text.isEmpty else { return }
        var last: (place: Int, name: String)?
        for step in text.split(separator: ",", omittingEmptySubsequences: false) {
            let parts = step.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts[0])
            guard let place = Self.order.firstIndex(of: name) else {
                throw .preprocessing(
                    "there is no step \"\(name)\"; there are depth=BITS, crop, grayscale or "
                        + "grayscale=bgr, color or color=bgr, pad, resize=ROWSxCOLUMNS and invert")
            }
            if let last, last.place >= place {
                throw .preprocessing(
                    last.place == place
                        ? "\(name) is there twice"
                        : "\(name) comes before \(last.name): the order is that in which steps are "
                            + "applied, \(Self.order.joined(separator: ", "))")
            }
            last = (place, name)
            try take(name, parts.count == 2 ? String(parts[1]) : nil)
        }
        guard !pad || resize != nil else {
            throw .preprocessing("pad says how pictures are resized, and needs resize")
        }
    }

    private mutating func take(_ name: String, _ value: String?) throws(ImagesError) {
        switch (name, value) {
        case ("crop", nil): crop = true
        case ("invert", nil): invert = true
        case ("pad", nil): pad = true
        case ("color", _) where grayscale != nil:
            throw .preprocessing(
                "images are either grey or in colour: grayscale or color, not both")
        case ("color", nil): color = .rgb
        case ("color", "bgr"): color = .bgr
        case ("color", _):
            throw .preprocessing(
                "color=\(value ?? "") is neither color nor color=bgr, which is for arrays as OpenCV "
                    + "holds them")
        case ("grayscale", nil): grayscale = .rgb
        case ("grayscale", "bgr"): grayscale = .bgr
        case ("grayscale", _):
            throw .preprocessing(
                "grayscale=\(value ?? "") is neither grayscale nor grayscale=bgr, which is for "
                    + "arrays as OpenCV holds them")
        case ("depth", _):
            guard let bits = value.flatMap({ Int($0) }), 1...32 ~= bits else {
                throw .preprocessing(
                    "depth needs the bits of a pixel, from 1 to 32, as in depth=12")
            }
            depth = bits
        case ("resize", _):
            let sides = (value ?? "").split(separator: "x", omittingEmptySubsequences: false)
            let extents = sides.compactMap { Int($0) }.filter { 1...Self.sideLimit ~= $0 }
            guard sides.count == 2, extents.count == 2 else {
                throw .preprocessing(
                    "resize needs rows and columns from 1 to \(Self.sideLimit), as in "
                        + "resize=28x28")
            }
            resize = ImageShape(rows: extents[0], columns: extents[1])
        default: throw .preprocessing("\(name) takes no value")
        }
    }
}

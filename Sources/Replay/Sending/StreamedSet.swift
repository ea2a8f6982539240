public import Datasets
public import Images

/// A data set as it is streamed: its images, and what the headers of its frames call them.
public struct StreamedSet: Sendable {
    /// What it is called in summaries.
    public let name: String
    /// The images.
    public let content: Content
    /// The first half of `msg`, as in `fashion-mnist/3`.
    public let title: String
    /// Which images of the file they come from these are, so that `msg` finds any image again.
    public let selection: ImageSelection

    /// What its frames carry.
    public enum Content: Sendable {
        /// Arrays of bytes, one after the other: the size of each, and a class each if it has one.
        case images(ImageShape, pixels: [UInt8], labels: [UInt8]?)
        /// Encoded pictures as they are.
        case files(PictureFiles)
    }

    /// The number of images.
    public var count: Int {
        switch content {
        case .images(let shape, let pixels, _): pixels.count / max(1, shape.bytes ?? 1)
        case .files(let files): files.paths.count
        }
    }

    /// Images called `title`; whatever would need an escape in JSON becomes `_`.
    public init(_ name: String, _ content: Content, title: String, selection: ImageSelection = .all)
    {
        (self.name, self.content, self.selection) = (name, content, selection)
        let safe = title.utf8.map { byte in
            byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
                ? byte : UInt8(ascii: "_")
        }
        self.title = String(decoding: safe, as: UTF8.self)
    }

    /// The images of a set, called `title`.
    public init(_ images: ImageSet, title: String, selection: ImageSelection = .all) {
        self.init(
            images.name, .images(images.shape, pixels: images.pixels, labels: images.labels),
            title: title, selection: selection)
    }

    /// The images of a specification, titled with the name of the set or the last part of its path.
    public init(_ images: ImageSet, of specification: DatasetSpecification) {
        self.init(
            images, title: Self.title(of: specification),
            selection: specification.selection)
    }

    /// The name of a set, or the last part of its path.
    public static func title(of specification: DatasetSpecification) -> String {
        switch specification.source {
        case .named(let name, _): name
        case .path(let path): path.split(separator: "/").last.map(String.init) ?? "images"
        }
    }
}

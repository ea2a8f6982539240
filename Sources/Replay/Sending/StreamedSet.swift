public import Datasets

/// A data set as it is streamed: its images, and what the headers of its frames call them.
public struct StreamedSet: Sendable {
    /// Pixels and labels.
    public let images: ImageSet
    /// The first half of `msg`, as in `fashion-mnist/3`.
    public let title: String
    /// The number of the first image in the file it comes from, so that `msg` finds any image again.
    public let firstIndex: Int

    /// Images called `title`; whatever would need an escape in JSON becomes `_`.
    public init(_ images: ImageSet, title: String, firstIndex: Int = 0) {
        self.images = images
        self.firstIndex = firstIndex
        let safe = title.utf8.map { byte in
            byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
                ? byte : UInt8(ascii: "_")
        }
        self.title = String(decoding: safe, as: UTF8.self)
    }

    /// The images of a specification, titled with the name of the set or the last part of its path.
    public init(_ images: ImageSet, of specification: DatasetSpecification) {
        let title =
            switch specification.source {
            case .named(let name, _): name
            case .path(let path): path.split(separator: "/").last.map(String.init) ?? "images"
            }
        self.init(images, title: title, firstIndex: specification.range?.lowerBound ?? 0)
    }
}

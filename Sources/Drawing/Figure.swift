import FoundationEssentials
public import Images

/// A finished drawing with what a reader who cannot see it should know.
public struct Figure: Sendable {
    /// What it shows, in a sentence; read aloud instead of the picture.
    public let caption: String
    /// The drawing.
    public let drawing: Drawing

    /// Captions a drawing.
    public init(_ caption: String, _ drawing: Drawing) {
        self.caption = caption
        self.drawing = drawing
    }

    /// The figure as an element of a page that has the theme's style sheet.
    public var inline: String { element(extra: "", content: drawing.elements) }

    /// The figure as a file of its own.
    public var svg: String { file(Theme.css) }

    private func file(_ css: String) -> String {
        let ground =
            "<style>\(css).ground{fill:#fff}@media screen and (prefers-color-scheme:dark)"
            + "{.ground{fill:#16181d}}</style>"
            + "<rect width=\"100%\" height=\"100%\" class=\"ground\"/>"
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            + element(
                extra: " xmlns=\"http://www.w3.org/2000/svg\"", content: ground + drawing.elements)
            + "\n"
    }

    /// Where a figure can be written.
    public enum Format: Sendable {
        /// A vector drawing, light or dark as its reader prefers.
        case svg
        /// A picture of twice the drawing's size in pixels, light.
        case png

        /// The format that a file's name asks for.
        public init?(path: String) {
            switch path.split(separator: ".").last?.lowercased() {
            case "svg": self = .svg
            case "png": self = .png
            default: return nil
            }
        }
    }

    /// The bytes of the figure's file; only a picture can fail, if the library that draws it is not
    /// installed.
    public func encoded(_ format: Format) throws(SVGRasterizerError) -> [UInt8] {
        switch format {
        case .svg: [UInt8](svg.utf8)
        case .png:
            try renderPNG(
                svg: [UInt8](
                    file(Theme.lightCSS + ".ground{fill:#fff}").utf8),
                width: Int((2 * drawing.width).rounded(.up)),
                height: Int((2 * drawing.height).rounded(.up)))
        }
    }

    private func element(extra: String, content: String) -> String {
        let (width, height) = (number(drawing.width), number(drawing.height))
        return "<svg\(extra) viewBox=\"0 0 \(width) \(height)\" width=\"\(width)\" "
            + "height=\"\(height)\" role=\"img\" aria-label=\"\(escaped(caption))\">\(content)</svg>"
    }
}

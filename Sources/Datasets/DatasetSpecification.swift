import Files

/// What a user types to name images: `NAME[:SPLIT][SOME]`, or a path, optionally with some of its images.
///
/// `mnist`, `mnist:train`, `mnist:t10k[odd]`, `./pictures[..<100]`.
public struct DatasetSpecification: Sendable, Hashable, CustomStringConvertible {
    /// The data sets known by name.
    public static let names = ["mnist", "fashion-mnist"]

    /// The two parts of a named set.
    public enum Split: String, Sendable, Hashable, CaseIterable {
        /// The 60,000 images to learn from.
        case train
        /// The 10,000 images to test with; "test" is another word for it.
        case t10k
    }

    /// Where the images come from.
    public enum Source: Sendable, Hashable {
        /// A set in one of the data folders; `name` is one of `names`.
        case named(String, Split)
        /// An IDX, NPY, NPZ or picture file, an array in an NPZ file as `file.npz:name`, or a folder.
        case path(String)
    }

    /// Where the images come from.
    public let source: Source
    /// Which of them.
    public let selection: ImageSelection

    /// Reads a specification; throws `badSpecification`, which lists what is allowed.
    ///
    /// Names of known sets come first; then text with a slash, and text that is something on the
    /// disk, are paths: whole if the whole exists (brackets included), without brackets if not.
    public init(_ text: String) throws(DatasetError) {
        try self.init(text, exists: { fileKind(at: FilePath(argument: $0)) != .absent })
    }

    /// As above, where `exists` answers for the disk.
    public init(_ text: String, exists: (String) -> Bool) throws(DatasetError) {
        let bracket = text.last == "]" ? text.lastIndex(of: "[") : nil
        let base = bracket.map { String(text[..<$0]) } ?? text
        let parts = base.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let isName = parts.first.map { Self.names.contains(String($0)) } ?? false
        if !isName, !text.isEmpty, exists(text) {
            source = .path(text)
            selection = .all
            return
        }

        if isName {
            source = .named(String(parts[0]), try Self.split(parts.dropFirst().first, of: text))
        } else if base.contains("/") || (!base.isEmpty && exists(base))
            || (base.lastIndex(of: ":").map { exists(String(base[..<$0])) } ?? false)
        {
            source = .path(base)
        } else {
            throw .badSpecification(
                text: text,
                reason: "give \(Self.names.joined(separator: " or ")) with an optional split and "
                    + "selection, such as mnist:t10k[even], or the path of a file or folder that exists"
            )
        }
        selection =
            try bracket.map { (start) throws(DatasetError) in
                guard let selection = ImageSelection(text[start...]) else {
                    throw .badSpecification(
                        text: text,
                        reason:
                            "which images has to be [a..<b], [a...b], [..<b], [...b], [a...], [even], "
                            + "[odd], [a::k] (every k-th) or [^a::k] (all but these), with whole numbers from "
                            + "0, a below k, and at least one image")
                }
                return selection
            } ?? .all
    }

    /// The canonical text, which reads back as the same specification.
    public var description: String {
        let base =
            switch source {
            case .named(let name, let split): "\(name):\(split.rawValue)"
            case .path(let path): path
            }
        return base + brackets
    }

    /// The same in printable characters, as reports and files have it.
    public var name: String {
        guard case .path(let path) = source else { return description }
        return FilePath(argument: path).description + brackets
    }

    private var brackets: String { selection == .all ? "" : selection.description }

    private static func split(_ word: Substring?, of text: String) throws(DatasetError) -> Split {
        guard let word, word != "test" else { return .t10k }
        guard let split = Split(rawValue: String(word)) else {
            throw .badSpecification(
                text: text, reason: "the split after the colon has to be train or t10k (or test)")
        }
        return split
    }
}

import Datasets
import Files

/// The names of pictures and of their masks, which tell whether these belong together where both are in folders.
struct MaskNames {
    private let masks: [String]
    private let pictures: [String]

    /// Of what was named as masks and as pictures; no names if anything of it is no folder of pictures.
    init(_ masks: [String], of pictures: [String]) throws {
        self.masks = try masks.flatMap(Self.names)
        self.pictures = try pictures.flatMap(Self.names)
    }

    init(names masks: [String], of pictures: [String]) {
        (self.masks, self.pictures) = (masks, pictures)
    }

    private static func names(in folder: String) throws -> [String] {
        let path = FilePath(argument: folder)
        guard fileKind(at: path) == .folder else { return [] }
        return try FileTree(path).files.filter { PictureFile($0).isNamedAsPicture }
            .map(\.description)
    }

    /// The first mask that is not called as its picture is, and the picture; nil if there is none, or names say nothing.
    var stranger: (mask: String, picture: String)? {
        guard masks.count == pictures.count else { return nil }
        return zip(masks, pictures).first { mask, picture in
            let (mask, picture) = (Self.stem(mask), Self.stem(picture))
            guard mask.hasPrefix(picture) else { return true }
            // Whatever sets an ending off: 12_mask is of 12, and 120 is not.
            return mask.dropFirst(picture.count).first.map { $0.isLetter || $0.isNumber } ?? false
        }
    }

    private static func stem(_ path: String) -> Substring {
        let last = path.split(separator: "/").last ?? ""
        guard let dot = last.lastIndex(of: "."), dot > last.startIndex else { return last }
        return last[..<dot]
    }
}

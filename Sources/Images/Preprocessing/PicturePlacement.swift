/// Where what a model sees of a picture lies in the picture, as it is looked at: cropping, padding and resizing undone.
public struct PicturePlacement: Sendable, Equatable {
    /// The picture.
    public let picture: ImageShape
    /// The image that the model sees.
    public let image: ImageShape
    private let rows: Axis
    private let columns: Axis

    /// One axis: what is used of the picture's, and what that fills of the image's.
    private struct Axis: Equatable {
        let used: Range<Int>
        let filled: Range<Int>

        func pictured(_ place: Double) -> Double {
            let part = (place - Double(filled.lowerBound)) / Double(filled.count)
            return Double(used.lowerBound) + part * Double(used.count)
        }

        func seen(_ place: Double) -> Double? {
            guard place >= Double(used.lowerBound), place <= Double(used.upperBound) else {
                return nil
            }
            let part = (place - Double(used.lowerBound)) / Double(used.count)
            return Double(filled.lowerBound) + part * Double(filled.count)
        }
    }

    /// What `preprocessing` does to a picture of this size; nil if it is refused.
    public init?(_ preprocessing: Preprocessing, _ picture: ImageShape) {
        guard let image = preprocessing.shape(ofEncoded: picture) else { return nil }
        (self.picture, self.image) = (picture, image)
        let side = min(picture.rows, picture.columns)
        func used(_ extent: Int) -> Range<Int> {
            guard preprocessing.crop else { return 0..<extent }
            return ((extent - side) / 2)..<((extent - side) / 2 + side)
        }
        let window = (used(picture.rows), used(picture.columns))
        let size = preprocessing.contentShape(
            of: ImageShape(rows: window.0.count, columns: window.1.count), in: image)
        func filled(_ content: Int, _ extent: Int) -> Range<Int> {
            ((extent - content) / 2)..<((extent - content) / 2 + content)
        }
        rows = Axis(used: window.0, filled: filled(size.rows, image.rows))
        columns = Axis(used: window.1, filled: filled(size.columns, image.columns))
    }

    /// The place in the picture of one in the image; what lies in its padding lies outside.
    public func pictured(row: Double, column: Double) -> (row: Double, column: Double) {
        (rows.pictured(row), columns.pictured(column))
    }

    /// The place in the image of a row of the picture; nil if the model sees nothing of it.
    public func seen(row: Double) -> Double? { rows.seen(row) }

    /// The same of a column.
    public func seen(column: Double) -> Double? { columns.seen(column) }
}

extension Preprocessing {
    /// What a window of a picture becomes before it is padded to the size of an image: all of it, or as much as keeps
    /// its aspect, with as many rows and columns left over on either side.
    func contentShape(of window: ImageShape, in image: ImageShape) -> ImageShape {
        guard pad else { return ImageShape(rows: image.rows, columns: image.columns) }
        // Compared and rounded in integers, so that it is the same everywhere.
        func size(_ extent: Int, _ other: Int, _ otherExtent: Int, _ limit: Int) -> Int {
            let nearest = (2 * extent * otherExtent + other) / (2 * other)
            let kept = min(limit, max(1, nearest))
            return kept % 2 == limit % 2 ? kept : kept < limit ? kept + 1 : kept - 1
        }
        if window.rows * image.columns > window.columns * image.rows {
            return ImageShape(
                rows: image.rows,
                columns: size(window.columns, window.rows, image.rows, image.columns))
        }
        return ImageShape(
            rows: size(window.rows, window.columns, image.columns, image.rows),
            columns: image.columns)
    }
}

/// A plane of `content`'s size in the middle of one of `size`, around which its outermost pixels go on.
func padded(_ plane: [UInt8], _ content: ImageShape, to size: ImageShape) -> [UInt8] {
    let top = (size.rows - content.rows) / 2
    let left = (size.columns - content.columns) / 2
    var result: [UInt8] = []
    result.reserveCapacity(size.pixels)
    for row in 0..<size.rows {
        let start = min(max(row - top, 0), content.rows - 1) * content.columns
        for column in 0..<size.columns {
            result.append(plane[start + min(max(column - left, 0), content.columns - 1)])
        }
    }
    return result
}

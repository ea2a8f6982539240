import Images

/// How the images lie in an array of numbers.
struct ArrayLayout: Equatable {
    /// How many there are.
    var count: Int
    /// The size of each, with its channels.
    var picture: ImageShape
    /// Whether each has one plane after the other instead of one pixel after the other.
    var isPlanar = false
}

extension ArrayLayout {
    /// The one reading of dimensions `sizes` that what is known makes certain; throws `layout`, which
    /// names the readings if there are several.
    ///
    /// `isCounted` says that the first of three dimensions counts images, as in IDX files; `labels` is
    /// how many labels belong to the file.
    init(
        _ sizes: [Int], of file: String, isCounted: Bool, labels: Int?, _ options: ReadingOptions
    ) throws(DatasetError) {
        if let told = options.arrayShape {
            guard let layout = Self(sizes, ofImages: told) else {
                throw .layout(
                    file: file,
                    reason:
                        "its dimensions are (\(Self.text(sizes))), which are no images of \(told)"
                )
            }
            self = layout
        } else if let known = options.knownShape, let layout = Self(sizes, ofImages: known) {
            self = layout
        } else {
            switch sizes.count {
            case 2: self = try Self.twoDimensions(sizes, of: file, labels, options)
            case 3: self = try Self.threeDimensions(sizes, of: file, isCounted, options)
            case 4: self = try Self.fourDimensions(sizes, of: file)
            default:
                throw .wrongDimensions(
                    file: file, found: sizes.count,
                    needed: "2 (rows, columns), 3 (count, rows, columns) or 4 (with channels)")
            }
        }
        if count == 0 || picture.bytes ?? 0 == 0 { throw .empty(name: file) }
    }

    /// Grey images of a known size, flat or not, one or many, with a channel axis or not.
    init?(_ sizes: [Int], ofImages shape: ImageShape) {
        let (rows, columns) = (shape.rows, shape.columns)
        var rest = sizes[...]
        if rest.count >= 3, rest.last == 1, rest.dropLast().suffix(2) == [rows, columns] {
            rest = rest.dropLast()
        }
        if rest.suffix(2) == [rows, columns] {
            rest = rest.dropLast(2)
        } else if rest.last == shape.pixels {
            rest = rest.dropLast()
        } else {
            return nil
        }
        if rest.count == 2, rest.last == 1 { rest = rest.dropLast() }
        guard rest.count <= 1 else { return nil }
        self.init(count: rest.first ?? 1, picture: shape)
    }

    private static func twoDimensions(
        _ sizes: [Int], of file: String, _ labels: Int?, _ options: ReadingOptions
    ) throws(DatasetError) -> ArrayLayout {
        let (count, pixels) = (sizes[0], sizes[1])
        let picture = ArrayLayout(count: 1, picture: ImageShape(rows: count, columns: pixels))
        let side = squareSide(of: pixels)
        let flat = side.map {
            ArrayLayout(count: count, picture: ImageShape(rows: $0, columns: $0))
        }
        // As many labels as rows, or more rows than any picture has: each row is an image.
        if let flat, labels == count || count > JPEG.sideLimit { return flat }
        // To a model that resizes, rows that are not its images are those of one picture.
        if options.modelShape != nil, options.preprocessing.resize != nil { return picture }
        let isColourSquare = pixels.isMultiple(of: 3) && squareSide(of: pixels / 3) != nil
        if flat == nil, !isColourSquare, labels == nil, count <= JPEG.sideLimit { return picture }
        let shape = side.map { "\($0)x\($0)" } ?? "ROWSxCOLUMNS"
        throw .layout(
            file: file,
            reason:
                "its dimensions are (\(text(sizes))), which is one picture of \(count) rows, or "
                + "\(count) images in flat rows of \(pixels)\(side.map { " = \($0)·\($0)" } ?? ""); "
                + "say --shape \(shape) for the images or --shape \(count)x\(pixels) for the picture, "
                + "or save it with three dimensions: count, rows, columns")
    }

    private static func threeDimensions(
        _ sizes: [Int], of file: String, _ isCounted: Bool, _ options: ReadingOptions
    ) throws(DatasetError) -> ArrayLayout {
        let isColour = options.preprocessing.takesColor
        let isLarge = sizes[0] > 4 && sizes[1] > 4
        if !isCounted, isLarge || isColour && sizes[2] > 1, [1, 3, 4].contains(sizes[2]) {
            let picture = ImageShape(rows: sizes[0], columns: sizes[1], channels: sizes[2])
            return ArrayLayout(count: 1, picture: picture)
        }
        if !isCounted, isColour, 3...4 ~= sizes[0], sizes[1] > 4, sizes[2] > 4 {
            throw .layout(
                file: file,
                reason:
                    "its dimensions are (\(text(sizes))), which is one picture in colour, plane "
                    + "after plane, or \(sizes[0]) grey ones; save it with four dimensions, "
                    + "(1, \(text(sizes))) for the one in colour or (\(text(sizes)), 1) for grey ones"
            )
        }
        return ArrayLayout(
            count: sizes[0], picture: ImageShape(rows: sizes[1], columns: sizes[2]))
    }

    private static func fourDimensions(
        _ sizes: [Int], of file: String
    ) throws(DatasetError) -> ArrayLayout {
        let (isLast, isFirst) = ([1, 3, 4].contains(sizes[3]), [1, 3, 4].contains(sizes[1]))
        guard isLast != isFirst else {
            throw .layout(
                file: file,
                reason: "its dimensions are (\(text(sizes))), of which "
                    + (isLast ? "both the second and the last" : "neither the second nor the last")
                    + " can be the channels (1, 3 or 4); save it as (count, rows, columns, channels)"
            )
        }
        let picture =
            isLast
            ? ImageShape(rows: sizes[1], columns: sizes[2], channels: sizes[3])
            : ImageShape(rows: sizes[2], columns: sizes[3], channels: sizes[1])
        return ArrayLayout(count: sizes[0], picture: picture, isPlanar: isFirst && sizes[1] > 1)
    }

    static func text(_ sizes: [Int]) -> String {
        sizes.map(String.init).joined(separator: ", ")
    }
}

/// The side of a square of so many pixels, of which there is more than one; nil if none has.
private func squareSide(of pixels: Int) -> Int? {
    let shape = imageShape(of: pixels)
    return shape.rows == shape.columns && shape.rows > 1 ? shape.rows : nil
}

public import Files
public import Images

/// Images of one size, grey unless a model sees colours, at least one of them and at least one pixel each.
public struct ImageSet: Sendable {
    /// What the set was asked for as, for reports.
    public let name: String
    /// The size of every image.
    public let shape: ImageShape
    /// Brightness, or red, green and blue, (count, rows, columns, channels) in C order; 0 is black.
    public let pixels: [UInt8]
    /// One class an image, where classes are known.
    public let labels: [UInt8]?
    /// What happened while it was read.
    public let reading: ReadingRecord

    /// Joins pixels and their shape; throws `empty`, `partialImage` or `labelCount`.
    public init(
        name: String, shape: ImageShape, pixels: [UInt8], labels: [UInt8]? = nil
    ) throws(DatasetError) {
        guard let size = shape.bytes, size > 0, !pixels.isEmpty else { throw .empty(name: name) }
        guard pixels.count.isMultiple(of: size) else {
            throw .partialImage(name: name, pixels: pixels.count, pixelsPerImage: size)
        }
        let count = pixels.count / size
        if let labels, labels.count != count {
            throw .labelCount(name: name, labels: labels.count, images: count)
        }
        self.init(checkedName: name, shape: shape, pixels: pixels, labels: labels)
    }

    private init(
        checkedName name: String, shape: ImageShape, pixels: [UInt8], labels: [UInt8]?,
        reading: ReadingRecord = ReadingRecord()
    ) {
        self.name = name
        self.shape = shape
        self.pixels = pixels
        self.labels = labels
        self.reading = reading
    }

    /// The height of every image in pixels.
    public var rows: Int { shape.rows }

    /// The width of every image in pixels.
    public var columns: Int { shape.columns }

    /// The bytes of each image, rows x columns x channels.
    public var pixelsPerImage: Int { shape.values }

    /// The number of images, at least one.
    public var count: Int {
        pixels.count / pixelsPerImage
    }

    /// The SHA-256 of the pixels alone, computed at every call.
    public var digest: SHA256Digest {
        SHA256Digest(of: pixels)
    }

    /// The pixels of one image, (rows, columns), as a view; `index` is the caller's to keep in range.
    public func image(_ index: Int) -> ArraySlice<UInt8> {
        precondition((0..<count).contains(index), "image \(index) of \(count)")
        return pixels[index * pixelsPerImage..<(index + 1) * pixelsPerImage]
    }

    /// Some of the images, the selection added to the name; throws `outOfRange`, also when there are none.
    public func subset(_ selection: ImageSelection) throws(DatasetError) -> ImageSet {
        guard let numbers = selection.resolved(count: count) else {
            throw .outOfRange(name: name, range: selection.description, count: count)
        }
        return ImageSet(
            checkedName: name + selection.description, shape: shape,
            pixels: Array(numbers.map(image).joined()),
            labels: labels.map { labels in numbers.map { labels[$0] } }, reading: reading)
    }

    /// The same images under another name or with other labels; throws `labelCount`.
    func with(name: String, labels: [UInt8]?) throws(DatasetError) -> ImageSet {
        try ImageSet(name: name, shape: shape, pixels: pixels, labels: labels)
            .with(reading: reading)
    }

    /// Those of the images, which have labels, whose class is wanted, under the same name.
    public func images(where isWanted: (UInt8) -> Bool) -> ImageSet {
        let labels = labels ?? []
        let places = labels.indices.filter { isWanted(labels[$0]) }
        return ImageSet(
            checkedName: name, shape: shape, pixels: places.flatMap(image),
            labels: places.map { labels[$0] }, reading: reading)
    }

    /// Other pixels of as many images, under another name; labels stay.
    public func replacing(pixels: [UInt8], name: String) -> ImageSet {
        precondition(pixels.count == self.pixels.count, "as many pixels as before")
        return ImageSet(
            checkedName: name, shape: shape, pixels: pixels, labels: labels, reading: reading)
    }

    /// The same images with one channel for three; nil if they have one already, or any pixel has a colour.
    public var withoutColor: ImageSet? {
        guard shape.channels == 3 else { return nil }
        var grey: [UInt8] = []
        grey.reserveCapacity(pixels.count / 3)
        for at in stride(from: 0, to: pixels.count, by: 3) {
            guard pixels[at] == pixels[at + 1], pixels[at] == pixels[at + 2] else { return nil }
            grey.append(pixels[at])
        }
        return ImageSet(
            checkedName: name, shape: ImageShape(rows: rows, columns: columns), pixels: grey,
            labels: labels, reading: reading)
    }

    /// The same images with another record of how they were read.
    func with(reading: ReadingRecord) -> ImageSet {
        ImageSet(
            checkedName: name, shape: shape, pixels: pixels, labels: labels, reading: reading)
    }

    /// The images of several sets, at least one, in their order; labels only if all have some.
    ///
    /// Throws `mixedSizes` unless all are of one size.
    static func joined(_ sets: [ImageSet]) throws(DatasetError) -> ImageSet {
        if sets.count == 1 { return sets[0] }
        for set in sets where set.shape != sets[0].shape {
            throw .mixedSizes(
                file: set.name, found: "\(set.rows) x \(set.columns)",
                expected: "\(sets[0].rows) x \(sets[0].columns)")
        }
        let labels = sets.compactMap(\.labels)
        return try ImageSet(
            name: name(of: sets.map(\.name)), shape: sets[0].shape,
            pixels: Array(sets.map(\.pixels).joined()),
            labels: labels.count == sets.count ? Array(labels.joined()) : nil
        ).with(reading: sets.dropFirst().reduce(sets[0].reading) { $0.joined(with: $1.reading) })
    }

    /// What several sets are called together.
    static func name(of names: [String]) -> String {
        names.count <= 4
            ? names.joined(separator: " + ") : "\(names[0]) + \(names.count - 1) more"
    }
}

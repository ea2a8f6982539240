import Files
public import Images

/// Images in an array that comes from an IDX, NPY or NPZ file, and how they lie in it.
public struct ArrayFile: Sendable {
    /// The numbers as the file holds them.
    public let array: RawArray
    /// How many images there are.
    public var count: Int { layout.count }
    /// The size of each, with its channels.
    public var picture: ImageShape { layout.picture }

    private let layout: ArrayLayout
    private let file: String
    private let options: ReadingOptions

    /// Reads the bytes of a file, unpacked if they were gzip; nil if they are of another format.
    ///
    /// `key` names one array of several in an NPZ file. Throws what is wrong with them, or `layout` if
    /// they can be read in more than one way.
    public init?(
        _ bytes: [UInt8], file: String, key: String? = nil, labels: Int? = nil,
        _ options: ReadingOptions
    ) throws(DatasetError) {
        var isCounted = false
        if NPY.isNPY(bytes) {
            array = try NPY.decode(bytes, name: file)
        } else if ZipArchive.isZip(bytes) {
            array = try NPZ.array(bytes, key: key, file: file)
        } else if bytes.starts(with: [0, 0]) {
            array = try IDX.decode(bytes, name: file)
            isCounted = true
        } else {
            return nil
        }
        layout = try ArrayLayout(
            array.shape, of: file, isCounted: isCounted, labels: labels, options)
        (self.file, self.options) = (file, options)
    }

    /// The pictures as bytes, (count, rows, columns, channels); see `RawArray.brightness`.
    public func pictures() throws(DatasetError) -> [UInt8] {
        let bytes = try array.brightness(of: file, depth: options.knownDepth)
        guard layout.isPlanar else { return bytes }
        let (area, channels) = (picture.pixels, picture.channels)
        var pixels = [UInt8](repeating: 0, count: bytes.count)
        for image in 0..<layout.count {
            let start = image * area * channels
            for channel in 0..<channels {
                let plane = start + channel * area
                for pixel in 0..<area {
                    pixels[start + pixel * channels + channel] = bytes[plane + pixel]
                }
            }
        }
        return pixels
    }

    /// The images after the steps that were asked for; throws `notPrepared` if these do not take them.
    func imageSet(labels: [UInt8]?) throws(DatasetError) -> ImageSet {
        let pictures = try pictures()
        let steps = options.preprocessing
        if steps.isEmpty {
            guard picture.channels == 1 else { throw .coloured(file: file) }
            return try ImageSet(name: file, shape: picture, pixels: pictures, labels: labels)
                .with(reading: record)
        }
        guard let size = picture.bytes else { throw .empty(name: file) }
        var (shape, pixels): (ImageShape, [UInt8]) = (picture, [])
        for index in 0..<count {
            if index.isMultiple(of: 1024) {
                if options.mustStop() { throw .interrupted }
                options.progress(index, count)
            }
            let image = try steps.image(
                of: pictures.span.extracting((index * size)..<((index + 1) * size)), picture,
                order: steps.channelOrder ?? .rgb, file: file)
            shape = image.shape
            pixels += image.pixels
        }
        return try ImageSet(name: file, shape: shape, pixels: pixels, labels: labels)
            .with(reading: record)
    }

    /// Says so where two dimensions might have meant something else.
    private var record: ReadingRecord {
        var record = ReadingRecord()
        guard array.shape.count == 2, options.arrayShape == nil else { return record }
        if count > 1, options.preprocessing.resize != nil {
            record.notes = [
                "\(file) is read as \(count) images of \(picture) in flat rows; one picture of "
                    + "\(array.shape[0]) rows would have to be saved as (1, \(ArrayLayout.text(array.shape)))"
            ]
        } else if count == 1, picture != options.modelShape {
            record.notes = ["\(file) is read as one picture of \(picture)"]
        }
        return record
    }
}

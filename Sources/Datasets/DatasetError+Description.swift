import Files
import Images

extension DatasetError {
    /// One sentence or two: what, which file, and what to do.
    public var description: String {
        switch self {
        case .unreadable(let error):
            error.description
        case .undecodable(let file, let error):
            "\(file): \(error)"
        case .badPicture(let file, let error):
            "\(file): \(error)"
        case .unknownFormat(let file):
            "\(file) is neither a picture (\(Self.pictures)) nor IDX, NPY or NPZ. Give one of these, or a "
                + "folder of pictures."
        case .truncatedHeader(let file, let expected, let found):
            "\(file) ends within its header: \(expected) bytes are expected, \(found) are there. "
                + "Fetch or copy it again."
        case .notIDX(let file):
            "\(file) is not an IDX file: it does not start with two zero bytes. Check the path."
        case .wrongType(let file, let found):
            "\(file) holds IDX values of type \(found); only unsigned bytes (type 8) are read. "
                + "Convert it."
        case .wrongDimensions(let file, let found, let needed):
            "\(file) has \(found) dimensions, but needed are \(needed). Check that it is the right file."
        case .tooManyValues(let file):
            "\(file) announces more values than can be counted, so its header is damaged. "
                + "Fetch or copy it again."
        case .wrongLength(let file, let expected, let found):
            "\(file) is \(found < expected ? "truncated" : "padded"): "
                + "\(expected) bytes are expected, \(found) are there. Fetch or copy it again."
        case .notNPY(let file):
            "\(file) is not an NPY file: it does not start with 93 'NUMPY'. Save it with numpy.save."
        case .unknownVersion(let file, let major):
            "\(file) has NPY version \(major); versions 1 to 3 are read. Save it with numpy.save."
        case .malformedHeader(let file, let reason):
            "\(file) has a malformed NPY header: \(reason). Save it again with numpy.save."
        case .unsupportedElements(let file, let dtype):
            "\(file) holds elements of dtype \(dtype), which are not read here. "
                + "Save it as an array of plain numbers, such as uint8 or float32."
        case .fortranOrder(let file):
            "\(file) is in Fortran (column) order; only C order is read. "
                + "Save numpy.ascontiguousarray of it."
        case .empty(let name):
            "\(name) holds no images, or images without pixels. Check that it is the right one."
        case .partialImage(let name, let pixels, let pixelsPerImage):
            "\(name) has \(pixels) pixels, which is not a multiple of the \(pixelsPerImage) of an image."
        case .labelCount(let name, let labels, let images):
            "\(name) has \(labels) labels for \(images) images. Check that the two belong together."
        case .mixedSizes(let file, let found, let expected):
            "\(file) is \(found), but most of the others are \(expected). "
                + "Make all pictures the same size, or train with --preprocess resize=…."
        case .notPrepared(let file, let found, let steps):
            "\(file) is \(found) (rows, columns, channels), which \(steps) does not take. "
                + "Colour needs grayscale, and no side may be longer than 32768."
        case .coloured(let file):
            "\(file) is in colour. Train the model with --preprocess grayscale, or convert it."
        case .noPicture(let file, let found):
            "\(file) is named as a picture, but \(found). Check the file, or remove it."
        case .noPictures(let folder, let passedOver):
            "\(folder) holds no pictures (\(Self.pictures))"
                + (passedOver.map { "; \($0)" } ?? "")
                + ". Give a folder of pictures, or an IDX, NPY, NPZ or picture file."
        case .badFiles(let errors, let count, let all):
            badFilesText(errors, count: count, all: all)
        case .layout(let file, let reason), .values(let file, let reason):
            "\(file) cannot be read as images: \(reason)."
        case .interrupted:
            "Stopped while images were read; nothing was written."
        case .folderTooLarge(let folder, let limit):
            "The pictures in \(folder) have more than \(limit) pixels together. Split the folder."
        case .badSpecification(let text, let reason):
            "'\(text)' names no data set: \(reason)."
        case .outOfRange(let name, let range, let count):
            "\(name) has \(count) images, numbered from 0, so there is no \(range). "
                + "Choose a range within [0..<\(count)]."
        case .notFound(let name, let files, let folders):
            "\(name) is not here: no \(files) in "
                + (folders.isEmpty ? "any folder" : folders.joined(separator: ", ")) + ". "
                + "Run tools/fetch-data, or give the folder that holds it with --data or ELBO_DATA."
        case .noSuchFolder(let folder):
            "The data folder \(folder) does not exist. Check --data, or run tools/fetch-data \(folder)."
        case .unwritable(let name):
            "\(name) is too large for an IDX file. Write it in parts."
        }
    }

    /// The formats of pictures that are read.
    private static let pictures = ImageFormat.allCases.map { $0.rawValue.uppercased() }
        .joined(separator: ", ")

    /// Every error on a line of its own, for a file may be as wrong as the one before it.
    private func badFilesText(_ errors: [DatasetError], count: Int, all: Int) -> String {
        let files = all == 1 ? "file" : "files"
        let rest = count - errors.count
        return "\(count) of \(all) \(files) cannot be used:\n"
            + errors.map { "  \($0)\n" }.joined()
            + (rest > 0 ? "  and \(rest) more\n" : "")
            + "Mend or remove \(count == 1 ? "it" : "them"), or leave what is bad out with --skip-bad."
    }
}

public import Files
public import Images

/// What can go wrong with a data set, in sentences for an operator; `file` is always what to look at.
public enum DatasetError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A file or folder could not be read; the inner error names it.
    case unreadable(FilesError)
    /// A file was read but could not be unpacked or decoded; the inner error says why.
    case undecodable(file: String, FilesError)
    /// A picture was read but could not be decoded; the inner error says why.
    case badPicture(file: String, ImagesError)
    /// The file is none of the formats known by their first bytes.
    case unknownFormat(file: String)
    /// The file ends within its own header; `expected` bytes are the least it needs.
    case truncatedHeader(file: String, expected: Int, found: Int)
    /// The first two bytes of an IDX file are not zero.
    case notIDX(file: String)
    /// An IDX file of something other than unsigned bytes (type 0x08).
    case wrongType(file: String, found: UInt8)
    /// An IDX or NPY array with a number of dimensions that `needed` does not mention.
    case wrongDimensions(file: String, found: Int, needed: String)
    /// The dimensions multiply to more than this machine can count.
    case tooManyValues(file: String)
    /// More or fewer bytes than the header announces, header included.
    case wrongLength(file: String, expected: Int, found: Int)
    /// The file does not start with NPY's magic bytes.
    case notNPY(file: String)
    /// An NPY version other than 1, 2 and 3.
    case unknownVersion(file: String, major: UInt8)
    /// The text in an NPY header is not what numpy writes.
    case malformedHeader(file: String, reason: String)
    /// An NPY array whose elements are not plain numbers of a known size.
    case unsupportedElements(file: String, dtype: String)
    /// An NPY array in column order.
    case fortranOrder(file: String)
    /// No images, or images without pixels.
    case empty(name: String)
    /// Pixels that do not make whole images.
    case partialImage(name: String, pixels: Int, pixelsPerImage: Int)
    /// As many labels as images are needed.
    case labelCount(name: String, labels: Int, images: Int)
    /// Two pictures of one folder differ in size; sizes are "rows x columns".
    case mixedSizes(file: String, found: String, expected: String)
    /// A picture that the steps asked for do not take; `found` is "rows x columns x channels".
    case notPrepared(file: String, found: String, steps: String)
    /// A colour JPEG where nobody asked for grey.
    case coloured(file: String)
    /// A file that is named as a picture and is none; `found` says what is in it.
    case noPicture(file: String, found: String)
    /// A folder without pictures; `passedOver` says what is there instead.
    case noPictures(folder: String, passedOver: String?)
    /// Several files of a set cannot be used: the first errors, and how many of how many.
    case badFiles(errors: [DatasetError], count: Int, all: Int)
    /// An array whose dimensions do not say how images lie in it.
    case layout(file: String, reason: String)
    /// An array whose numbers cannot be brightness, or do not say what white is.
    case values(file: String, reason: String)
    /// A stop was asked for before everything was read.
    case interrupted
    /// All pictures of a folder together are over `limit` bytes.
    case folderTooLarge(folder: String, limit: Int)
    /// A specification that cannot be understood; `reason` says what is allowed instead.
    case badSpecification(text: String, reason: String)
    /// A range that goes beyond the set.
    case outOfRange(name: String, range: String, count: Int)
    /// A named set that no folder holds; `folders` were searched, in this order.
    case notFound(name: String, files: String, folders: [String])
    /// The folder given for data sets does not exist.
    case noSuchFolder(folder: String)
    /// More values than an IDX header can announce.
    case unwritable(name: String)
}

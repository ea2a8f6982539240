import Datasets
import Images
import VAE

/// The images of a file as a message to the daemon would carry them.
struct FileFrame {
    /// The JSON header.
    let header: [UInt8]
    /// What follows it.
    let payload: [UInt8]
    /// What they are, for people.
    let summary: String

    /// Reads a file in any of the formats that `elbo score` takes, told apart by their first bytes.
    init(contents bytes: [UInt8], name: String, model: Model) throws {
        if NPY.isNPY(bytes) {
            self.init(try NPY.decode(bytes, name: name))
        } else if let format = ImageFormat(bytes.span) {
            let shape = try model.preprocessing.announcedShape(of: bytes.span, format)
            self.init(
                header: "{}", payload: bytes,
                summary: "\(format.name) of \(shape.dimensions)")
        } else {
            guard bytes.starts(with: [0, 0]) else { throw DatasetError.unknownFormat(file: name) }
            let set = try IDX.decodeImages(bytes, name: name)
            self.init(
                RawArray(
                    dtype: "|u1", shape: [set.count, set.rows, set.columns], bytes: set.pixels))
        }
    }

    private init(_ array: RawArray) {
        let extents = array.shape.map(String.init).joined(separator: ",")
        self.init(
            header: "{\"dtype\":\"\(array.dtype)\",\"shape\":[\(extents)]}", payload: array.bytes,
            summary: "\(array.dtype) of \(array.shape)")
    }

    private init(header: String, payload: [UInt8], summary: String) {
        self.header = Array(header.utf8)
        self.payload = payload
        self.summary = summary
    }
}

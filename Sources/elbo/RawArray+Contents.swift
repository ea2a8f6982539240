import Datasets
import Files

extension RawArray {
    /// The pixels of a file in any of the formats that `elbo score` takes, told apart by their first
    /// bytes.
    init(contents bytes: [UInt8], name: String) throws {
        if NPY.isNPY(bytes) {
            self = try NPY.decode(bytes, name: name)
        } else if PNG.isPNG(bytes) {
            let image = try PNG.decodeGray(bytes)
            self.init(dtype: "|u1", shape: [image.rows, image.columns], bytes: image.pixels)
        } else {
            let set = try IDX.decodeImages(bytes, name: name)
            self.init(dtype: "|u1", shape: [set.count, set.rows, set.columns], bytes: set.pixels)
        }
    }
}

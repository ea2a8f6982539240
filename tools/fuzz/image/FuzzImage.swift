import Datasets
import Files

/// Files of images: PNG, IDX, NPY and gzip, as the first byte says.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: start, count: count))
    guard let kind = input.first else { return 0 }
    let bytes = Array(input.dropFirst())
    switch kind % 5 {
    case 0: _ = try? PNG.decodeGray(bytes)
    case 1: _ = try? IDX.decodeImages(bytes, name: "")
    case 2: _ = try? IDX.decodeLabels(bytes, name: "")
    case 3: _ = try? NPY.decode(bytes, name: "")
    default: _ = try? gunzip(bytes)
    }
    return 0
}

import Datasets
import Files
import Images

/// Files of images: PNG, JPEG, BMP, TIFF, WebP, IDX, NPY, NPZ and gzip, as the first byte says.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: start, count: count))
    guard let kind = input.first else { return 0 }
    let bytes = Array(input.dropFirst())
    switch kind % 7 {
    case 0: _ = try? PNG.decodeGray(bytes)
    case 1: _ = try? IDX.decodeImages(bytes, name: "")
    case 2: _ = try? IDX.decodeLabels(bytes, name: "")
    case 3: _ = try? NPY.decode(bytes, name: "")
    case 4: _ = try? gunzip(bytes)
    case 5:
        var options = ReadingOptions()
        options.depth = kind > 127 ? 12 : nil
        let file = try? ArrayFile(bytes, file: "", options)
        let pictures = try? file?.pictures()
        precondition(
            pictures.map { $0.count == (file?.count ?? 0) * (file?.picture.bytes ?? 0) } ?? true,
            "an array is not whole")
    default:
        guard let format = ImageFormat(bytes.span) else { return 0 }
        let picture = try? format.decode(bytes.span, sideLimit: 1024)
        precondition(
            picture.map { $0.pixels.count == $0.shape.bytes } ?? true, "a picture is not whole")
        let shape = ImageShape(rows: 3, columns: 2)
        let steps = Preprocessing(depth: 12, crop: true, grayscale: .rgb, resize: shape)
        let image = try? steps.image(ofEncoded: bytes.span, format, sideLimit: 1024)
        precondition(image.map { $0.shape == shape } ?? true, "an image is of another size")
    }
    return 0
}

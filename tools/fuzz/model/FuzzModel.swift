import Inspection
import Networks
import VAE

/// Model files of both kinds, our own and PyTorch's.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: start, count: count))
    if let loaded = try? LoadedPictureModel(bytes: input) {
        let bytes =
            (loaded.model as? Model)?.safetensors.encoded()
            ?? loaded.inspection?.safetensors.encoded()
        precondition(
            bytes.flatMap { try? LoadedPictureModel(bytes: $0) } != nil,
            "a model cannot be read again")
    }
    guard let file = try? Safetensors(decoding: input) else { return 0 }
    _ = try? Model(importing: file)
    return 0
}

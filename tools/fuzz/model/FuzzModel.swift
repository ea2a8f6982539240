import Networks
import VAE

/// Model files, our own and PyTorch's.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: start, count: count))
    guard let file = try? Safetensors(decoding: input) else { return 0 }
    if let model = try? Model(file) {
        precondition((try? Model(model.safetensors)) != nil, "a model cannot be read again")
    }
    _ = try? Model(importing: file)
    return 0
}

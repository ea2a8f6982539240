/// A safetensors file with this header, unpadded, and these bytes of tensors.
func file(_ header: String, _ data: [UInt8] = []) -> [UInt8] {
    var bytes: [UInt8] = []
    for shift in stride(from: 0, to: 64, by: 8) {
        bytes.append(UInt8(truncatingIfNeeded: header.utf8.count >> shift))
    }
    return bytes + Array(header.utf8) + data
}

/// The header of a file of one F32 tensor `w`.
func entry(shape: String, offsets: String, dtype: String = "F32") -> String {
    "{\"w\":{\"dtype\":\"\(dtype)\",\"shape\":[\(shape)],\"data_offsets\":[\(offsets)]}}"
}

import DetectionService

/// Configuration files.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let text = String(
        decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    var layers = ConfigurationLayers()
    do throws(ConfigurationError) {
        try layers.add(yaml: text, path: "fuzz")
        try layers.configuration.validate()
        for key in Configuration.keys { _ = layers.configuration.values(of: key) }
    } catch { _ = error.description }
    return 0
}

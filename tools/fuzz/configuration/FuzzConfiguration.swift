import ServiceConfiguration

/// Configuration files, and behind a zero byte the environment, one `NAME=value` a line.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let parts = UnsafeBufferPointer(start: start, count: count).split(
        separator: 0, maxSplits: 1, omittingEmptySubsequences: false
    ).map { String(decoding: $0, as: UTF8.self) }
    var environment: [String: String] = [:]
    for line in parts.dropFirst().joined().split(separator: "\n") {
        let pair = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        environment["ELBOD_\(pair[0])"] = pair.count == 2 ? String(pair[1]) : ""
    }
    var layers = ConfigurationLayers()
    do throws(ConfigurationError) {
        try layers.add(yaml: parts.first ?? "", path: "fuzz")
        try layers.add(environment: environment)
        try layers.configuration.validate()
        for key in Configuration.keys { _ = layers.configuration.values(of: key) }
    } catch { _ = error.description }
    return 0
}

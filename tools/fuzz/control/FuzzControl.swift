import DetectionService
import Foundation

/// Requests to the control socket.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let data = Data(UnsafeBufferPointer(start: start, count: count))
    guard let request = try? JSONDecoder().decode(ControlRequest.self, from: data) else { return 0 }
    precondition((try? JSONEncoder().encode(request)) != nil, "a request cannot be written")
    return 0
}

import Detection
import Platform
import VAE

/// Calibration files.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: start, count: count))
    guard let calibration = try? Calibration(decoding: input) else { return 0 }
    _ = Judge(calibration).decide(Scores(mse: 1))
    _ = try? calibration.deciding(
        by: .sigma(score: .nll, k: 3), revision: 2, created: UnixTime(nanoseconds: 0))
    let again = (try? calibration.encoded()).flatMap { try? Calibration(decoding: $0) }
    precondition(again == calibration, "a calibration is not read as it was written")
    return 0
}

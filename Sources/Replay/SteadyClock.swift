import Dispatch
import Platform

/// The clock of a run: nanoseconds that only grow, and what they are in Unix time.
struct SteadyClock: Sendable {
    /// What to add to a steady time to have nanoseconds since 1970, as of the start of the run.
    private let offset: UInt64

    init() {
        offset = UInt64(max(0, UnixTime.now.nanoseconds)) &- Self.nanoseconds
    }

    /// The steady time now.
    static var nanoseconds: UInt64 { DispatchTime.now().uptimeNanoseconds }

    /// Microseconds since 1970 at a steady time.
    func unixMicroseconds(at nanoseconds: UInt64) -> UInt64 { (nanoseconds &+ offset) / 1000 }
}

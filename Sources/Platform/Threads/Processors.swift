import CSyscalls

/// The processor that the calling thread is on now, counted from 0; -1 if the kernel does not say.
public func currentProcessor() -> Int32 { elbod_processor() }

/// Moves the calling thread to a processor that is not among `taken`, once: it may go anywhere afterwards.
///
/// False, and nothing is done, if it may use no other, or may not choose (seccomp); with nothing taken that alone is
/// asked.
@discardableResult
public func leaveProcessors(_ taken: [Int32]) -> Bool {
    unsafe taken.withUnsafeBufferPointer {
        unsafe elbod_leave_processors($0.baseAddress, Int32($0.count))
    }
}

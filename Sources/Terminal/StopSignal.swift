import Synchronization
import UnixSignals

/// Remembers that SIGINT or SIGTERM asked the program to stop; readable from any thread.
public final class StopSignal: Sendable {
    private let flag = Atomic<Bool>(false)

    /// Nothing asked for yet.
    public init() {}

    /// Whether a stop was asked for.
    public var isRequested: Bool { flag.load(ordering: .relaxed) }

    /// Listens for the signals from now on, and calls `action` at each; they no longer end the
    /// program by themselves.
    public func watch(_ action: @escaping @Sendable () -> Void = {}) {
        Task.detached {
            for await _ in await UnixSignalsSequence(trapping: .sigint, .sigterm) {
                self.flag.store(true, ordering: .relaxed)
                action()
            }
        }
    }
}

/// Calls `action` at every SIGHUP from now on, as of a terminal that was closed; the signal no longer ends
/// the program.
public func watchForHangup(_ action: @escaping @Sendable () -> Void) {
    Task.detached {
        for await _ in await UnixSignalsSequence(trapping: .sighup) { action() }
    }
}

import Glibc
import Synchronization

/// Writes lines to a descriptor from a thread of its own, so that whoever has something to say never
/// waits for whoever should read it.
///
/// Lives as long as the process: its thread may hang in `write` for ever, and is not waited for.
public final class LineWriter: Sendable {
    private struct State {
        var queue: LineQueue
        var isWriting = false
    }

    private let state: Mutex<State>
    private let descriptor: Int32
    private let arrival = Semaphore()
    private let written = Semaphore()
    private let lostLine: @Sendable (Int) -> String
    /// Kept, for a thread must not be dropped before it has ended.
    private let thread = Mutex<Thread?>(nil)

    /// Writes to `descriptor`, which stays open; `room` bytes may wait, and `lostLine` is a line that says
    /// how many were lost when there was no room for them.
    public init(
        descriptor: Int32, room: Int = 1 << 18, lostLine: @escaping @Sendable (Int) -> String
    ) {
        state = Mutex(State(queue: LineQueue(room: room)))
        self.descriptor = descriptor
        self.lostLine = lostLine
    }

    /// Has a line written soon, if the descriptor takes it.
    public func write(_ line: String) {
        guard startIfNeeded() else { return writeAll(line, to: descriptor) }
        state.withLock { $0.queue.append(line) }
        arrival.signal()
    }

    /// Waits until all is written, but not longer than `duration`; whether it is.
    public func flush(within duration: Duration) -> Bool {
        let deadline = ContinuousClock.now + duration
        while !state.withLock({ $0.queue.isEmpty && !$0.isWriting }) {
            let left = deadline - ContinuousClock.now
            guard left > .zero else { return false }
            _ = written.wait(for: min(left, .milliseconds(50)))
        }
        return true
    }

    /// Whether there is a thread to write; without one the caller has to.
    private func startIfNeeded() -> Bool {
        thread.withLock { thread in
            if thread == nil { thread = try? Thread(trying: "logging") { [self] in run() } }
            return thread != nil
        }
    }

    private func run() {
        while true {
            arrival.wait()
            while let lines = takeLines() {
                // One write for each line, so that a reader gets whole ones.
                for line in lines { writeAll(line, to: descriptor) }
                state.withLock { $0.isWriting = false }
                written.signal()
            }
        }
    }

    private func takeLines() -> [String]? {
        state.withLock { state in
            let lines = state.queue.take(lostLine)
            state.isWriting = lines != nil
            return lines
        }
    }
}

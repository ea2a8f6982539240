internal import CLinux
import Glibc
import Synchronization

/// A thread of this process, whose owner must wait for its end.
///
/// Dropping it before `join` is a bug and traps: a thread that nobody waits for may use what its
/// process tears down at exit.
public final class Thread: Sendable {
    private let handle: pthread_t
    private let isJoined = Atomic<Bool>(false)

    /// Runs `body` on a new thread that is called `name`, of which the kernel keeps 15 bytes.
    ///
    /// A process that cannot have another thread ends with a message.
    public convenience init(named name: String, _ body: @escaping @Sendable () -> Void) {
        do throws(SystemError) { try self.init(trying: name, body) } catch {
            preconditionFailure("cannot start the thread \(name): \(error.reason)")
        }
    }

    /// The same; throws if the process cannot have another thread.
    public init(trying name: String, _ body: @escaping @Sendable () -> Void) throws(SystemError) {
        let work = unsafe Unmanaged.passRetained(Work(name: name, body: body))
        var handle = pthread_t()
        let status = unsafe pthread_create(
            &handle, nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                let work = unsafe Unmanaged<Work>.fromOpaque(argument).takeRetainedValue()
                unsafe pthread_setname_np(pthread_self(), String(work.name.prefix(15)))
                work.body()
                return nil
            }, unsafe work.toOpaque())
        self.handle = handle
        guard status == 0 else {
            unsafe work.release()
            // There is nothing to be joined.
            isJoined.store(true, ordering: .relaxed)
            throw SystemError(code: status)
        }
    }

    /// Waits until the thread has ended; once, and from another thread.
    public func join() {
        // A second join would be undefined behaviour: the kernel may have reused the handle.
        precondition(!isJoined.exchange(true, ordering: .relaxed), "a thread is joined once")
        let status = pthread_join(handle, nil)
        precondition(status == 0, "cannot join a thread: \(SystemError(code: status).reason)")
    }

    deinit {
        precondition(isJoined.load(ordering: .relaxed), "a thread was dropped without being joined")
    }

    private final class Work: Sendable {
        let name: String
        let body: @Sendable () -> Void

        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }
}

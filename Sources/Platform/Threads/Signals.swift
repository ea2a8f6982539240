import Glibc
import Synchronization

/// Signals that a service answers, and which would end it otherwise.
public enum ServiceSignal: Int32, Sendable, CaseIterable {
    /// SIGHUP.
    case reload = 1
    /// SIGINT, as Ctrl-C sends it.
    case interrupt = 2
    /// SIGTERM.
    case terminate = 15
}

/// What keeps signals from ending a service: the first thing in `main`, as threads inherit it.
///
/// Those that it answers wait from here on until `Handler` is there to take them; those that mean
/// nothing to it, and whose default is to end the process, are ignored. What asks for a core, and what
/// stops a process, is left as it is.
public enum ServiceSignals {
    /// Holds these signals and no others, whatever was held by who started the program; from the main thread,
    /// before there are others.
    public static func hold() {
        var signals = all
        unsafe pthread_sigmask(SIG_SETMASK, &signals, nil)
        for signal in [SIGPIPE, SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGIO, SIGPWR, SIGXFSZ] {
            Glibc.signal(signal, SIG_IGN)
        }
    }

    /// Calls `handler` with every signal that comes or is held, on a thread of its own that lasts as long
    /// as the process; throws if that cannot be started.
    public static func handle(
        _ handler: @escaping @Sendable (ServiceSignal) -> Void
    ) throws(SystemError) {
        let thread = try Thread(trying: "signals") {
            var signals = all
            while true {
                var number: Int32 = 0
                guard unsafe sigwait(&signals, &number) == 0,
                    let signal = ServiceSignal(rawValue: number)
                else { continue }
                handler(signal)
            }
        }
        // Kept, for a thread must not be dropped before it has ended.
        threads.withLock { $0.append(thread) }
    }

    private static let threads = Mutex<[Thread]>([])

    private static var all: sigset_t {
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        for signal in ServiceSignal.allCases { unsafe sigaddset(&signals, signal.rawValue) }
        return signals
    }
}

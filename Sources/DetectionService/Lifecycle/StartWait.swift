public import Logging
public import Platform
import ZeroMQ

/// How long a start waits for what may come late after a boot.
///
/// That is a disk with the model, or the network with an address to bind to; what is wrong otherwise does
/// not go away by waiting.
public struct StartWait {
    private let deadline: ContinuousClock.Instant
    private let pause: Duration
    private var said = ""
    private var nextLine = ContinuousClock.now

    /// So often a line says what is still waited for.
    private static let interval = Duration.seconds(30)

    /// Waits up to so many seconds in all, and `pause` between two tries.
    public init(seconds: Int, pause: Duration = .seconds(1)) {
        deadline = .now + .seconds(seconds)
        self.pause = pause
    }

    /// Whether to try again after a start has failed of this: waits a little before it says so, and lets
    /// the log and the service manager know.
    public mutating func mustTryAgain(
        after error: any Error, _ logger: Logger, _ notifier: SystemdNotifier
    ) -> Bool {
        let now = ContinuousClock.now
        guard Self.mayComeLate(error), now < deadline else { return false }
        let reason = "\(error)"
        if reason != said || now >= nextLine {
            (said, nextLine) = (reason, now + Self.interval)
            let left = Int((deadline - now) / .seconds(1))
            logger.warning(
                "Waiting for what is not there yet.",
                metadata: ["reason": "\(reason)", "seconds_left": "\(left)"])
        }
        notifier.waiting("waiting: \(printable(reason))")
        sleepThread(for: pause)
        return true
    }

    /// Whether waiting can help: a file that is not there, or an address or folder to bind to.
    static func mayComeLate(_ error: any Error) -> Bool {
        switch error {
        case let error as ZMQError: error.isAddressMissing
        case DaemonError.httpAddressMissing: true
        default: ExitStatus(of: error) == .noInput
        }
    }
}

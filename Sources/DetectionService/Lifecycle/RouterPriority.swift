import Glibc
public import Logging
public import ServiceConfiguration

/// Says so if the daemon may not go before others at its stop, and has senders that count on it: those at
/// `router` endpoints, which wait for their last reply.
public func noteRouterPriority(_ configuration: Configuration, _ logger: Logger) {
    var limit = rlimit()
    guard configuration.ingest.contains(where: { $0.pattern == .router }), geteuid() != 0,
        unsafe getrlimit(__rlimit_resource_t(__RLIMIT_RTPRIO.rawValue), &limit) == 0,
        limit.rlim_cur == 0
    else { return }
    logger.notice(
        """
        At a stop a sender at a router endpoint may miss its last reply, about one in a hundred, because \
        this process may not go before others: see LimitRTPRIO= in elbod(8).
        """)
}

internal import CZeroMQ

extension ZMQError: CustomStringConvertible {
    /// A sentence for an operator: what failed, on what, why, and what to do about it.
    public var description: String {
        "cannot \(operation)\(subject.isEmpty ? "" : " \(subject)"): \(reason)"
    }

    private var reason: String {
        switch (code, operation) {
        case (EADDRINUSE, _):
            "address already in use; is another daemon running?"
        case (EADDRNOTAVAIL, _):
            "no interface of this machine has that address; bind one it has, or * for all of them"
        case (ENODEV, _):
            "no interface of this machine has that name or address; bind one it has, localhost, or * "
                + "for all of them"
        case (EACCES, _):
            "permission denied; choose a TCP port above 1023, or a directory this user may write to"
        case (ENOENT, "bind"):
            "no such directory; create it first, or let systemd do so with RuntimeDirectory="
        case (ENOENT, _):
            "the socket does not use that endpoint"
        case (ENAMETOOLONG, _):
            "the path is too long; an ipc:// path may have 107 bytes"
        case (EINVAL, "bind"), (EINVAL, "connect to"):
            """
            malformed endpoint; expected tcp://host:port with a port of 1 to 65535 and IPv6 \
            addresses in brackets, ipc:///path or inproc://name
            """
        case (EINVAL, _) where operation.contains("CURVE"):
            "that is no key of 40 Z85 characters"
        case (EINVAL, _):
            "the value is out of range, or not one for this kind of socket"
        case (EPROTONOSUPPORT, _):
            "unknown transport; expected tcp://, ipc:// or inproc://"
        case (ENOCOMPATPROTO, _):
            "this kind of socket cannot use that transport; use tcp://, ipc:// or inproc://"
        case (ENOTSUP, _) where operation.contains("CURVE"):
            "this libzmq was built without CURVE; install one that has it"
        case (ENOTSUP, _):
            "this kind of socket cannot do that"
        case (EMFILE, _):
            "too many open sockets or files; raise LimitNOFILE= or configure fewer sources"
        case (EFSM, _):
            "a request and its reply must alternate"
        case (EHOSTUNREACH, _):
            "no peer of that identity is connected"
        case (ETERM, _):
            "the context was shut down"
        default:
            unsafe String(cString: zmq_strerror(code))
        }
    }
}

#!/usr/bin/env python3
"""Ports of this machine for tests to listen at: `tools/ports.py 2` prints two of them.

Asking the kernel for a port (bind to 0) and letting it go is not enough: the next to ask may get
the same one, and so may any connection that goes out. So ports come from below the range that
connections go out from, and no process hands out one twice.
"""

import random
import socket
import sys
from pathlib import Path

handed_out = set()


def free_port():
    """A TCP port of 127.0.0.1 that nobody listens at, another one at each call."""
    outgoing = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    below = range(outgoing // 2, outgoing)
    while True:
        port = random.choice(below)
        if port in handed_out:
            continue
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        handed_out.add(port)
        return port


if __name__ == "__main__":
    print(*(free_port() for _ in range(int(sys.argv[1]))))

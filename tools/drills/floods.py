"""Floods against every port, one after the other, and a manager that notes when the watchdog is fed."""

import os
import random
import socket as sockets
import struct
import threading
import time

import zmq

from attackers import greet
from daemon import context

KINDS = {"pull": b"PUSH", "sub": b"PUB", "router": b"DEALER", "pub": b"SUB", "control": b"DEALER"}


def frame(body, more=False):
    flags, size = int(more), len(body)
    return (struct.pack(">BQ", flags | 2, size) if size > 255 else bytes([flags, size])) + body


class Manager(threading.Thread):
    """Stands for systemd: when it was told that all is well."""

    def __init__(self, path):
        super().__init__(daemon=True)
        self.socket = sockets.socket(sockets.AF_UNIX, sockets.SOCK_DGRAM)
        self.socket.bind(str(path))
        self.fed = []
        self.start()

    def run(self):
        while True:
            if b"WATCHDOG=1" in self.socket.recv(65536):
                self.fed.append(time.monotonic())

    def longest(self, since):
        """Seconds without, at most."""
        times = [since, *(moment for moment in self.fed if moment > since), time.monotonic()]
        return max(later - earlier for earlier, later in zip(times, times[1:]))


class Flood:
    """One attack by several peers at once, each again as soon as it is cut."""

    def __init__(self, ports, ended=None):
        self.ports, self.ended, self.cut = ports, ended or threading.Event(), 0
        self.held = []

    def connect(self, port):
        kind, address = port.split(":")[1], self.ports[port]
        family = sockets.AF_UNIX if isinstance(address, str) else sockets.AF_INET
        connection = sockets.socket(family)
        connection.settimeout(5)
        connection.connect(address if isinstance(address, str) else ("127.0.0.1", address))
        return connection, kind

    def greeted(self, port):
        connection, kind = self.connect(port)
        greet(connection, KINDS[kind])
        return connection

    def keep_on(self, way, *details, peers=3):
        def run():
            while not self.ended.is_set():
                try:
                    way(*details)
                except (OSError, zmq.ZMQError):
                    self.cut += 1
                    time.sleep(0.05)
        for _ in range(peers):
            threading.Thread(target=run, daemon=True).start()

    def parts(self, port, size):
        """A message of endless parts."""
        part = frame(bytes(size), more=True)
        chunk = part * max(1, 65536 // len(part))
        with self.greeted(port) as connection:
            while not self.ended.is_set():
                connection.sendall(chunk)

    def unfinished(self, port, size, total):
        """A message that stops before its end, and is held."""
        part = frame(bytes(size), more=True)
        with self.greeted(port) as connection:
            connection.sendall(part * (total // len(part)))
            while not self.ended.is_set() and connection.recv(65536):
                pass

    def subscriptions(self, port, count, churn=False):
        """Different topics, all at once; read or, again and again, left."""
        with self.greeted(port) as connection:
            for _ in range(count // 100):
                connection.sendall(b"".join(frame(b"\1" + random.randbytes(100)) for _ in range(100)))
            while not self.ended.is_set() and not churn:
                if not connection.recv(65536):
                    raise OSError
            time.sleep(0.2)

    def requests(self, port, body, reads=True):
        """Requests without pause."""
        peer = context.socket(zmq.DEALER)
        peer.linger, peer.sndhwm, peer.rcvhwm = 0, 2, 1
        peer.connect(f"ipc://{self.ports[port]}")
        while not self.ended.is_set():
            try:
                peer.send_multipart([b"", body], zmq.NOBLOCK)
            except zmq.Again:
                time.sleep(0.002)
            while reads and peer.poll(0):
                peer.recv_multipart()
        peer.close()

    def pipeline(self, port):
        """HTTP requests whose answers nobody reads."""
        connection, _ = self.connect(port)
        with connection:
            connection.sendall(b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n" * 10_000)

    def idle(self, count):
        """Silent connections at every port, a third of them greeted, a third introduced."""
        for number in range(count):
            for port in self.ports:
                try:
                    connection, kind = self.connect(port)
                    if kind != "http" and number % 3 == 2:
                        greet(connection, KINDS[kind])
                    elif number % 3 == 1:
                        connection.sendall(b"GET /" if kind == "http" else b"\xff" + bytes(8) + b"\x7f\x03")
                    self.held.append(connection)
                except OSError:
                    pass

"""Peers that mean harm, all at once."""

import random
import socket as sockets
import struct
import threading
import time

import zmq

from daemon import context


def greet(connection, kind):
    """ZMTP 3.0 greeting and READY with the NULL mechanism."""
    connection.sendall(b"\xff" + bytes(8) + b"\x7f" + b"\x03\x00" + b"NULL".ljust(20, b"\0") + bytes(32))
    body = b"\x05READY" + b"\x0bSocket-Type" + struct.pack(">I", len(kind)) + kind
    connection.sendall(b"\x04" + bytes([len(body)]) + body)
    connection.recv(4096)


class Attackers:
    """Attacks these ports of 127.0.0.1 until it is told to end."""

    def __init__(self, ingest, publish):
        self.ingest, self.publish, self.ended = ingest, publish, False
        for way in (self.endless, self.endless, self.claim, self.subscribe, self.junk):
            threading.Thread(target=way, daemon=True).start()

    def end(self):
        self.ended = True

    def endless(self):
        """A message of endless parts."""
        while not self.ended:
            try:
                with sockets.create_connection(("127.0.0.1", random.choice(self.ingest)), 0.5) as connection:
                    greet(connection, b"PUSH")
                    frame = b"\x03" + struct.pack(">Q", 60_000) + bytes(60_000)
                    while not self.ended:
                        connection.sendall(frame)
            except OSError:
                time.sleep(0.05)

    def claim(self):
        """A part that claims to have 1 TiB."""
        while not self.ended:
            try:
                with sockets.create_connection(("127.0.0.1", self.ingest[1])) as connection:
                    greet(connection, b"PUSH")
                    connection.sendall(b"\x02" + struct.pack(">Q", 1 << 40) + bytes(4096))
                    time.sleep(0.1)
            except OSError:
                time.sleep(0.05)

    def subscribe(self):
        """170,000 subscriptions of 100 bytes."""
        for turn in range(170_000):
            if self.ended:
                return
            if turn % 20_000 == 0:
                spy = context.socket(zmq.SUB)
                spy.linger = 0
                spy.connect(f"tcp://127.0.0.1:{self.publish}")
            spy.subscribe(f"{turn:0100d}")
            if turn % 1000 == 0:
                time.sleep(0.02)

    def junk(self):
        """Bytes that are no ZMTP."""
        while not self.ended:
            try:
                with sockets.create_connection(("127.0.0.1", random.choice([*self.ingest, self.publish]))) as connection:
                    connection.sendall(random.randbytes(200))
            except OSError:
                pass
            time.sleep(0.002)

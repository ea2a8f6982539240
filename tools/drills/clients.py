"""Those that send to the daemon and read its verdicts."""

import struct
import subprocess
import sys
import tempfile
import threading
from pathlib import Path


class Producer:
    """A process that sends numbered frames; `next` is the number it will send next."""

    def __init__(self, kind, address, source, first, count, rate=0, images=1, curve=()):
        self.counter = tempfile.NamedTemporaryFile()
        self.counter.write(struct.pack("<Q", first))
        self.counter.flush()
        self.process = subprocess.Popen(
            [sys.executable, Path(__file__).with_name("actors.py"), "produce", kind, address, source,
             str(first), str(count), str(rate), str(images), self.counter.name,
             *(key.decode() for key in curve)])
        self.poll, self.wait, self.kill = self.process.poll, self.process.wait, self.process.kill

    @property
    def next(self):
        return struct.unpack("<Q", Path(self.counter.name).read_bytes())[0]


producer = Producer


class Follower(threading.Thread):
    """Reads all verdicts, and keeps what is asked for: latencies, or numbers by source."""

    def __init__(self, daemon, *topics, visit=None):
        super().__init__(daemon=True)
        self.socket = daemon.subscriber(*topics)
        self.visit, self.count, self.last, self.gaps, self.ended = visit, 0, None, 0, False
        self.start()

    def run(self):
        while not self.ended:
            if not self.socket.poll(200):
                continue
            _, line = self.socket.recv_multipart()
            mark = line.rfind(b'"pub_seq":')
            if mark < 0:
                continue
            number = int(line[mark + 10:-1])
            if self.last is not None and number != self.last + 1:
                self.gaps += max(0, number - self.last - 1)
            self.last = number
            self.count += 1
            if self.visit:
                self.visit(line)

    def end(self):
        self.ended = True
        self.join()
        self.socket.close()


def age(line):
    """Microseconds from receiving a frame to its score."""
    start = line.index(b'"queue_us":')
    return sum(int(part.split(b":")[1]) for part in line[start:line.index(b',"dropped_before"')].split(b","))

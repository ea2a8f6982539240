"""A daemon to send images to, a subscriber to its verdicts, and a count of what held."""

import json
import signal
import subprocess
import sys

import zmq

context = zmq.Context()


def send_array(socket, array, flags=0, **header):
    """The recipe of pyzmq's documentation, word for word."""
    md = dict(dtype=str(array.dtype), shape=array.shape, **header)
    socket.send_json(md, flags | zmq.SNDMORE)
    return socket.send(array, flags, copy=True, track=False)


class Daemon:
    """One elbod with these ingest endpoints and options, that publishes at `pub`; `total` counts the checks of all."""

    total = 0

    def __init__(self, elbod, model, pub, *ingest, options=()):
        self.checks = 0
        options = [*options, *(text for endpoint in ingest for text in ("--ingest", endpoint))]
        self.process = subprocess.Popen(
            [elbod, "--model", model, *options, "--publish", f"pub+bind:{pub}"], stderr=subprocess.PIPE, text=True)
        self.subscriber = context.socket(zmq.SUB)
        self.subscriber.connect(pub)
        for topic in ["anomaly/", "normal/", "error/", "status/"]:
            self.subscriber.subscribe(topic)
        self.check(self.subscriber.poll(10_000), "a status message within ten seconds")
        self.subscriber.recv_multipart()
        # The subscriptions are in force in this order. From here on verdicts alone: a status a
        # second would look like the verdict that is waited for.
        self.subscriber.unsubscribe("status/")

    def check(self, condition, what):
        """Counts a check; a failed one ends the program."""
        self.checks += 1
        Daemon.total += 1
        if not condition:
            self.process.kill()
            sys.exit(f"failed: {what}")

    def verdict(self):
        """The next verdict, as (topic, object)."""
        self.check(self.subscriber.poll(10_000), "a verdict within ten seconds")
        topic, line = self.subscriber.recv_multipart()
        return topic.decode(), json.loads(line)

    def insist(self, send):
        """Sends until a verdict comes: a publisher does not know when its subscriber is there."""
        for _ in range(100):
            send()
            if self.subscriber.poll(100):
                break
        found = self.verdict()
        while self.subscriber.poll(100):  # what an impatient sender sent twice
            self.subscriber.recv_multipart()
        return found

    def stop(self):
        """What the daemon said of its life, once it has ended well."""
        self.process.send_signal(signal.SIGTERM)
        _, log = self.process.communicate(timeout=10)
        self.check(self.process.returncode == 0, "exit 0 on SIGTERM")
        return log

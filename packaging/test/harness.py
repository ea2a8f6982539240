"""The service under test, and those that talk to it: what the checks in inside.py are written with."""

import ctypes
import json
import math
import operator
import os
import pathlib
import re
import shutil
import socket as unix
import struct
import subprocess
import threading
import time

import zmq

IMAGES, VERDICTS = "ipc:///run/elbod/images", "ipc:///run/elbod/verdicts"
MODEL = pathlib.Path("/usr/share/elbod/models/mnist")
CONFIG = pathlib.Path("/etc/elbod/elbod.yaml")
HEADER = b'{"dtype": "uint8", "shape": [28, 28], "msg": "camera"}'
context = zmq.Context()
libc = ctypes.CDLL(None, use_errno=True)
SEIZE, INTERRUPT, WALL = 0x4206, 0x4207, 0x40000000


def run(*command, ok=True, **more):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, **more)
    if ok and done.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, command))}: {done.returncode} {done.stdout[-600:]} {done.stderr[-600:]}")
    return done


short = []


def number(what, value, most, unit, binds=True):
    """Prints a number, and fails if it is more than asked for; if it does not bind, as what a busy machine makes longer
    in proportion, it is only counted."""
    print(f"    {what}: {value:.4g} {unit} (asked for: at most {most:g} {unit})", flush=True)
    if value > most and not binds:
        short.append(what)
        print("    FALLS SHORT", flush=True)
    assert value <= most or not binds, f"{what}: {value:.4g} is more than {most} {unit}"


def spread(values):
    values = sorted(values)
    return f"median {values[len(values) // 2]:.3f}, largest {values[-1]:.3f}"


def show(name, unit="elbod"):
    return run("systemctl", "show", "-P", name, unit).stdout.strip()


def journal(since):
    return run("journalctl", "-u", "elbod", "-o", "cat", "--since", f"@{since:.6f}", "--no-pager").stdout


def socket(kind, address):
    one = context.socket(kind)
    one.linger, one.rcvtimeo, one.sndtimeo = 0, 20_000, 5_000
    if kind == zmq.SUB:
        one.rcvhwm = 0
        one.subscribe("")
    # Tried again this often when the daemon has gone.
    one.reconnect_ivl = 10
    one.connect(address)
    return one


def next_verdict(subscriber, deadline=20):
    """The next verdict, as topic and JSON; None if there is none in time."""
    end = time.monotonic() + deadline
    while (left := end - time.monotonic()) > 0:
        if subscriber.poll(left * 1000):
            topic, line = subscriber.recv_multipart()
            if topic != b"status/":
                return topic.decode(), json.loads(line)
    return None


class Load:
    """Pushes images from a thread as fast as they are taken."""

    def __init__(self, pause=0.0):
        self.pause, self.sent, self.over = pause, 0, False
        self.thread = threading.Thread(target=self.push)

    def push(self):
        images = socket(zmq.PUSH, IMAGES)
        images.sndtimeo = 100
        while not self.over:
            try:
                images.send_multipart([HEADER, bytes(784)])
                self.sent += 1
            except zmq.Again:
                pass
            if self.pause:
                time.sleep(self.pause)
        images.close()

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over = True
        self.thread.join()


def score(image=bytes(784), images=IMAGES, verdicts=VERDICTS):
    """Sends an image until there is a verdict on one: both ends are connected by then."""
    subscriber, sender = socket(zmq.SUB, verdicts), socket(zmq.PUSH, images)
    try:
        for _ in range(100):
            sender.send_multipart([HEADER, image])
            verdict = next_verdict(subscriber, 0.1)
            if verdict:
                return verdict
        raise AssertionError(f"no verdict at {verdicts}")
    finally:
        subscriber.close()
        sender.close()


def configure(*lines, restart=True):
    """Appends to the shipped configuration, or replaces keys of it."""
    text = CONFIG.with_suffix(".shipped").read_text()
    for line in lines:
        key = line.split(":")[0]
        text = re.sub(rf"^{key}:.*(\n  - .*)*\n", "", text, flags=re.M) + line + "\n"
    CONFIG.write_text(text)
    if restart:
        run("systemctl", "restart", "elbod", timeout=60)


def seconds_to_ready():
    """From the start of a daemon without systemd to its READY."""
    place = pathlib.Path("/tmp/alone")
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    with unix.socket(unix.AF_UNIX, unix.SOCK_DGRAM) as manager:
        manager.bind(str(place / "notify"))
        manager.settimeout(10)
        started = time.monotonic()
        daemon = subprocess.Popen(
            ["elbod", "--model", MODEL, "--ingest", f"pull+bind:ipc://{place}/in", "--publish", f"pub+bind:ipc://{place}/out",
             "--control", place / "control", "--http", "127.0.0.1:9999", "--state", place],
            env={"NOTIFY_SOCKET": str(place / "notify"), "PATH": "/usr/bin"}, stderr=subprocess.DEVNULL)
        while b"READY=1" not in manager.recv(4096):
            pass
        seconds = time.monotonic() - started
    daemon.terminate()
    assert daemon.wait(10) == 0
    return seconds


def frames(text):
    """The counts of the daemon's last line, in its own words."""
    line = [line for line in text.splitlines() if "Stopped." in line][-1]
    return {name: int(value.replace(",", "")) for name, value in re.findall(r"(received|scored|rejected|dropped) ([\d,]+)", line)}


def gap_after(act, subscriber):
    """Seconds from an act to the first verdict of another run of the daemon."""
    epoch = next_verdict(subscriber)[1]["epoch"]
    started = time.monotonic()
    act()
    while True:
        verdict = next_verdict(subscriber, 30)
        assert verdict, "no verdict after 30 s"
        if verdict[1]["epoch"] != epoch:
            return time.monotonic() - started


def stall(name):
    """Stops one thread of the daemon, as a deadlock would, and nothing else, for as long as that runs."""
    process = show("MainPID")
    thread = next(int(task.name) for task in pathlib.Path(f"/proc/{process}/task").iterdir()
                  if (task / "comm").read_text().strip() == name)
    begun, ready = os.pipe()
    tracer = os.fork()
    if tracer == 0:
        code = any(libc.ptrace(request, thread, None, None) for request in (SEIZE, INTERRUPT))
        os.write(ready, b"x")
        # A traced thread that was killed is gone when its tracer has been told.
        while not code:
            try:
                os.waitpid(thread, WALL)
            except ChildProcessError:
                break
        os._exit(code)
    os.read(begun, 1)
    os.close(begun)
    os.close(ready)
    return tracer


def black_image_score(path):
    """What the network of the paper makes of an image of zeros, computed here: the mean squared error."""
    data = path.read_bytes()
    size = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + size])

    def tensor(name):
        begin, end = header[name]["data_offsets"]
        return struct.unpack(f"<{(end - begin) // 4}f", data[8 + size + begin:8 + size + end])

    def layer(name, x):
        weight, bias = tensor(f"{name}.weight"), tensor(f"{name}.bias")
        return [b + sum(map(operator.mul, weight[i * len(x):(i + 1) * len(x)], x)) for i, b in enumerate(bias)]

    hidden = [max(0, h) for h in tensor("fc1.bias")]
    hidden = [max(0, h) for h in layer("fc3", layer("fc21", hidden))]
    return sum((1 / (1 + math.exp(-logit))) ** 2 for logit in layer("fc4", hidden)) / 784

"""A real daemon in a process of its own, its control socket, and those that talk to it."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import zmq

ROOT = Path(__file__).resolve().parents[2]
PIXELS = bytes(784)
context = zmq.Context()


class Daemon:
    """elbod with the bundled model, or a copy of it that may be spoilt."""

    def __init__(self, *ingest, copy=False, pictures=False, publish=None, options=(), curve=()):
        self.curve = curve
        self.folder = Path(tempfile.mkdtemp(prefix="elbod-drill-"))
        self.model = ROOT / "models/mnist"
        if copy:
            self.model = self.folder / "model"
            shutil.copytree(ROOT / "models/mnist", self.model)
        if pictures:
            self.model = picture_model(self.folder)
        self.verdicts = publish or f"ipc://{self.folder}/out"
        self.control = self.folder / "control"
        self.arguments = [str(ROOT / ".build/release/elbod"), "--model", str(self.model), "--publish",
                          f"pub+bind:{self.verdicts}", "--control", str(self.control), *map(str, options)]
        for endpoint in ingest or (f"pull+bind:ipc://{self.folder}/in",):
            self.arguments += ["--ingest", endpoint]
        self.address = f"ipc://{self.folder}/in"
        self.start()

    def start(self):
        self.log = open(self.folder / "log", "ab")
        self.process = subprocess.Popen(self.arguments, stderr=self.log)
        self.socket = None
        deadline = time.monotonic() + 10
        while True:
            try:
                return self.status()
            except (zmq.Again, FileNotFoundError):
                if time.monotonic() > deadline or self.process.poll() is not None:
                    raise SystemExit(f"the daemon did not start: {self.text()}")

    def ask(self, verb, timeout=10_000, **details):
        """The result of a request, or the error as a string."""
        if not self.control.exists():
            raise FileNotFoundError(self.control)
        if self.socket is None:
            self.socket = context.socket(zmq.REQ)
            self.socket.setsockopt(zmq.REQ_RELAXED, 1)
            self.socket.setsockopt(zmq.REQ_CORRELATE, 1)
            self.socket.linger = 0
            self.socket.connect(f"ipc://{self.control}")
        self.socket.rcvtimeo = timeout
        self.socket.send_json({"verb": verb, **details})
        answer = self.socket.recv_json()
        return answer.get("result", answer.get("error"))

    def status(self):
        return self.ask("status", timeout=500)

    def sources(self):
        return {source["source"]: source for source in self.ask("sources")}

    def settle(self, seconds=30):
        """Waits until nothing more arrives and nothing is in flight; the last status."""
        deadline, last = time.monotonic() + seconds, None
        while time.monotonic() < deadline:
            status = self.status()
            now = (status["received"], status["in_flight"])
            if now == last and now[1] == 0:
                return status
            last = now
            time.sleep(0.3)
        return status

    def memory(self):
        """Resident MiB."""
        for line in open(f"/proc/{self.process.pid}/status"):
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024

    def text(self):
        return (self.folder / "log").read_text(errors="replace")

    def stop(self):
        """The exit code."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(20)
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)
        return code

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.socket.close()

    def subscriber(self, *topics):
        socket = context.socket(zmq.SUB)
        socket.rcvhwm = 0
        if self.curve:
            socket.curve_serverkey, socket.curve_publickey, socket.curve_secretkey = self.curve
        socket.connect(self.verdicts)
        for topic in topics or ("",):
            socket.subscribe(topic)
        return socket


def picture_model(folder):
    """The bundled weights behind preprocessing: any picture, shrunk to 28 × 28."""
    held = np.random.default_rng(1).integers(0, 256, (64, 28, 28), dtype=np.uint8)
    np.save(folder / "held.npy", held)
    subprocess.run(
        [ROOT / ".build/release/elbo", "import", "--safetensors", ROOT / "models/mnist/model.safetensors",
         "--out", folder / "pictures", "--images", folder / "held.npy",
         "--preprocess", "crop,grayscale=bgr,resize=28x28"],
        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return folder / "pictures"


def header(source, sequence, images=1):
    shape = "[28,28]" if images == 1 else f"[{images},28,28]"
    return b'{"dtype":"uint8","shape":%s,"msg":"%s","seq":%d}' % (shape.encode(), source.encode(), sequence)


def balanced(account):
    """Whether every frame of a status or a source is accounted for."""
    rejected = sum(account["rejections"].values())
    return account["received"] == (
        account["scored"] + rejected + account["dropped"] + account["in_flight"])

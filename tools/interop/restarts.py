"""Kills the daemon under the sender that docs/messages.md prints, and under imagezmq's with the same options: both
get a verdict on every image.

Usage: restarts.py ELBOD MODEL_DIRECTORY
"""

import json
import re
import subprocess
import sys
import tempfile
import threading
import time

import imagezmq
import numpy as np
import zmq

from harness import context
from ports import free_port

elbod, model = sys.argv[1:]
folder = tempfile.mkdtemp()
port = free_port()
address = f"tcp://127.0.0.1:{port}"
process = None


def start():
    """A daemon at the same address as the one before."""
    global process
    process = subprocess.Popen(
        [elbod, "--model", model, "--ingest", f"router+bind:{address}", "--publish", f"pub+bind:ipc://{folder}/out"],
        stderr=subprocess.DEVNULL)


text = open(f"{sys.path[0]}/../../docs/messages.md").read()
section = text[text.index("## A sender that survives restarts"):]
program = re.search(r"```python\n(.*?)```", section, re.S)[1]
printed = {}
exec(program.replace("tcp://127.0.0.1:5555", address), printed)

other = imagezmq.ImageSender(connect_to=address)
for option, value in [(zmq.REQ_RELAXED, 1), (zmq.REQ_CORRELATE, 1), (zmq.RCVTIMEO, 2000), (zmq.SNDTIMEO, 2000), (zmq.LINGER, 0)]:
    other.zmq_socket.setsockopt(option, value)
random = np.random.default_rng(1)
images = random.integers(0, 256, (400, 28, 28), dtype=np.uint8)
judged, done = {"printed": [], "imagezmq": []}, threading.Event()


def send_printed():
    """The sender as printed."""
    number = 0
    while not done.is_set():
        judged["printed"].append(printed["judge"](images[number % 400], number))
        number += 1


def send_imagezmq():
    """imagezmq's sender, that asks again."""
    while not done.is_set():
        try:
            judged["imagezmq"].append(json.loads(other.send_image("door", images[0])))
        except zmq.Again:
            pass


start()
senders = [threading.Thread(target=target, daemon=True) for target in (send_printed, send_imagezmq)]
for sender in senders:
    sender.start()
for end in ["kill", "terminate", "kill"]:
    before = {name: len(found) for name, found in judged.items()}
    limit = time.monotonic() + 20
    while any(len(found) < before[name] + 20 for name, found in judged.items()):
        if time.monotonic() > limit:
            process.kill()
            sys.exit(f"failed: no verdicts before {end}: { {name: len(found) for name, found in judged.items()} }")
        time.sleep(0.01)
    getattr(process, end)()
    process.wait()
    start()
before = {name: len(found) for name, found in judged.items()}
limit = time.monotonic() + 20
while any(len(found) < before[name] + 20 for name, found in judged.items()):
    if time.monotonic() > limit:
        process.kill()
        sys.exit(f"failed: a sender did not survive: { {name: len(found) for name, found in judged.items()} }")
    time.sleep(0.01)
done.set()
for sender in senders:
    sender.join(10)
numbers = [found["seq"] for found in judged["printed"]]
if numbers != list(range(len(numbers))) or len({found["epoch"] for found in judged["printed"]}) != 4:
    process.kill()
    sys.exit("failed: a verdict is missing, or there were not four daemons")
process.terminate()
if process.wait(10) != 0:
    sys.exit("failed: exit 0 on SIGTERM")
print(f"{len(numbers) + len(judged['imagezmq'])} verdicts through three restarts")

"""Checks that elbod understands what pyzmq's array recipe and imagezmq really send.

Usage: clients.py ELBOD MODEL_DIRECTORY
"""

import json
import os
import signal
import subprocess
import sys
import tempfile

import imagezmq
import numpy as np
import zmq

elbod, model = sys.argv[1:]
folder = tempfile.mkdtemp()
pull, pub = f"ipc://{folder}/in", f"ipc://{folder}/out"
camera, hub = f"ipc://{folder}/camera", f"ipc://{folder}/hub"
random = np.random.default_rng(1)
checks = 0


def check(condition, what):
    """Counts a check; a failed one ends the program."""
    global checks
    checks += 1
    if not condition:
        daemon.kill()
        sys.exit(f"failed: {what}")


def verdict():
    """The next verdict that is not a status, as (topic, object)."""
    while True:
        check(subscriber.poll(10_000), "a verdict within ten seconds")
        topic, line = subscriber.recv_multipart()
        if topic != b"status/":
            return topic.decode(), json.loads(line)


def send_array(socket, array, flags=0, **header):
    """The recipe of pyzmq's documentation, word for word."""
    md = dict(dtype=str(array.dtype), shape=array.shape, **header)
    socket.send_json(md, flags | zmq.SNDMORE)
    return socket.send(array, flags, copy=True, track=False)


daemon = subprocess.Popen(
    [elbod, "--model", model, "--ingest", f"pull+bind:{pull}", "--ingest", f"sub+connect:{camera}",
     "--ingest", f"router+bind:{hub}", "--publish", f"pub+bind:{pub}"], stderr=subprocess.PIPE, text=True)
context = zmq.Context()
subscriber = context.socket(zmq.SUB)
subscriber.connect(pub)
subscriber.subscribe("")
check(subscriber.poll(10_000), "a status message within ten seconds")
subscriber.recv_multipart()

push = context.socket(zmq.PUSH)
push.connect(pull)
image = random.integers(0, 256, (28, 28), dtype=np.uint8)
send_array(push, image)
topic, reference = verdict()
check(topic == "anomaly/ingest-1/" and reference["is_anomaly"], "noise is anomalous")

# The same picture in every element type scores the same.
for array in [
    image.reshape(784), image[None, :, :, None], (image > -1) * (image / 255), image / np.float32(255),
    (image / 255).astype(">f4"), (image.astype(np.uint16) * 257), (image.astype(">u2") * 257).astype(">u2"),
]:
    send_array(push, np.ascontiguousarray(array), msg="same")
    topic, found = verdict()
    check(topic == "anomaly/same/", f"{array.dtype} {array.shape} came back as {topic}")
    check(abs(found["score"] / reference["score"] - 1) < 1e-5, f"{array.dtype} scores the same")

push.send_multipart([b"cam-7", b'{"dtype": "|u1", "shape": [1, 28, 28], "seq": 41}', image.tobytes()])
topic, found = verdict()
check(topic == "anomaly/cam-7/" and found["seq"] == 41, "a topic frame names the source")

# pyzmq's publisher example ends with a control message, which is no error.
push.send_json({"done": True})
send_array(push, np.zeros((5, 28, 28), np.uint8))
check([verdict()[1]["index"] for _ in range(5)] == [0, 1, 2, 3, 4], "a batch has an index each")

sender = imagezmq.ImageSender(connect_to=camera, REQ_REP=False)
for attempt in range(100):  # a publisher does not know when its subscriber is there
    sender.send_image("porch é", image)
    if subscriber.poll(100):
        break
topic, found = verdict()
check(topic == "anomaly/porch%20%c3%a9/" and found["msg"] == "porch é", f"imagezmq, {topic}")
check(abs(found["score"] / reference["score"] - 1) < 1e-5, "imagezmq's image scores the same")

# imagezmq's default mode waits for a reply: the verdict.
asker = imagezmq.ImageSender(connect_to=hub)
reply = json.loads(asker.send_image("door", image))
topic, found = verdict()
check(reply == found and topic == "anomaly/door/", "imagezmq's reply is the verdict")
check(abs(reply["score"] / reference["score"] - 1) < 1e-5, "and scores the same")
reply = json.loads(asker.send_image("door", image[:14]))
check(reply["reason"] == "bad_shape" and verdict()[0] == "error/door/", "what is wrong is the reply too")

daemon.send_signal(signal.SIGTERM)
_, log = daemon.communicate(timeout=10)
check(daemon.returncode == 0, "exit 0 on SIGTERM")
check("dropped 0" in log and "rejected 1 (bad_shape 1)" in log, "everything accounted for")
print(f"{checks} checks passed")

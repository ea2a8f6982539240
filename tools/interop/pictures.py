"""Checks that a model that preprocesses takes what cameras really send: colour, any size, encoded.

Usage: pictures.py ELBOD ELBO MODEL_DIRECTORY
"""

import json
import struct
import subprocess
import sys
import tempfile

import cv2
import imagezmq
import numpy as np
import zmq
from vidgear.gears import NetGear

from harness import Daemon, context, send_array
from ports import free_port

elbod, elbo, model = sys.argv[1:]
folder = tempfile.mkdtemp()
pull, pub = f"ipc://{folder}/in", f"ipc://{folder}/out"
camera, hub = f"ipc://{folder}/camera", f"ipc://{folder}/hub"
gear_request, gear_publish = free_port(), free_port()
random = np.random.default_rng(1)

# The bundled weights, told that pictures are to be made grey and small.
held = random.integers(0, 256, (64, 28, 28), dtype=np.uint8)
with open(f"{folder}/held", "wb") as file:
    file.write(b"\0\0\x08\x03" + struct.pack(">III", *held.shape) + held.tobytes())
subprocess.run(
    [elbo, "import", "--safetensors", f"{model}/model.safetensors", "--out", f"{folder}/model", "--images",
     f"{folder}/held", "--preprocess", "crop,grayscale=bgr,resize=28x28"], check=True, stdout=subprocess.DEVNULL)
daemon = Daemon(
    elbod, f"{folder}/model", pub, f"pull+bind:{pull}", f"sub+connect:{camera}", f"router+bind:{hub}",
    f"router+bind:tcp://127.0.0.1:{gear_request}", f"sub+bind:tcp://127.0.0.1:{gear_publish}")
check, verdict = daemon.check, daemon.verdict

# A picture as OpenCV has it, blue first, and what OpenCV makes of it: area averages of its luma.
picture = cv2.resize(random.integers(0, 256, (6, 8, 3), dtype=np.uint8), (640, 480), interpolation=cv2.INTER_CUBIC)
square = picture[:, 80:560]
luma = square.astype(np.float64) @ [0.114, 0.587, 0.299]
small = cv2.resize(luma, (28, 28), interpolation=cv2.INTER_AREA)

push = context.socket(zmq.PUSH)
push.connect(pull)
send_array(push, np.round(small).astype(np.uint8), msg="ours")
_, reference = verdict()


def is_close(score, tolerance):
    """Whether a score is that of the reference."""
    return abs(score / reference["score"] - 1) < tolerance


send_array(push, picture, msg="raw")
topic, found = verdict()
check(topic.endswith("/raw/") and is_close(found["score"], 0.002), f"a colour array, {found}")
check(found["input"]["shape"] == [480, 640, 3], "its shape is told as sent")
send_array(push, np.stack([picture, picture]), msg="batch")
check([verdict()[1]["score"] for _ in range(2)] == [found["score"]] * 2, "a batch of colour arrays")
send_array(push, cv2.cvtColor(picture, cv2.COLOR_BGR2BGRA))
check(verdict()[1]["score"] == found["score"], "opaque pictures score as those without opacity")
push.send_multipart([b"{}", cv2.imencode(".png", picture)[1].tobytes()])
check(verdict()[1]["score"] == found["score"], "a PNG, red first, scores as the array, blue first")
for ending, options in ((".bmp", []), (".tiff", []), (".webp", [cv2.IMWRITE_WEBP_QUALITY, 101])):
    push.send_multipart([b"{}", cv2.imencode(ending, picture, options)[1].tobytes()])
    check(verdict()[1]["score"] == found["score"], f"a {ending} scores as the array")
send_array(push, (picture / 255).astype(np.float32))
check(verdict()[1]["reason"] == "not_bytes", "colour is taken as bytes")

jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 95])[1]
asker = imagezmq.ImageSender(connect_to=hub)
sender = imagezmq.ImageSender(connect_to=camera, REQ_REP=False)
for what, send in [
    ("image, asking", lambda: asker.send_image("door", picture)),
    ("JPEG, asking", lambda: asker.send_jpg("door", jpeg)),
    ("image, publishing", lambda: sender.send_image("door", picture)),
    ("JPEG, publishing", lambda: sender.send_jpg("door", jpeg))]:
    if "asking" in what:
        reply = json.loads(send())
        topic, found = verdict()
        check(reply == found, f"imagezmq, {what}: the reply is the verdict")
    else:
        topic, found = daemon.insist(send)
    check(topic.endswith("/door/") and is_close(found["score"], 0.02), f"imagezmq, {what}: {found}")

for pattern, port in [(1, gear_request), (2, gear_publish)]:
    for compression in [False, True, "GRAY"]:
        server = NetGear(
            address="127.0.0.1", port=str(port), protocol="tcp", pattern=pattern, jpeg_compression=compression)
        frame = np.round(luma).astype(np.uint8) if compression == "GRAY" else picture
        if pattern == 1:
            server.send(frame)
            topic, found = verdict()
        else:
            topic, found = daemon.insist(lambda: server.send(frame))
        check(is_close(found["score"], 0.02), f"NetGear, pattern {pattern}, {compression}: {topic} {found}")
        server.close()

log = daemon.stop()
check("rejected 1 (not_bytes 1)" in log, f"everything accounted for: {log}")
print(f"{daemon.checks} checks passed")

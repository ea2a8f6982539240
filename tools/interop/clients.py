"""Checks that elbod understands what pyzmq's array recipe, imagezmq and VidGear really send.

Usage: clients.py ELBOD MODEL_DIRECTORY
"""

import json
import sys
import tempfile

import cv2
import imagezmq
import numpy as np
import zmq
from vidgear.gears import NetGear

from harness import Daemon, context, send_array
from ports import free_port

elbod, model = sys.argv[1:]
folder = tempfile.mkdtemp()
pull, pub = f"ipc://{folder}/in", f"ipc://{folder}/out"
camera, hub = f"ipc://{folder}/camera", f"ipc://{folder}/hub"
gear = free_port()
random = np.random.default_rng(1)

daemon = Daemon(
    elbod, model, pub, f"pull+bind:{pull}", f"sub+connect:{camera}", f"router+bind:{hub}",
    f"router+bind:tcp://127.0.0.1:{gear}")
check, verdict = daemon.check, daemon.verdict

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
topic, found = daemon.insist(lambda: sender.send_image("porch é", image))
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

# A grey JPEG or PNG of the model's size is the image in it, whoever sends it and however.
smooth = cv2.GaussianBlur(image, (9, 9), 3)
jpeg = cv2.imencode(".jpg", smooth, [cv2.IMWRITE_JPEG_QUALITY, 95])[1]
pixels = cv2.imdecode(jpeg, cv2.IMREAD_GRAYSCALE)
send_array(push, pixels)
_, reference = verdict()
reply = json.loads(asker.send_jpg("door", jpeg))
topic, found = verdict()
check(reply == found and reply["score"] == reference["score"], "a JPEG scores as its pixels do")
check(reply["input"] == {"dtype": "uint8", "shape": [28, 28, 1]}, "and its size is told")
topic, found = daemon.insist(lambda: sender.send_jpg("porch", jpeg))
check(topic.endswith("/porch/") and found["score"] == reference["score"], "published, too")
push.send_multipart([b'{"msg": "png"}', cv2.imencode(".png", pixels)[1].tobytes()])
check(verdict()[1]["score"] == reference["score"], "a PNG scores as its pixels do")
for payload, reason in [
    (jpeg[:-9], "bad_image"), (np.frombuffer(b"0", np.uint8), "no_dtype"),
    (cv2.imencode(".jpg", np.dstack([smooth[:14]] * 3))[1], "bad_shape")]:
    check(json.loads(asker.send_jpg("door", payload))["reason"] == reason, reason)
    check(verdict()[0] == "error/door/", "what is wrong is published, too")

# VidGear waits for a reply, and does not care what it is.
for options, frame in [({"jpeg_compression": False}, pixels), ({"jpeg_compression": "GRAY", "jpeg_compression_quality": 95}, smooth)]:
    server = NetGear(address="127.0.0.1", port=str(gear), protocol="tcp", pattern=1, **options)
    server.send(frame)
    topic, found = verdict()
    check(abs(found["score"] / reference["score"] - 1) < 0.05, f"NetGear {options}, {topic} {found}")
    server.close()

log = daemon.stop()
check("dropped 0" in log and "rejected 4 (" in log, f"everything accounted for: {log}")
print(f"{daemon.checks} checks passed")

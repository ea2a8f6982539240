"""Checks every form that docs/messages.md describes, as pyzmq's users send it: what is understood scores as the
same picture sent by pyzmq's array recipe, what is not is told why.

Usage: forms.py ELBOD ELBO MODEL_DIRECTORY
"""

import base64
import gzip
import io
import json
import pickle
import struct
import subprocess
import sys
import tempfile

import cv2
import imagezmq
import numpy as np
import zmq

from harness import Daemon, context, send_array

elbod, elbo, model = sys.argv[1:]
folder = tempfile.mkdtemp()
random = np.random.default_rng(1)


def start(name, model, *options):
    """A daemon with a PULL and a ROUTER, a pusher and an asker."""
    daemon = Daemon(
        elbod, model, f"ipc://{folder}/{name}-out", f"pull+bind:ipc://{folder}/{name}-in",
        f"router+bind:ipc://{folder}/{name}-ask", options=options)
    push, ask = context.socket(zmq.PUSH), context.socket(zmq.REQ)
    push.connect(f"ipc://{folder}/{name}-in")
    ask.connect(f"ipc://{folder}/{name}-ask")
    ask.rcvtimeo = 10_000
    return daemon, push, ask


# A model that takes its images as they are.
daemon, push, ask = start("plain", model)
image = cv2.GaussianBlur(random.integers(0, 256, (28, 28), dtype=np.uint8), (5, 5), 2)
jpeg = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 95])[1].tobytes()
png = cv2.imencode(".png", image)[1].tobytes()
text = base64.b64encode(png).decode()
send_array(push, image)
_, reference = daemon.verdict()


def same(what, parts, source="ingest-1", tolerance=1e-5, seq=None):
    """The picture is understood, and is its sender's; a REQ sender gets the same verdict."""
    push.send_multipart(parts)
    topic, found = daemon.verdict()
    daemon.check(found["schema"] == "elbod.verdict/1", f"{what} is understood: {found}")
    daemon.check(abs(found["score"] / reference["score"] - 1) < tolerance, f"{what} is the picture: {found['score']}")
    daemon.check(found["source"] == source, f"{what} is {source}'s, not {found['source']}'s")
    ask.send_multipart(parts)
    reply, (_, published) = json.loads(ask.recv()), daemon.verdict()
    daemon.check(reply == published and reply["score"] == found["score"], f"{what} is answered: {reply}")
    return found


def refused(what, parts, reason, *words):
    """The message becomes an error with a reason and a sentence, for a REQ sender too."""
    push.send_multipart(parts)
    topic, found = daemon.verdict()
    daemon.check(topic.startswith("error/") and found["reason"] == reason, f"{what}: {topic} {found}")
    for word in words:
        daemon.check(word in found["detail"], f"{what}: {word!r} in {found['detail']!r}")
    ask.send_multipart(parts)
    reply, _ = json.loads(ask.recv()), daemon.verdict()
    daemon.check(reply["reason"] == reason, f"{what} is told to who asks: {reply}")


def said(**header):
    """A JSON part."""
    return json.dumps(header).encode()


same("a lone JPEG", [jpeg], tolerance=0.05)
same("a lone PNG", [png])
same("topic, PNG", [b"cam-1", png], "cam-1")
same("topic with a slash, PNG", [b"cam-1/", png], "cam-1")
same("topic, time, PNG", [b"cam-2", b"1764190000.5", png], "cam-2")
for key in ["image", "img", "data", "frame", "picture", "payload"]:
    same(f"Base64 of a PNG under {key}", [said(source="cam-3", **{key: text})], "cam-3")
    same(f"a list under {key}", [said(dtype="uint8", **{key: image.tolist()})])
same("a data URL", [said(msg="cam-4", image=f"data:image/png;base64,{text}")], "cam-4")
same("topic, Base64 in JSON", [b"cam-5", said(image=text)], "cam-5")
same("Base64 of an array", [said(dtype="uint8", shape=image.shape, data=base64.b64encode(image).decode())])
same("a list without dtype", [said(image=image.tolist())])
same("a flat list", [said(image=image.ravel().tolist(), shape=image.shape, dtype="uint8")])
same("a list of fractions", [said(image=(image / 255).tolist())])
same("JSON with an empty part behind", [said(image=text), b""])

refused("a pickle", [pickle.dumps(image)], "header_not_json", "pickle", "dtype and shape")
refused("an .npy file", [(lambda file: (np.save(file, image), file.getvalue())[1])(io.BytesIO())], "header_not_json", ".npy")
refused("gzip", [gzip.compress(image)], "header_not_json", "gzip")
refused("a GIF", [b"GIF89a" + bytes(40)], "header_not_json", "GIF")
refused("a GIF after a topic", [b"cam-1", b"GIF89a" + bytes(40)], "header_not_json", "GIF")
refused("Base64 alone", [text.encode()], "header_not_json", "Base64")
refused("a list alone", [json.dumps(image.tolist()).encode()], "header_not_json", "JSON list")
refused("pixels alone", [image.tobytes()], "header_not_json", "bare_frames")
refused("pixels, then header", [image.tobytes(), said(dtype="uint8", shape=image.shape)], "no_payload", "header first")
refused("a header alone", [said(dtype="uint8", shape=image.shape)], "no_payload", "no picture")
refused("telemetry", [said(temperature=21.5)], "no_payload")
refused("not Base64", [said(image="/var/images/1.png")], "bad_embedded_pixels")
refused("a ragged list", [said(image=[[1, 2], [3]])], "bad_embedded_pixels")
refused("a pickle after a header", [said(msg="x"), pickle.dumps(image)], "no_dtype", "pickle")
for control in [{"done": True}, {"terminate_flag": True}]:
    ask.send_json(control)
    daemon.check("acknowledgement" in ask.recv().decode(), f"{control} is acknowledged")

# Deep pixels: the same picture whatever it is stored in, as long as it is said.
wide = image.astype(np.int64)
for bits, dtype in [(12, "uint16"), (10, "uint16"), (14, "uint16"), (16, "uint16"), (12, ">u2"), (8, "int16"), (8, "int32"), (12, "uint32")]:
    deep = (wide * ((1 << bits) - 1) // 255).astype(dtype)
    for key in ["bits", "bit_depth", "significant_bits", "depth"]:
        header = {"dtype": deep.dtype.str, "shape": deep.shape, key: bits}
        same(f"{bits} bits in {dtype}", [json.dumps(header).encode(), deep.tobytes()], tolerance=0.02)
    if bits < 16:
        name = f"dark-{bits}-{deep.dtype.name}"
        refused(f"{bits} bits in {dtype}, unsaid", [said(dtype=deep.dtype.str, shape=deep.shape, source=name), deep.tobytes()],
                "pixel_range_unknown", '"bits": 12')
bright, dark = (wide * 257).astype(np.uint16), (wide // 4).astype(np.uint16)
refused("a dark 16-bit image", [said(dtype="uint16", shape=dark.shape, source="night"), dark.tobytes()], "pixel_range_unknown")
bright[0, 0] = 65535
send_array(push, bright, source="night")
daemon.check(daemon.verdict()[1]["source"] == "night", "full range needs nothing")
send_array(push, dark, source="night")
daemon.check("score" in daemon.verdict()[1], "and may be dark from then on")
refused("more than the bits", [said(dtype="uint16", shape=image.shape, bits=8), bright.tobytes()], "out_of_range", "bits")
refused("more bits than there are", [said(dtype="uint16", shape=image.shape, bits=17), bright.tobytes()], "bad_bits")
refused("int64", [said(dtype="int64", shape=image.shape), wide.tobytes()], "unknown_dtype", "64-bit")

# Names: what is behind the first 128 bytes counts.
for name in ["east", "west"]:
    send_array(push, image, msg="x" * 130 + name)
daemon.check(len({daemon.verdict()[1]["source"] for _ in range(2)}) == 2, "long names are two sources")
daemon.stop()

# imagezmq's text with a time in it, and the camera's name as one of its keys.
daemon, push, ask = start("named", model, "--source-from", "header:camera")
sender = imagezmq.ImageSender(connect_to=f"ipc://{folder}/named-ask")
for second in range(5):
    found = json.loads(sender.send_image(json.dumps({"time": second, "camera": "barn"}), image))
    daemon.check(found["source"] == "barn" and found["seq"] == second, f"the name is in msg: {found}")
    daemon.verdict()
daemon.stop()

# A model that takes pictures of any size in colour, blue first.
held = random.integers(0, 256, (64, 28, 28), dtype=np.uint8)
with open(f"{folder}/held", "wb") as file:
    file.write(b"\0\0\x08\x03" + struct.pack(">III", *held.shape) + held.tobytes())
subprocess.run(
    [elbo, "import", "--safetensors", f"{model}/model.safetensors", "--out", f"{folder}/model", "--images",
     f"{folder}/held", "--preprocess", "crop,grayscale=bgr,resize=28x28"], check=True, stdout=subprocess.DEVNULL)
daemon, push, ask = start("colour", f"{folder}/model")
image = cv2.resize(random.integers(0, 256, (6, 8, 3), dtype=np.uint8), (640, 480), interpolation=cv2.INTER_CUBIC)
png = cv2.imencode(".png", image)[1].tobytes()
send_array(push, image)
_, reference = daemon.verdict()


def array(pixels, shape=None, **header):
    """Header and pixels."""
    return [said(dtype="uint8", shape=shape or pixels.shape, **header), np.ascontiguousarray(pixels).tobytes()]


rgb = cv2.cvtColor(image, cv2.COLOR_BGR2RGB)
same("a lone PNG in colour", [png])
same("Base64 in colour", [said(image=base64.b64encode(png).decode(), source="gate")], "gate")
same("channels first", array(image.transpose(2, 0, 1)))
same("channels first, as said", array(image.transpose(2, 0, 1), layout="CHW"))
same("RGB, as said", array(rgb, order="RGB"))
same("RGB8", array(rgb, encoding="rgb8"))
same("BGR8", array(image, encoding="bgr8"))
padded = np.zeros((480, 2048), np.uint8)
padded[:, :1920] = image.reshape(480, 1920)
same("padded rows, as step", array(padded, image.shape, step=2048))
same("padded rows, as strides", array(padded, image.shape, strides=[2048, 3, 1]))
ros = dict(height=480, width=640, encoding="rgb8", is_bigendian=0, step=1920, data=base64.b64encode(rgb).decode())
same("a ROS image in JSON", [said(header={"frame_id": "x"}, **ros)])
i420 = cv2.cvtColor(image, cv2.COLOR_BGR2YUV_I420)
same("I420 as OpenCV has it", array(i420, format="I420"), tolerance=0.05)
same("I420 by the picture's size", array(i420, (480, 640), encoding="yuv420p"), tolerance=0.05)
y, u, v = i420[:480], i420[480:600].reshape(-1), i420[600:].reshape(-1)
nv12 = np.concatenate([y.reshape(-1), np.stack([u, v], 1).reshape(-1)]).reshape(720, 640)
same("NV12", array(nv12, layout="NV12"), tolerance=0.05)
yuyv = np.dstack([y, np.full_like(y, 128)])
same("YUYV", array(yuyv, encoding="yuyv"), tolerance=0.05)
refused("a Bayer pattern", array(image[:, :, 0], encoding="bayer_rggb8"), "bad_layout")
refused("three planes of the model's size", array(held[:3]), "bad_layout", "CHW")
refused("a strange number of channels", array(np.zeros((60, 80, 5), np.uint8)), "bad_layout", "[h, w, 3]")
daemon.stop()
print(f"{daemon.total} checks passed")

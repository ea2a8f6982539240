"""Processes of the drills: producers that can be killed, and a proxy that breaks connections.

Usage: actors.py produce KIND ADDRESS SOURCE FIRST COUNT RATE IMAGES COUNTER [KEYS] |
       actors.py proxy LISTEN TARGET SECONDS [whole]
       actors.py cameras KIND FORM HEIGHT WIDTH RATE SECONDS ADDRESS...
"""

import io
import json
import mmap
import random
import socket
import struct
import sys
import threading
import time

import numpy as np
import zmq
from PIL import Image

from daemon import PIXELS, header


def produce(kind, address, source, first, count, rate, images, counter, curve):
    """Sends numbered frames. The next number is in the file `counter` at every moment, so that a killed
    producer's successor goes on exactly there. A publisher goes on slowly until it is ended, so that
    its subscriber can know whether the last ones came."""
    with open(counter, "r+b") as file:
        memory = mmap.mmap(file.fileno(), 8)
    out = zmq.Context().socket(zmq.PUSH if kind == "push" else zmq.PUB)
    out.sndhwm = 1000
    if curve:
        out.curve_serverkey, out.curve_publickey, out.curve_secretkey = map(str.encode, curve)
    out.linger = 30_000
    if kind == "pub":
        out.bind(address)
        time.sleep(0.5)
    else:
        out.connect(address)
    # Evenly: bursts would measure how long they themselves wait. A sleep takes 0.1 ms at least.
    pixels, start, step = PIXELS * images, time.monotonic(), max(1, int(rate / 5000)) if rate else 512
    for number in range(first, first + count):
        out.send(header(source, number, images), zmq.SNDMORE)
        out.send(pixels)
        struct.pack_into("<Q", memory, 0, number + 1)
        if number % step == 0:
            if rate and (ahead := (number + 1 - first) / rate - (time.monotonic() - start)) > 0:
                time.sleep(ahead)
    number = first + count
    while kind == "pub":
        time.sleep(0.1)
        out.send(header(source, number, images), zmq.SNDMORE)
        out.send(pixels)
        number += 1
        struct.pack_into("<Q", memory, 0, number)


def picture(form, height, width):
    """A noisy colour picture, which JPEG cannot make small, and the header of it as an array."""
    pixels = np.random.default_rng(1).integers(90, 166, (height, width, 3), dtype=np.uint8)
    if form == "raw":
        return pixels.tobytes(), {"dtype": "uint8", "shape": pixels.shape}
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=90)
    return file.getvalue(), {}


def cameras(kind, form, height, width, rate, seconds, addresses):
    """One camera for each address, each with a connection of its own, sends what cameras send. Prints
    how many frames each has sent, as JSON; one that waited ten seconds in vain ends with an error."""
    payload, members = picture(form, height, width)
    context, sent, failures = zmq.Context(), [0] * len(addresses), []
    start = time.monotonic() + 1

    def film(camera):
        out = context.socket({"push": zmq.PUSH, "pub": zmq.PUB, "req": zmq.REQ}[kind])
        out.sndhwm, out.linger, out.sndtimeo, out.rcvtimeo = 2, 10_000, 10_000, 10_000
        (out.bind if kind == "pub" else out.connect)(addresses[camera])
        try:
            for number in range(int(rate * seconds)):
                # Cameras are not in step.
                due = start + (number + camera / len(addresses)) / rate
                time.sleep(max(0, due - time.monotonic()))
                head = json.dumps({"msg": f"camera-{camera}", "seq": number, "ts": time.time(), **members})
                out.send(head.encode(), zmq.SNDMORE)
                out.send(payload, copy=False)
                sent[camera] += 1
                if kind == "req":
                    out.recv()
        except zmq.ZMQError as error:
            failures.append(f"camera {camera}, frame {number}: {error}")
        out.close()

    threads = [threading.Thread(target=film, args=(camera,)) for camera in range(len(addresses))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    context.term()
    print(json.dumps({"sent": sent, "failures": failures, "bytes": len(payload)}))


def proxy(listen, target, seconds, whole):
    """Forwards TCP connections and cuts each, unless `whole`, after a random while: in one direction
    first, in the other a little later."""
    server = socket.create_server(("127.0.0.1", listen))
    server.settimeout(0.2)
    end = time.monotonic() + seconds

    def pump(source, sink, until):
        try:
            while time.monotonic() < until:
                data = source.recv(65536)
                if not data:
                    break
                sink.sendall(data)
            time.sleep(random.random() * 0.2)
        except OSError:
            pass
        for side in (source, sink):
            try:
                side.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    while time.monotonic() < end:
        try:
            client, _ = server.accept()
        except TimeoutError:
            continue
        try:
            upstream = socket.create_connection(("127.0.0.1", target))
        except OSError:
            client.close()
            continue
        until = end if whole else time.monotonic() + 0.3 + random.random() * 2
        for pair in ((client, upstream), (upstream, client)):
            threading.Thread(target=pump, args=(*pair, until), daemon=True).start()


if __name__ == "__main__":
    verb, *rest = sys.argv[1:]
    if verb == "produce":
        kind, address, source, first, count, rate, images, counter, *curve = rest
        produce(kind, address, source, int(first), int(count), float(rate), int(images), counter, curve)
    elif verb == "cameras":
        kind, form, height, width, rate, seconds, *addresses = rest
        cameras(kind, form, int(height), int(width), float(rate), float(seconds), addresses)
    else:
        listen, target, seconds = rest[:3]
        proxy(int(listen), int(target), float(seconds), rest[3:] == ["whole"])

"""What one would otherwise write: scoring, a daemon and training, in Python.

Usage: peers.py score ENGINE MODEL.onnx BATCH SECONDS | peers.py serve MODEL.onnx IN OUT UPPER BATCH |
       peers.py pictures MODEL.onnx IN OUT UPPER THREADS | peers.py inspect MODEL.onnx IN OUT UPPER THREADS |
       peers.py push FILE ADDRESS | peers.py train DATA EPOCHS THREADS
"""

import json
import statistics
import sys
import time

import numpy as np


def session(path, threads=1):
    """ONNX Runtime on so many threads."""
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def score(engine, path, batch, seconds):
    """Images a second, from 8-bit pixels to the mean squared error: the median of many runs."""
    pixels = np.random.default_rng(0).integers(0, 256, (batch, 784), dtype=np.uint8)
    if engine == "onnxruntime":
        graph = session(path)
        wanted = [output.name for output in graph.get_outputs() if output.name != "reconstruction"]
        run = lambda: graph.run(wanted, {"image": pixels})
    else:
        import onnx
        import torch
        from onnx import numpy_helper
        torch.set_num_threads(1)
        w = {t.name: torch.from_numpy(numpy_helper.to_array(t).copy()) for t in onnx.load(path).graph.initializer}
        linear = torch.nn.functional.linear

        def run():
            x = torch.from_numpy(pixels).float() / 255
            h = torch.relu(linear(x, w["fc1.weight"], w["fc1.bias"]))
            z = linear(h, w["fc21.weight"], w["fc21.bias"])
            h = torch.relu(linear(z, w["fc3.weight"], w["fc3.bias"]))
            s = torch.sigmoid(linear(h, w["fc4.weight"], w["fc4.bias"]))
            return ((x - s) ** 2).mean(1)
        torch.set_grad_enabled(False)
    for _ in range(20):
        run()
    times, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 10:
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return {"images_per_second": batch / statistics.median(times)}


def serve(path, source, sink, upper, batch):
    """The daemon: pulls frames, scores what has arrived up to a batch, publishes verdicts."""
    import zmq
    graph, context = session(path), zmq.Context()
    pull, pub = context.socket(zmq.PULL), context.socket(zmq.PUB)
    pull.rcvhwm, pub.sndhwm = 1000, 100_000
    pull.bind(source)
    pub.bind(sink)
    for rows in (1, 2, 8, batch):
        graph.run(["mse"], {"image": np.zeros((rows, 784), np.uint8)})
    next_status = 0
    while True:
        if time.monotonic() >= next_status:
            pub.send_multipart([b"status/", b'{"schema":"peer.status/1"}'])
            next_status = time.monotonic() + 1
        if not pull.poll(100):
            continue
        headers, pixels = [], []
        while len(headers) < batch:
            try:
                header, frame = pull.recv_multipart(zmq.NOBLOCK)
            except zmq.Again:
                break
            headers.append(json.loads(header))
            pixels.append(np.frombuffer(frame, np.uint8))
        scores = graph.run(["mse"], {"image": np.stack(pixels)})[0].ravel().tolist()
        for header, value in zip(headers, scores):
            is_anomaly = value > upper
            topic = f"{'anomaly' if is_anomaly else 'normal'}/{header['source']}/".encode()
            line = json.dumps({"source": header["source"], "seq": header["seq"], "index": 0, "is_anomaly": is_anomaly,
                               "score": value}, separators=(",", ":"))
            pub.send_multipart([topic, line.encode()])


def pictures(path, source, sink, upper, threads):
    """The daemon for JPEG pictures: OpenCV decodes them at an eighth of their size, grey, and scales them."""
    import cv2
    import zmq
    graph, context = session(path, threads), zmq.Context()
    pull, pub = context.socket(zmq.PULL), context.socket(zmq.PUB)
    pull.bind(source)
    pub.bind(sink)
    while True:
        header, picture = pull.recv_multipart(copy=False)
        grey = cv2.imdecode(np.frombuffer(picture.buffer, np.uint8), cv2.IMREAD_REDUCED_GRAYSCALE_8)
        pixels = cv2.resize(grey, (28, 28), interpolation=cv2.INTER_AREA).reshape(1, 784)
        value = float(graph.run(["mse"], {"image": pixels})[0].ravel()[0])
        is_anomaly, header = value > upper, json.loads(header.bytes)
        topic = f"{'anomaly' if is_anomaly else 'normal'}/{header['source']}/".encode()
        pub.send_multipart([topic, json.dumps({"source": header["source"], "seq": header["seq"],
                                               "is_anomaly": is_anomaly, "score": value}).encode()])


def inspect(path, source, sink, upper, threads):
    """The daemon for JPEG pictures of parts: OpenCV decodes and scales them, the whole inspection model judges."""
    import cv2
    import zmq
    graph, context = session(path, threads), zmq.Context()
    pull, pub = context.socket(zmq.PULL), context.socket(zmq.PUB)
    pull.bind(source)
    pub.bind(sink)
    rows, columns, channels = graph.get_inputs()[0].shape[1:]
    mode = cv2.IMREAD_COLOR if channels == 3 else cv2.IMREAD_GRAYSCALE
    while True:
        header, picture = pull.recv_multipart(copy=False)
        pixels = cv2.imdecode(np.frombuffer(picture.buffer, np.uint8), mode)
        pixels = cv2.resize(pixels, (columns, rows), interpolation=cv2.INTER_AREA)
        pixels = pixels[:, :, ::-1] if channels == 3 else pixels[:, :, None]
        value = float(graph.run(["worst_places"], {"picture": np.ascontiguousarray(pixels)[None]})[0].ravel()[0])
        is_anomaly, header = value > upper, json.loads(header.bytes)
        topic = f"{'anomaly' if is_anomaly else 'normal'}/{header['source']}/".encode()
        pub.send_multipart([topic, json.dumps({"source": header["source"], "seq": header["seq"],
                                               "is_anomaly": is_anomaly, "score": value}).encode()])


def push(file, address):
    """Sends one picture again and again, as fast as it is taken."""
    import zmq
    from pathlib import Path
    socket, picture, number = zmq.Context().socket(zmq.PUSH), Path(file).read_bytes(), 0
    socket.sndhwm = 4
    socket.connect(address)
    while True:
        socket.send(b'{"dtype":"jpeg","source":"camera","seq":%d}' % number, zmq.SNDMORE)
        socket.send(picture, copy=False)
        number += 1


def train(data, epochs, threads):
    """Seconds an epoch of the default recipe in PyTorch, the last epoch's loss, and the error of test images."""
    from pathlib import Path

    import torch
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "reference"))
    from train_peer import VAE, images, loss_of
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    images_, model = images(Path(data), "train"), VAE()
    adam = torch.optim.Adam(model.parameters(), lr=1e-3)
    times, loss_ = [], 0.0
    for _ in range(epochs):
        start, total = time.monotonic(), 0.0
        for batch in torch.randperm(len(images_)).split(128):
            adam.zero_grad()
            loss = loss_of(model, images_[batch])
            loss.backward()
            adam.step()
            total += loss.item() * len(batch)
        times.append(time.monotonic() - start)
        loss_ = total / len(images_)
    test = images(Path(data), "t10k")
    with torch.no_grad():
        found = torch.sigmoid(model.decode(model.encode(test)[0]))
    return {"seconds_per_epoch": statistics.median(times), "loss": loss_,
            "mse": torch.nn.functional.mse_loss(found, test).item()}


if __name__ == "__main__":
    verb, *rest = sys.argv[1:]
    if verb == "score":
        print(json.dumps(score(rest[0], rest[1], int(rest[2]), float(rest[3]))))
    elif verb == "serve":
        serve(rest[0], rest[1], rest[2], float(rest[3]), int(rest[4]))
    elif verb == "pictures":
        pictures(rest[0], rest[1], rest[2], float(rest[3]), int(rest[4]))
    elif verb == "inspect":
        inspect(rest[0], rest[1], rest[2], float(rest[3]), int(rest[4]))
    elif verb == "push":
        push(*rest)
    else:
        print(json.dumps(train(rest[0], int(rest[1]), int(rest[2]))))

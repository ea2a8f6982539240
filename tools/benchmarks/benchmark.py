"""The benchmarks; see run."""

import argparse
import atexit
import json
import os
import platform
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BIN = ROOT / ".build/release"
MODEL = ROOT / "models/mnist"
PEERS = Path(__file__).with_name("peers.py")
PRECISIONS = ("fp32", "bf16", "int8")


class Table:
    """Results by row and contestant: the values of all rounds."""

    def __init__(self):
        self.rows = {}

    def add(self, row, contestant, value):
        self.rows.setdefault(row, {}).setdefault(contestant, []).append(value)
        print(f"  {row}, {contestant}: {show(value)}", flush=True)

    def median(self, row, contestant):
        return statistics.median(self.rows[row][contestant])


table = Table()


def show(value):
    return f"{value:,.0f}" if value >= 1000 else f"{value:.4g}"


def output(*command, core=None, **options):
    prefix = ["taskset", "-c", str(core)] if core is not None else []
    return subprocess.run([*prefix, *map(str, command)], check=True, timeout=600, stdout=subprocess.PIPE, **options).stdout


def peer(*command, core=None):
    return json.loads(output(sys.executable, PEERS, *command, core=core))


def reconstruction_graph(folder):
    """The exported model with the mean squared error alone, so that nothing else is computed."""
    import onnx
    output(BIN / "elbo", "export", "--model", MODEL, "--onnx", folder / "whole.onnx")
    model = onnx.load(folder / "whole.onnx")
    needed, nodes = {"mse"}, []
    for node in reversed(model.graph.node):
        if needed & set(node.output):
            nodes.insert(0, node)
            needed |= set(node.input)
    keep = lambda items, test: [item for item in items if test(item)]
    for field, items in (("node", nodes), ("output", keep(model.graph.output, lambda o: o.name == "mse")),
                         ("initializer", keep(model.graph.initializer, lambda i: i.name in needed))):
        del getattr(model.graph, field)[:]
        getattr(model.graph, field).extend(items)
    onnx.save(model, folder / "mse.onnx")
    return folder / "mse.onnx"


def fused_graph(model, folder):
    """What the fused score takes of a model, but for the statistics of pixels: the exported scores, one more encoder
    pass over the reconstruction, and distances along the principal axes of what it changes, and of the code."""
    import numpy as np
    import onnx
    from onnx import helper, numpy_helper
    output(BIN / "elbo", "export", "--model", model, "--onnx", folder / "scores.onnx")
    graph = onnx.load(folder / "scores.onnx")
    nodes, weights = graph.graph.node, {one.name: one for one in graph.graph.initializer}
    hidden, latent = len(numpy_helper.to_array(weights["fc1.bias"])), len(numpy_helper.to_array(weights["fc21.bias"]))
    layers = {node.output[0]: node for node in nodes if node.op_type == "Gemm"}

    def add(kind, inputs, name, **attributes):
        nodes.append(helper.make_node(kind, inputs, [name], **attributes))

    def again(layer, source, name):
        attributes = {one.name: helper.get_attribute_value(one) for one in layers[layer].attribute}
        add("Gemm", [source, *layers[layer].input[1:]], name, **attributes)

    def distance(source, size, axes, name):
        # The numbers do not matter to how long it takes.
        graph.graph.initializer.append(numpy_helper.from_array(np.ones((size, axes), np.float32), f"{name}.axes"))
        add("MatMul", [source, f"{name}.axes"], f"{name}.along")
        add("Mul", [f"{name}.along"] * 2, f"{name}.squares")
        add("ReduceSum", [f"{name}.squares", "axis"], name)
        graph.graph.output.append(helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None))

    again("fc1", "reconstruction", "again1")
    add("Relu", ["again1"], "again1.relu")
    again("fc21", "again1.relu", "again21")
    add("Sub", ["fc1.relu", "again1.relu"], "changes1")
    add("Sub", ["fc21", "again21"], "changes21")
    add("Concat", ["difference", "changes1", "changes21"], "changes", axis=1)
    add("Mul", ["changes", "changes"], "changes.squares")
    add("ReduceSum", ["changes.squares", "axis"], "sap")
    graph.graph.output.append(helper.make_tensor_value_info("sap", onnx.TensorProto.FLOAT, None))
    distance("changes1", hidden, 128, "nap")
    distance("fc21", latent, latent // 2, "latent_distance")
    onnx.save(graph, folder / "fused.onnx")
    return folder / "fused.onnx"


def upper_bound():
    calibration = json.loads((MODEL / "calibration.json").read_text())
    k = calibration["k"] if "k" in calibration else calibration["rules"][0]["k"]
    sample = calibration["scores"]["mse"]
    return sample["mu"] + k * sample["sigma"]


class Server:
    """elbod or its peer, serving at ipc addresses."""

    def __init__(self, folder, graph, contestant, threads=1, batch=128, model=MODEL, peer="pictures"):
        for name in ("in", "out"):
            (folder / name).unlink(missing_ok=True)
        self.addresses = [f"ipc://{folder}/in", f"ipc://{folder}/out"]
        if contestant.startswith("python, threads"):
            command = [sys.executable, PEERS, peer, graph, *self.addresses, upper_bound(), contestant.split()[-1]]
        elif contestant.startswith("python"):
            command = [sys.executable, PEERS, "serve", graph, *self.addresses, upper_bound(), 64]
        else:
            threads = 0 if contestant.endswith(", threads 0") else threads
            command = [BIN / "elbod", "--model", model, "--precision", contestant.split()[1].strip(","), "--threads", threads,
                       "--batch", batch, "--ingest", f"pull+bind:{self.addresses[0]}", "--publish",
                       f"pub+bind:{self.addresses[1]}"]
        self.process = subprocess.Popen([*map(str, command)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        atexit.register(self.process.kill)
        deadline = time.monotonic() + 30
        while not (folder / "out").exists() and time.monotonic() < deadline:
            time.sleep(0.01)

    def replay(self, *options):
        return json.loads(output(BIN / "elbo-replay", "--builtin", "--model", MODEL, "--json", "--endpoint",
                                 self.addresses[0], "--verdicts", self.addresses[1], *options,
                                 stderr=subprocess.DEVNULL))

    def memory(self):
        text = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", text)[1]) / 1024

    def stop(self):
        self.process.send_signal(signal.SIGTERM if self.process.args[0].endswith("elbod") else signal.SIGKILL)
        self.process.wait()


def elbo_benchmark(options, *arguments, core=1):
    return json.loads(output(BIN / "elbo", "benchmark", "--model", MODEL, "--json", "--seconds", options.seconds,
                             *arguments, core=core))


def scoring(options, folder, graph):
    """One core, from 8-bit pixels to the mean squared error; and to all scores."""
    for _ in range(options.rounds):
        for batch in (1, 64):
            row = f"scoring, batches of {batch}"
            for engine in ("onnxruntime", "torch"):
                table.add(row, engine, peer("score", engine, graph, batch, options.seconds, core=1)["images_per_second"])
            extents = [("", ("--mse",)), (", all scores", ())]
            # A single image costs the more the fewer of its pixels are black.
            extents += [(" of noise", ("--mse", "--noise"))] if batch == 1 else []
            for name, arguments in extents:
                for one in elbo_benchmark(options, "--batch", batch, *arguments):
                    table.add(row, f"elbod {one['precision']}{name}", one["images_per_second"])


def fused(options, folder, graph):
    """One core, batches of 64, from 8-bit pixels to the fused score of the model for detection."""
    model = folder / "detect"
    shutil.copytree(ROOT / "models/mnist-detect", model)
    for precision in PRECISIONS:
        if not (model / calibration_name(precision)).exists():
            output(BIN / "elbo", "calibrate", "--model", model, "--precision", precision, "--images", "mnist:t10k[even]",
                   "--fuse", "mnist:train[9::10]", stderr=subprocess.DEVNULL)
    whole = fused_graph(model, folder)
    for _ in range(options.rounds):
        row = "scoring, fused"
        table.add(row, "onnxruntime", peer("score", "onnxruntime", whole, 64, options.seconds, core=1)["images_per_second"])
        for precision in PRECISIONS:
            found = json.loads(output(BIN / "elbo", "benchmark", "--model", model, "--score", "fused", "--precision", precision,
                                      "--batch", 64, "--seconds", options.seconds, "--json", core=1))
            table.add(row, f"elbod {precision}", found[0]["images_per_second"])


def calibration_name(precision):
    return "calibration.json" if precision == "fp32" else f"calibration.{precision}.json"


def batches(options, folder, graph):
    """One core, all scores: what an image costs in batches of several sizes."""
    for _ in range(options.rounds):
        for one in elbo_benchmark(options, "--batch", 1, 2, 3, 4, 8, 16, 32, 64, 128, 256):
            table.add(f"µs an image in batches of {one['batch']}", f"elbod {one['precision']}",
                      1e6 / one["images_per_second"])


CONTESTANTS = ("python", *(f"elbod {precision}" for precision in PRECISIONS))


def stream(options, folder, graph):
    """Producer, daemon and subscriber on all cores, as fast as it goes; resident memory meanwhile."""
    for _ in range(options.rounds):
        for contestant in CONTESTANTS:
            server = Server(folder, graph, contestant)
            result = server.replay("--count", options.frames // (3 if contestant == "python" else 1))
            table.add("stream, images/s", contestant, result["images_per_second"])
            table.add("memory after it, MiB", contestant, server.memory())
            server.stop()
            assert result["lost"] == 0, result
        hop = json.loads(output(BIN / "elbo", "benchmark", "--model", MODEL, "--hop", "--json"))
        table.add("stream, images/s", "ZeroMQ alone, one hop", hop["messages_per_second"])


def latency(options, folder, graph):
    """Frames at a fixed rate, open loop: from when a frame was due to its verdict, in µs."""
    for _ in range(options.rounds):
        for rate in (1000, 10_000, 40_000, 50_000):
            for contestant in (*CONTESTANTS, *(f"elbod {precision}, threads 0" for precision in ("fp32", "int8"))):
                server = Server(folder, graph, contestant)
                found = server.replay("--rate", rate, "--count", int(rate * options.seconds * 5))["latency_us"]
                for quantile in ("p50", "p99", "p999"):
                    table.add(f"latency at {rate:,}/s, {quantile}, µs", contestant, found[quantile])
                server.stop()


def training(options, folder, graph):
    """The default recipe, both cores: seconds an epoch, the last epoch's loss, the error of test images at z = mu."""
    data = os.environ.get("ELBO_DATA", Path.home() / ".local/share/elbod")
    cores = len(os.sched_getaffinity(0))
    after = f"after {options.epochs} epochs"

    def add(contestant, seconds, loss, mse):
        table.add("training, seconds an epoch", contestant, seconds)
        table.add(f"training, loss {after}", contestant, loss)
        table.add(f"training, MSE of test images {after}", contestant, mse)

    for turn in range(max(1, options.rounds // 2)):
        found = peer("train", data, options.epochs, cores)
        add("torch", found["seconds_per_epoch"], found["loss"], found["mse"])
        for precision in ("fp32", "bf16"):
            model = folder / f"model-{precision}-{turn}"
            output(BIN / "elbo", "train", "--epochs", options.epochs, "--precision", precision, "--out", model, "--data",
                   data, stderr=subprocess.DEVNULL)
            epochs = json.loads((model / "training.json").read_text())
            error = json.loads(output(BIN / "elbo", "reconstruct", "--model", model, "--data", data, "--json"))
            add(f"elbod {precision}", statistics.median(one["seconds"] for one in epochs), epochs[-1]["terms"]["loss"],
                error["mse"])


def start(options, folder, graph):
    """From the start of the process to its endpoints being there, in ms."""
    for _ in range(3 * options.rounds):
        for contestant in CONTESTANTS:
            began = time.monotonic()
            server = Server(folder, graph, contestant)
            table.add("start, ms", contestant, 1000 * (time.monotonic() - began))
            server.stop()


def workers(options, folder, graph):
    """One and two scoring threads: of a daemon beside its producer, and alone."""
    for _ in range(options.rounds):
        for threads in (1, 2):
            server = Server(folder, graph, "elbod fp32", threads=threads)
            result = server.replay("--count", options.frames)
            table.add("scoring threads of a daemon, images/s", str(threads), result["images_per_second"])
            server.stop()
        for threads in (1, 2):
            for one in elbo_benchmark(options, "--batch", 64, "--threads", threads, core="0-1"):
                table.add("scoring threads alone, images/s", f"{one['precision']}, {threads}", one["images_per_second"])


def sources(options, folder, graph):
    """Frames of one and of many sources in turn, 16 in a message."""
    sys.path.insert(0, str(ROOT / "tools/drills"))
    import drills
    for _ in range(options.rounds):
        for count in (1, 10, 1000):
            rate, memory = drills.rate_of_sources(count)
            table.add("sources, images/s", f"elbod fp32, {count:,}", rate)
            table.add("sources, MiB", f"elbod fp32, {count:,}", memory)


def write_pictures(folder):
    """1080p JPEG pictures, one noisy as of a camera in the dark and one smooth."""
    import cv2
    import numpy as np
    random = np.random.default_rng(0)
    y, x = np.mgrid[0:1080, 0:1920]
    smooth = np.stack([127 + 100 * np.sin(x / 90 + c) * np.cos(y / 70 - c) for c in range(3)], 2)
    for name, noise in (("noisy", 40), ("smooth", 4)):
        pixels = np.clip(smooth + random.normal(0, noise, smooth.shape), 0, 255).astype(np.uint8)
        cv2.imwrite(str(folder / f"{name}.jpg"), pixels, [cv2.IMWRITE_JPEG_QUALITY, 90])
        yield name, folder / f"{name}.jpg"


class Camera:
    """Sends one picture again and again, as fast as it is taken, and counts verdicts."""

    def __init__(self, server, file):
        import zmq
        self.sink = zmq.Context.instance().socket(zmq.SUB)
        self.sink.rcvhwm = 0
        self.sink.connect(server.addresses[1])
        for topic in ("normal/", "anomaly/"):
            self.sink.subscribe(topic)
        self.producer = subprocess.Popen([sys.executable, PEERS, "push", file, server.addresses[0]])
        for _ in range(8):
            assert self.sink.poll(20_000), "no verdicts come"
            self.sink.recv_multipart()

    def rate(self, seconds):
        start, count = time.monotonic(), 0
        while time.monotonic() < start + seconds:
            if self.sink.poll(100):
                self.sink.recv_multipart()
                count += 1
        return count / (time.monotonic() - start)

    def stop(self):
        self.producer.kill()
        self.producer.wait()
        self.sink.close(0)


def pictures(options, folder, graph):
    """1080p JPEG pictures to verdicts of a model of 28 × 28, with their producer on all cores."""
    sys.path.append(str(ROOT / "tools/drills"))
    from daemon import picture_model
    model = picture_model(folder)
    for name, file in write_pictures(folder):
        row = f"{name} pictures of {file.stat().st_size // 1000} kB, images/s"
        for _ in range(options.rounds):
            for contestant in ("python, threads 1", "python, threads 2", "elbod fp32"):
                server = Server(folder, graph, contestant, threads="auto", model=model)
                camera = Camera(server, file)
                table.add(row, contestant, camera.rate(4 * options.seconds))
                camera.stop()
                server.stop()


def inspection_model(folder):
    """A model of drawn parts, 300 × 300 and grey as solar cells, and one of their pictures as JPEG; its speed is that of any."""
    import cv2
    import numpy as np
    random, parts = np.random.default_rng(0), folder / "parts"
    parts.mkdir()
    y, x = np.mgrid[0:300, 0:300]
    for number in range(60):
        part = 120 + 60 * np.sin(x / 20 + number / 9) * np.cos(y / 31) + random.normal(0, 9, (300, 300))
        cv2.imwrite(str(parts / f"{number:02}.jpg"), np.clip(part, 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, 90])
    model = folder / "inspection"
    quiet = {"stderr": subprocess.DEVNULL}
    output(BIN / "elbo", "train", "--inspect", "--images", parts, "--epochs", 1, "--out", model, **quiet)
    for precision in PRECISIONS:
        output(BIN / "elbo", "calibrate", "--model", model, "--images", parts, "--precision", precision, **quiet)
    output(BIN / "elbo", "export", "--model", model, "--onnx", folder / "inspection.onnx", **quiet)
    return model, folder / "inspection.onnx", parts / "00.jpg"


def lone_pictures(server, file, seconds):
    """Milliseconds from sending one picture to its verdict, each sent when the one before has its own: the median."""
    import zmq
    context = zmq.Context.instance()
    sink, source = context.socket(zmq.SUB), context.socket(zmq.PUSH)
    sink.connect(server.addresses[1])
    for topic in ("normal/", "anomaly/"):
        sink.subscribe(topic)
    source.connect(server.addresses[0])
    picture, times, end = file.read_bytes(), [], time.monotonic() + seconds
    header = b'{"dtype":"jpeg","source":"camera","seq":0}'
    # The first ones show when the subscription is in place, and warm all up.
    while not sink.poll(200):
        source.send_multipart([header, picture])
    time.sleep(0.5)
    while sink.poll(100):
        sink.recv_multipart()
    while time.monotonic() < end or len(times) < 20:
        began = time.monotonic()
        source.send_multipart([header, picture])
        assert sink.poll(20_000), "no verdict comes"
        sink.recv_multipart()
        times.append(time.monotonic() - began)
        # A camera's pause: nothing else waits, and threads have gone to sleep.
        time.sleep(0.02)
    source.close(0)
    sink.close(0)
    return 1000 * statistics.median(times)


def inspection(options, folder, graph):
    """JPEG pictures of 300 × 300 to verdicts of an inspection model, on all cores; and one picture at a time."""
    try:
        model, whole, file = inspection_model(folder)
    except subprocess.CalledProcessError:
        print("  skipped: there is no backbone; tools/fetch-backbone brings it")
        return
    for _ in range(options.rounds):
        for contestant in ("python, threads 1", "python, threads 2", *(f"elbod {precision}" for precision in PRECISIONS)):
            server = Server(folder, whole, contestant, threads="auto", model=model, peer="inspect")
            table.add("lone picture to inspect, p50, ms", contestant, lone_pictures(server, file, 4 * options.seconds))
            camera = Camera(server, file)
            table.add("pictures to inspect, images/s", contestant, camera.rate(4 * options.seconds))
            table.add("memory after inspecting, MiB", contestant, server.memory())
            camera.stop()
            server.stop()


ROWS = {function.__name__: function
        for function in (scoring, fused, batches, stream, latency, pictures, inspection, training, start, workers, sources)}


def ratio(row, contestant, value):
    """How many times as good as the peer a median is."""
    base = "onnxruntime" if row.startswith("scoring, ") else "torch" if row.startswith("training") else "python"
    if "pictures" in row or "inspect" in row:
        # The peer at its better number of threads.
        best = max if "images" in row else min
        base = best(("python, threads 1", "python, threads 2"), key=lambda one: table.median(row, one))
    if base not in table.rows[row] or contestant == base or "loss" in row or "MSE" in row:
        return ""
    other = table.median(row, base)
    better = value / other if "images" in row or row.startswith("scoring") else other / value
    return f"{better:.2f} ×"


def markdown():
    lines = [f"{platform.machine()}, {machine()}, {len(os.sched_getaffinity(0))} cores; "
             f"{time.strftime('%Y-%m-%d')}; medians, and the lowest and highest of the rounds.", "",
             "| what | who | median | range | beside the peer |", "|---|---|---|---|---|"]
    for row, contestants in table.rows.items():
        for contestant, values in contestants.items():
            median = statistics.median(values)
            lines.append(f"| {row} | {contestant} | {show(median)} | {show(min(values))} to {show(max(values))} | "
                         f"{ratio(row, contestant, median)} |")
    return "\n".join(lines) + "\n"


def machine():
    text = Path("/proc/cpuinfo").read_text()
    return re.search(r"model name\s+: (.*)", text)[1] if "model name" in text else platform.processor()


def main():
    parser = argparse.ArgumentParser(description="Benchmarks of elbod and its peers.")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="One short round, to see that it runs.")
    parser.add_argument("--epochs", type=int, default=5, help="Epochs that each trains; the recipe has 50.")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--markdown", type=Path)
    parser.add_argument("rows", nargs="*", help=", ".join(ROWS))
    options = parser.parse_args()
    options.seconds, options.frames = (0.2, 30_000) if options.quick else (1.0, 600_000)
    if options.quick:
        options.rounds = options.epochs = 1
    for name in options.rows:
        if name not in ROWS:
            parser.error(f"there is no row {name}; there are {', '.join(ROWS)}")
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        graph = reconstruction_graph(folder)
        for name in options.rows or ROWS:
            print(f"{name}: {ROWS[name].__doc__}", flush=True)
            ROWS[name](options, folder, graph)
    print()
    print(markdown())
    if options.markdown:
        options.markdown.write_text(markdown())
    if options.json:
        options.json.write_text(json.dumps(table.rows, indent=2) + "\n")


if __name__ == "__main__":
    main()

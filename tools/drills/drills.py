"""The drills; see run."""

import argparse
import json
import os
import random
import resource
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time
from datetime import datetime
from pathlib import Path

import numpy as np
import zmq

from attackers import Attackers
from clients import Follower, age, producer
from daemon import PIXELS, Daemon, balanced, context, header
from floods import Flood, Manager
from ports import free_port

results = []


def check(condition, what):
    results.append(bool(condition))
    print(f"  {'ok    ' if condition else 'FAILED'} {what}", flush=True)


def median_p99(*phases):
    """The median second's 99th percentile in ms, of ages by second: a neighbour of the virtual machine
    spoils some seconds of every phase, and what the daemon itself does shows in all of them."""
    return statistics.median(
        np.percentile(ages, 99) / 1000 for phase in phases for ages in list(phase.values())[1:-1] or phase.values())


def drill_accounting(options):
    """Frames through kills, overload and a proxy that cuts connections: none is unaccounted for."""
    tcp, hidden = free_port(), free_port()
    camera = free_port()
    daemon = Daemon(f"pull+bind:tcp://127.0.0.1:{tcp}", f"sub+connect:tcp://127.0.0.1:{hidden}")
    seconds = max(20, options.frames / 40_000)
    proxy = subprocess.Popen([sys.executable, Path(__file__).with_name("actors.py"), "proxy",
                              str(hidden), str(camera), str(seconds * 3)])
    follower = Follower(daemon)
    # A third is pushed by a producer that is killed again and again; its successor goes on with the
    # next number. The rest is published at full speed, 16 images a message, through the proxy.
    pushed, number, kills = options.frames // 3, 0, 0
    published = (options.frames - pushed) // 16
    pub = producer("pub", f"tcp://127.0.0.1:{camera}", "camera", 0, published, 0, 16)
    while number < pushed:
        process = producer("push", f"tcp://127.0.0.1:{tcp}", "worker", number, pushed - number)
        if kills < 20:
            time.sleep(0.3 + random.random() * seconds / 40)
            process.kill()
            kills += process.wait() != 0
        if process.wait() not in (0, -signal.SIGKILL):
            sys.exit("a producer failed")
        # What a killed one took with it shows with the next frame, so there must be one: the last again.
        number = process.next if process.wait() == 0 else min(process.next, pushed - 1)
    while pub.next < published:
        time.sleep(0.1)
    proxy.kill()
    # What was lost behind the last frame that came shows with the next one; the camera goes on slowly,
    # so the proxy is replaced by one that does not cut.
    proxy = subprocess.Popen([sys.executable, Path(__file__).with_name("actors.py"), "proxy",
                              str(hidden), str(camera), "60", "whole"])
    seen = lambda source: source["received"] // source["images"] + source["missed"] - source["duplicates"]
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        sources = daemon.sources()
        if seen(sources["camera"] | {"images": 16}) >= published:
            break
        time.sleep(0.2)
    pub.kill()
    pub.wait()
    status, sources = daemon.settle(60), daemon.sources()
    sent = pub.next
    follower.end()
    proxy.kill()
    worker, camera = sources["worker"] | {"images": 1}, sources["camera"] | {"images": 16}
    print(f"  {kills} producers killed; {status['received']:,} images received, {status['scored']:,} scored, "
          f"{status['dropped']:,} dropped; {follower.count:,} verdicts followed, {follower.gaps:,} gaps there")
    check(balanced(status), "received = scored + rejected + dropped + in flight")
    check(all(balanced(source) for source in sources.values()), "the same for every source")
    check(status["published"] == status["scored"] + status["rejected"],
          "a verdict or an error was published for every image that was not dropped")
    check(seen(worker) == pushed and worker["dropped"] == 0,
          f"pushed {pushed:,} messages = received {worker['received']:,} + missed {worker['missed']:,} "
          f"({worker['reordered']:,} late, {worker['duplicates']:,} double)")
    check(0 <= sent - seen(camera) <= 2, f"published {sent:,} messages = received "
          f"{camera['received'] // 16:,} + missed {camera['missed']:,} + {sent - seen(camera)} on their way at the end")
    check(daemon.stop() == 0, "the daemon ends in order")


def offered(daemon_in, factor, capacity, seconds):
    """Publishes 32 images a message at `factor` times the capacity."""
    rate = capacity * factor / 32
    return producer("pub", daemon_in, "flood", 0, int(rate * seconds), rate, 32)


def capacity():
    """Images a second that the daemon scores while a producer pushes at full speed."""
    daemon = Daemon()
    process = producer("push", daemon.address, "full", 0, 20_000, 0, 16)
    process.wait()
    daemon.settle()
    start = time.monotonic()
    process = producer("push", daemon.address, "full", 20_000, 40_000, 0, 16)
    process.wait()
    while daemon.status()["scored"] < 60_000 * 16:
        time.sleep(0.01)
    rate = 40_000 * 16 / (time.monotonic() - start)
    daemon.stop()
    return rate


def scored_at(factor, rate, seconds):
    """Images a second that the daemon scores of `factor` times the rate, when nobody reads the verdicts."""
    port = free_port()
    daemon = Daemon(f"sub+connect:tcp://127.0.0.1:{port}")
    process = offered(f"tcp://127.0.0.1:{port}", factor, rate, seconds + 2)
    time.sleep(2)
    before, start = daemon.status(), time.monotonic()
    time.sleep(seconds)
    after, took = daemon.status(), time.monotonic() - start
    process.kill()
    process.wait()
    daemon.stop()
    return (after["scored"] - before["scored"]) / took


def drill_overload(options):
    """Twice and ten times what can be scored: bounded memory, fresh frames, exact counts."""
    rate = capacity()
    print(f"  capacity {rate:,.0f} images/s beside a producer on the same cores")
    # Whoever reads the verdicts, in Python, takes half a core of these two, and is not here.
    calm, flooded = (scored_at(factor, rate, options.seconds) for factor in (1, 10))
    print(f"  scored without a reader: {calm:,.0f} images/s of as many as can be, {flooded:,.0f} of ten times as many")
    check(flooded >= 0.8 * calm, f"ten times as many leave {100 * flooded / calm:.0f} % of the rate (80)")
    for factor in (2, 10):
        port = free_port()
        daemon = Daemon(f"sub+connect:tcp://127.0.0.1:{port}")
        ages, memory = [], []
        follower = Follower(daemon, visit=lambda line: ages.append(age(line)) if random.random() < 0.05 else None)
        start = time.monotonic()
        process = offered(f"tcp://127.0.0.1:{port}", factor, rate, options.seconds)
        while process.poll() is None and time.monotonic() - start < options.seconds:
            memory.append(daemon.memory())
            time.sleep(0.5)
        process.kill()
        took = time.monotonic() - start
        process.wait()
        sent = process.next * 32
        status = daemon.settle()
        follower.end()
        print(f"  {factor} ×: offered {sent / took:,.0f} images/s, received {status['received'] / took:,.0f}, "
              f"scored {status['scored'] / took:,.0f}, dropped {status['dropped'] / took:,.0f}")
        check(balanced(status), "every frame accounted for")
        check(max(memory) <= 128, f"resident memory at most {max(memory):.0f} MiB (128)")
        p99 = np.percentile(ages, 99) / 1000
        check(p99 <= 100, f"age of a scored frame p99 {p99:.1f} ms (100)")
        check(daemon.stop() == 0, "the daemon ends in order")


def drill_lockstep(options):
    """Clients that send, wait for the verdict and send again, and a daemon that is restarted: none is left waiting."""
    folder = Path(tempfile.mkdtemp())
    pair, client = zmq.curve_keypair(), zmq.curve_keypair()
    (folder / "secret").write_bytes(pair[1])
    (folder / "secret").chmod(0o600)
    (folder / "clients").write_text(f'camera: {{key: "{client[0].decode()}", rights: [send]}}\n')
    secrets = ("--curve-secret", folder / "secret", "--clients", folder / "clients")
    for address, options_, curve in ((f"tcp://127.0.0.1:{free_port()}", (), ()),
                                     (f"tcp://127.0.0.1:{free_port()}", secrets, (pair[0], *client)),
                                     (f"ipc://{folder}/in", (), ())):
        name = f"{address.split(':')[0]}{' with keys' if curve else ''}"
        # Nothing helps a client that its machine stops for long enough between two of its steps: once more, then.
        for attempt in range(2):
            daemon = Daemon(f"router+bind:{address}", options=options_, curve=curve)
            stuck, slowest, verdicts = restart(daemon, address, curve)
            check(slowest <= 2, f"{name}: the slowest stop took {slowest:.2f} s (2)")
            check(daemon.stop() == 0, "the daemon ends in order")
            result = f"{name}: {stuck} of 8 clients stuck after 20 restarts (0), {verdicts:,} verdicts"
            if stuck == 0:
                break
            print(f"  attempt {attempt + 1}: {result}")
        # Without the right to go before others, a local client can be faster than the end of its connection.
        may_hurry = os.geteuid() == 0 or resource.getrlimit(resource.RLIMIT_RTPRIO)[0] >= 1
        if stuck > 0 and not may_hurry and address.startswith("ipc"):
            print("  not judged without the right to go before others")
        else:
            check(stuck == 0, result)


def restart(daemon, address, curve, clients=8, restarts=20):
    """Restarts a daemon under clients over and over; how many have no verdict since, the slowest stop, and verdicts."""
    counts, done = [0] * clients, threading.Event()

    def ask(number):
        # Local cameras are processes of their own; far ones may share a thread for their connections.
        socket = (zmq.Context() if address.startswith("ipc") else context).socket(zmq.REQ)
        socket.linger = 0
        if curve:
            socket.curve_serverkey, socket.curve_publickey, socket.curve_secretkey = curve
        socket.connect(address)
        while not done.is_set():
            socket.send_multipart([header(f"client-{number}", counts[number]), bytes(PIXELS)])
            while not socket.poll(200):
                if done.is_set():
                    return
            socket.recv()
            counts[number] += 1

    threads = [threading.Thread(target=ask, args=(number,), daemon=True) for number in range(clients)]
    for thread in threads:
        thread.start()
    slowest, stuck = 0, set()
    for number in range(restarts + 1):
        before, limit = list(counts), time.monotonic() + 5
        while (waiting := {i for i in range(clients) if counts[i] < before[i] + 10} - stuck) and time.monotonic() < limit:
            time.sleep(0.01)
        stuck |= waiting
        if number == restarts:
            break
        start = time.monotonic()
        daemon.process.send_signal(signal.SIGTERM)
        daemon.process.wait()
        slowest = max(slowest, time.monotonic() - start)
        daemon.start()
    done.set()
    for thread in threads:
        thread.join()
    return len(stuck), slowest, sum(counts)


def drill_cameras(options):
    """Cameras of real size, sent in every way: bounded memory, fresh frames, nobody cut, nothing lost."""
    for kind, form, height, width, rate, count in (
            ("pub", "jpeg", 1080, 1920, 30, 4), ("pub", "raw", 1080, 1920, 5, 8),
            ("push", "jpeg", 1080, 1920, 30, 4), ("push", "raw", 1080, 1920, 5, 8),
            ("req", "jpeg", 1080, 1920, 30, 4), ("req", "raw", 1080, 1920, 5, 8),
            ("push", "raw", 2160, 3840, 2, 1), ("push", "raw", 4096, 4096, 1, 1),
            ("pub", "raw", 4096, 4096, 1, 1)):
        film(options, kind, form, height, width, rate, count)


def film(options, kind, form, height, width, rate, count):
    """One setup of cameras, over TCP."""
    ports = [free_port() for _ in range(count)]
    if kind == "pub":
        endpoints = [f"sub+connect:tcp://127.0.0.1:{port}" for port in ports]
    else:
        ports = ports[:1] * count
        endpoints = [f"{'pull' if kind == 'push' else 'router'}+bind:tcp://127.0.0.1:{ports[0]}"]
    daemon = Daemon(*endpoints, pictures=True, options=("--max-message-bytes", 64 << 20))
    ages, memory = [], []

    def visit(line):
        verdict = json.loads(line)
        if verdict.get("ts_source"):
            ages.append(datetime.fromisoformat(verdict["ts_scored"]).timestamp() - verdict["ts_source"])

    follower = Follower(daemon, visit=visit)
    actor = subprocess.Popen(
        [sys.executable, Path(__file__).with_name("actors.py"), "cameras", kind, form, str(height), str(width),
         str(rate), str(options.seconds), *(f"tcp://127.0.0.1:{port}" for port in ports)],
        stdout=subprocess.PIPE, text=True)
    deadline = time.monotonic() + options.seconds + 60
    while actor.poll() is None:
        memory.append(daemon.memory())
        time.sleep(0.05)
        if time.monotonic() > deadline:
            sys.exit(f"the cameras do not come to an end; the daemon says: {daemon.text()[-2000:]}")
    report = json.loads(actor.stdout.read())
    status = daemon.settle()
    follower.end()
    text, sources = daemon.text(), daemon.sources()
    budget = int(text.split("memory_budget_mib=")[1].split()[0])
    print(f"  {count} × {height}p {form} of {report['bytes'] / 1e6:.1f} MB at {rate}/s by {kind}: sent {sum(report['sent'])}, "
          f"received {status['received']}, scored {status['scored']}, dropped {status['dropped']}")
    check(max(memory) <= min(256, budget), f"resident memory at most {max(memory):.0f} MiB (256; its budget {budget})")
    check("Cut a connection" not in text and not report["failures"], f"nobody was cut, nobody waits for ever {report['failures'] or ''}")
    check(follower.gaps == 0 and follower.count == status["scored"], "no verdict lost to a subscriber that reads")
    check(balanced(status) and all(balanced(source) for source in sources.values()), "every frame accounted for")
    if kind == "pub":
        p99 = np.percentile(ages, 99)
        check(p99 <= 1, f"age of a scored frame p99 {1000 * p99:.0f} ms (1000)")
        # A subscriber that comes late misses the first ones; those after them arrive.
        check(status["received"] + 2 * count >= sum(report["sent"]) - sum(s["missed"] for s in sources.values()),
              f"what gave way is counted: {sum(s['missed'] for s in sources.values())} missed, {status['dropped']} dropped")
    else:
        check(status["scored"] == sum(report["sent"]) == int(rate * options.seconds) * count, "every frame judged")
    check(daemon.stop() == 0, "the daemon ends in order")


def damages(model):
    """Twenty ways to spoil a model directory."""
    weights, bounds = model / "model.safetensors", model / "calibration.json"
    w, b = weights.read_bytes(), bounds.read_bytes()
    flip = lambda data, at: data[:at] + bytes([data[at] ^ 0x40]) + data[at + 1:]
    nan = struct.pack("<f", float("nan"))
    cases = [(weights, data) for data in (
        b"", w[:7], w[:100], w[:-1], w[:-4096], w + b"\0", flip(w, 3), flip(w, 200), flip(w, len(w) // 2),
        w[:-4] + nan, w.replace(b'"fc21.bias"', b'"fc29.bias"'), w.replace(b"[200,256]", b"[256,200]"),
        struct.pack("<Q", 1 << 60) + w[8:], bytes(4096), None)]
    cases += [(bounds, data) for data in (
        b"", b[:-10], b"{}", b.replace(b'"k":2', b'"k":-2'), b.replace(b'"model":"sha256:', b'"model":"sha256:0'))]
    assert len(cases) == 20
    return cases, {weights: w, bounds: b}


def drill_reloads(options):
    """Reloads under load, each good one followed by a bad file: no frame lost, no verdict mixed."""
    daemon = Daemon(copy=True)
    cases, good = damages(daemon.model)
    generations, ages, busy, origin = set(), ({}, {}), [0], time.monotonic()

    def visit(line):
        start = line.index(b'"threshold"')
        generations.add(line[start:line.index(b',"ts_source"')])
        ages[busy[0]].setdefault(int(time.monotonic() - origin), []).append(age(line))

    follower = Follower(daemon, visit=visit)
    rate, duration = 5000, options.reloads * 0.08 + 6
    process = producer("push", daemon.address, "load", 0, int(rate * duration), rate)
    time.sleep(3)
    busy[0] = 1
    done = refused = wrong = 0
    for turn in range(options.reloads):
        if process.poll() is not None:
            break
        result = daemon.ask("threshold", k=2 + turn % 7 / 10) if turn % 2 else daemon.ask("reload")
        done += isinstance(result, dict)
        good[daemon.model / "calibration.json"] = (daemon.model / "calibration.json").read_bytes()
        path, data = cases[turn % len(cases)]
        original = good[path]
        path.unlink() if data is None else path.write_bytes(data)
        if data is None:
            path.mkdir()
        result = daemon.ask("reload")
        refused += isinstance(result, str)
        wrong += isinstance(result, dict)
        if data is None:
            path.rmdir()
        path.write_bytes(original)
    busy[0] = 0
    process.wait()
    status = daemon.settle()
    follower.end()
    sent = process.next
    calm, stormy = median_p99(ages[0]), median_p99(ages[1])
    print(f"  {done} changes, {refused} bad files refused, {len(generations)} rules seen in {follower.count:,} verdicts")
    check(done == options.reloads and refused == options.reloads and wrong == 0, "every good one taken, every bad one refused")
    check(status["scored"] == sent == follower.count and follower.gaps == 0, f"0 of {sent:,} frames lost")
    # A rule is threshold, model, calibration and revision together: as many as there were revisions.
    check(len(generations) <= status["calibration_revision"], "no verdict mixes two editions")
    check(stormy - calm <= 10, f"latency p99 {calm:.2f} ms calm, {stormy:.2f} ms meanwhile (+10)")
    check(daemon.stop() == 0, "the daemon ends in order")


def drill_hostile(options):
    """Peers without a key send endless messages, claims, subscriptions and junk: others do not notice."""
    keys = {name: zmq.curve_keypair() for name in ("server", "good", "screen")}
    folder = Path(tempfile.mkdtemp(prefix="elbod-drill-"))
    (folder / "secret").write_bytes(keys["server"][1])
    (folder / "clients").write_text("".join(
        f'{name}: {{key: "{keys[name][0].decode()}", rights: [{right}]}}\n'
        for name, right in (("good", "send"), ("screen", "receive"))))
    curve = {name: (keys["server"][0], *pair) for name, pair in keys.items()}
    attack(options, curve, ("--curve-secret", folder / "secret", "--clients", folder / "clients"))


def drill_neighbours(options):
    """The same from this machine, where no key is asked for, and at the port of the good source."""
    attack(options, {"good": (), "screen": ()}, ())


def attack(options, curve, secrets):
    """Attacks a daemon in every way at once while a good source sends and a screen follows."""
    ports = [free_port() for _ in range(3)]
    daemon = Daemon(f"pull+bind:tcp://127.0.0.1:{ports[0]}", f"pull+bind:tcp://127.0.0.1:{ports[1]}",
                    publish=f"tcp://127.0.0.1:{ports[2]}", curve=curve["screen"], options=secrets)
    rate, seconds = 5000, max(12, options.seconds // 3)
    follower = Follower(daemon)
    good = producer("push", f"tcp://127.0.0.1:{ports[0]}", "good", 0, rate * seconds, rate, 1, curve["good"])
    time.sleep(2)
    base, memory = daemon.memory(), []
    before = (daemon.status()["scored"], time.monotonic())

    attackers = Attackers(ports[:2], ports[2])
    while good.poll() is None:
        memory.append(daemon.memory())
        time.sleep(0.02)
    took = time.monotonic() - before[1]
    attackers.end()
    status, sources = daemon.settle(), daemon.sources()
    follower.end()
    kept = (sources["good"]["scored"] - before[0]) / took / rate
    text = daemon.text()
    print(f"  memory {base:.0f} MiB before, at most {max(memory):.0f}; {text.count('held_too_much')} reports of "
          f"connections cut; {follower.gaps} gaps at the screen")
    check(max(memory) - base <= 64, f"growth {max(memory) - base:.0f} MiB (64)")
    check(kept >= 0.9, f"the good source keeps {100 * min(kept, 1):.0f} % of its rate (90)")
    check(sources["good"]["scored"] == rate * seconds and sources["good"]["missed"] == 0, "and loses nothing")
    check(balanced(status), "every frame accounted for")
    check(daemon.stop() == 0, "the daemon ends in order")


def flood_ways(options):
    """Floods by name: what begins each, the short ones first."""
    deep = b'{"verb":"status","x":' + b"[" * 7_900_000
    wide = b'{"verb":"status","x":[' + b'{"a":{"b":{}}},' * 499_000 + b"1]}"
    status = b'{"verb":"status"}'
    short = {
        "topics of 20 subscribers that come and go": lambda flood: flood.keep_on(
            flood.subscriptions, "tcp:pub", 4500, True, peers=20),
        "endless parts of 60,000 bytes to ipc:pull": lambda flood: flood.keep_on(flood.parts, "ipc:pull", 60_000),
        "a hundred messages of tiny parts without an end to tcp:pull": lambda flood: flood.keep_on(
            flood.unfinished, "tcp:pull", 1, 900_000, peers=100),
        "deep requests": lambda flood: flood.keep_on(flood.requests, "ipc:control", deep, peers=6),
    }
    long = {
        "idle connections": lambda flood: flood.idle(2000 // len(flood.ports) + 1),
        "quick requests": lambda flood: flood.keep_on(flood.requests, "ipc:control", status, peers=8),
        "requests whose answers nobody reads": lambda flood: flood.keep_on(
            flood.requests, "ipc:control", status, False, peers=8),
        "wide requests": lambda flood: flood.keep_on(flood.requests, "ipc:control", wide, peers=6),
        "scrapes whose answers nobody reads": lambda flood: flood.keep_on(flood.pipeline, "tcp:http", peers=8),
        "topics over ipc": lambda flood: flood.keep_on(flood.subscriptions, "ipc:pub", 170_000),
    }
    for way in ("tcp", "ipc"):
        for kind in ("pull", "sub", "router", "pub") + (("control",) if way == "ipc" else ()):
            for size in (0, 1, 255, 60_000):
                long[f"endless parts of {size} bytes to {way}:{kind}"] = lambda flood, port=f"{way}:{kind}", size=size: (
                    flood.keep_on(flood.parts, port, size))
    return short if options.seconds < 10 else short | long


def drill_floods(options):
    """Floods against every port, also while it is stopped: others do not notice, nor does the manager."""
    for name, begin in flood_ways(options).items():
        flood_once(name, begin, max(3, options.seconds // 6))


def flood_once(name, begin, seconds):
    folder = Path(tempfile.mkdtemp(prefix="elbod-drill-"))
    ports = {f"tcp:{kind}": free_port() for kind in ("pull", "sub", "router", "pub", "http")}
    ports |= {f"ipc:{kind}": str(folder / kind) for kind in ("pull", "sub", "router", "pub")}
    os.environ |= {"NOTIFY_SOCKET": str(folder / "notify"), "WATCHDOG_USEC": "5000000"}
    manager = Manager(folder / "notify")
    address = lambda port: ports[port] if isinstance(ports[port], str) else f"127.0.0.1:{ports[port]}"
    daemon = Daemon(
        *(f"{port.split(':')[1]}+bind:{port.split(':')[0]}://{address(port)}" for port in ports
          if port.split(":")[1] in ("pull", "sub", "router")),
        publish=f"tcp://{address('tcp:pub')}",
        options=("--publish", f"pub+bind:ipc://{ports['ipc:pub']}", "--http", address("tcp:http")))
    for variable in ("NOTIFY_SOCKET", "WATCHDOG_USEC"):
        del os.environ[variable]
    ports["ipc:control"] = str(daemon.control)
    follower, rate = Follower(daemon, "normal/good/", "anomaly/good/"), 500
    good = producer("push", f"tcp://127.0.0.1:{ports['tcp:pull']}", "good", 0, rate * (seconds + 3), rate, 1)
    time.sleep(2)
    base, memory, since = daemon.memory(), [], time.monotonic()
    flood = Flood(ports)
    begin(flood)
    while good.poll() is None and daemon.process.poll() is None:
        memory.append(daemon.memory() or 0)
        time.sleep(0.02)
    # What was sent is judged soon, flood or not.
    deadline = time.monotonic() + 5
    while follower.count < rate * (seconds + 3) and time.monotonic() < deadline:
        time.sleep(0.05)
    unfed = manager.longest(since)
    start = time.monotonic()
    daemon.process.send_signal(signal.SIGTERM)
    try:
        code = daemon.process.wait(20)
    except subprocess.TimeoutExpired:
        daemon.process.kill()
        code = "none"
    took = time.monotonic() - start
    flood.ended.set()
    follower.end()
    grown = max(memory) - base
    lost = rate * (seconds + 3) - follower.count
    check(grown <= 64 and unfed <= 5 and took <= 2 and code == 0 and lost == 0,
          f"{name}: memory +{grown:.0f} MiB (64), watchdog {unfed:.1f} s (5), end {code} in {took:.1f} s (2), "
          f"{lost} verdicts lost, {flood.cut} times cut")


def drill_subscriber(options):
    """A subscriber that stops reading: the others lose nothing and wait no longer."""
    daemon, rate, half = Daemon(), 5000, max(5, options.seconds // 2)
    # Ages by second, in phases: before, while the other is stopped, after.
    phases, phase, start = ({}, {}, {}), [0], time.monotonic()
    follower = Follower(daemon, visit=lambda line: phases[phase[0]].setdefault(
        int(time.monotonic() - start), []).append(age(line)))
    process = producer("push", daemon.address, "load", 0, rate * (4 * half + 4), rate)
    time.sleep(2)
    phases[0].clear()
    time.sleep(half)
    stopped = subprocess.Popen([sys.executable, "-c", f"""
import zmq, time
s = zmq.Context().socket(zmq.SUB); s.rcvhwm = 10; s.connect("{daemon.verdicts}"); s.subscribe(""); time.sleep(1000)"""])
    time.sleep(1)
    os.kill(stopped.pid, signal.SIGSTOP)
    phase[0] = 1
    time.sleep(2 * half)
    memory = daemon.memory()
    stopped.kill()
    stopped.wait()
    phase[0] = 2
    process.wait()
    status = daemon.settle()
    follower.end()
    calm, slow = median_p99(phases[0], phases[2]), median_p99(phases[1])
    check(follower.count == status["scored"] == process.next and follower.gaps == 0, "the other loses nothing")
    check(slow <= calm * 1.05, f"its p99 is {slow:.3f} ms beside {calm:.3f} ms before and after ({100 * slow / calm - 100:+.1f} %, 5)")
    check(memory <= 128, f"memory {memory:.0f} MiB")
    check(daemon.stop() == 0, "the daemon ends in order")


def drill_stall(options):
    """The process stalled for five seconds under load, its publisher killed and restarted: it lives."""
    port = free_port()
    daemon = Daemon(f"sub+connect:tcp://127.0.0.1:{port}", options=("--threads", "1"))
    for turn in range(3):
        process = producer("pub", f"tcp://127.0.0.1:{port}", "camera", 0, 10_000_000, 30_000)
        while daemon.status()["received"] < 1000 * (turn + 1):
            time.sleep(0.05)
        os.kill(daemon.process.pid, signal.SIGSTOP)
        time.sleep(2)
        process.kill()
        process.wait()
        process = producer("pub", f"tcp://127.0.0.1:{port}", "camera", 0, 10_000_000, 30_000)
        time.sleep(3)
        os.kill(daemon.process.pid, signal.SIGCONT)
        before = daemon.ask("status")["received"]
        deadline = time.monotonic() + 10
        while daemon.ask("status")["received"] < before + 30_000 and time.monotonic() < deadline:
            time.sleep(0.1)
        process.kill()
        process.wait()
    status, camera = daemon.settle(), daemon.sources()["camera"]
    check(daemon.process.poll() is None and balanced(status), f"alive after three stalls, {status['received']:,} frames accounted for")
    # A publisher that is further on when it is heard again looks like a gap, one that is not like a restart.
    check(camera["restarts"] + camera["missed"] > 0,
          f"what was not heard shows: {camera['restarts']} restarts, {camera['missed']:,} missed")
    check(daemon.stop() == 0, "the daemon ends in order")


def rate_of_sources(count):
    """Images a second of `count` sources in turn, in messages of 16, and the daemon's memory in MiB after it."""
    daemon = Daemon()
    names = [f"camera-{index}" for index in range(count)]
    out = context.socket(zmq.PUSH)
    out.connect(daemon.address)
    for number in range(200):
        for name in names[: max(1, 1000 // 200)]:
            out.send_multipart([header(name, number, 16), PIXELS * 16])
    for name in names:
        out.send_multipart([header(name, 1000, 16), PIXELS * 16])
    daemon.settle()
    before, start = daemon.status()["scored"], time.monotonic()
    pixels, messages = PIXELS * 16, 30_000
    for number in range(messages):
        out.send(header(names[number % count], 2000 + number, 16), zmq.SNDMORE)
        out.send(pixels)
    while daemon.status()["scored"] < before + messages * 16:
        time.sleep(0.002)
    rate, memory = messages * 16 / (time.monotonic() - start), daemon.memory()
    out.close()
    daemon.stop()
    return rate, memory


def drill_sources(options):
    """One, ten and a thousand sources: the same throughput; memory in steady state."""
    rates = {}
    for turn in range(3):
        for count in (1, 10, 1000):
            rate, memory = rate_of_sources(count)
            rates.setdefault(count, []).append(rate)
    medians = {count: statistics.median(values) for count, values in rates.items()}
    for count, median in medians.items():
        print(f"  {count:5} sources: {median:,.0f} images/s (of {', '.join(f'{value:,.0f}' for value in rates[count])})")
    check(min(medians.values()) >= 0.9 * max(medians.values()), "within 10 % of each other")
    check(memory <= 64, f"memory with 1,000 sources {memory:.0f} MiB")


def drill_threads(options):
    """One and two scoring threads: throughput grows where cores are free."""
    rates = {}
    for turn in range(3):
        for threads in (1, 2):
            daemon = Daemon(options=("--threads", str(threads)))
            for number in range(2):
                process = producer("push", daemon.address, "load", number * 20_000, 20_000, 0, 64)
                start = time.monotonic()
                process.wait()
                while daemon.status()["scored"] < (number + 1) * 20_000 * 64:
                    time.sleep(0.005)
            rates.setdefault(threads, []).append(20_000 * 64 / (time.monotonic() - start))
            daemon.stop()
    one, two = (statistics.median(rates[threads]) for threads in (1, 2))
    check(two > one, f"{one:,.0f} images/s with one, {two:,.0f} with two ({two / one:.2f} ×) on {os.cpu_count()} cores")


DRILLS = {name[6:]: function for name, function in list(globals().items()) if name.startswith("drill_")}


def main():
    parser = argparse.ArgumentParser(description="Drills for the daemon.")
    parser.add_argument("--frames", type=int, default=10_000_000)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--reloads", type=int, default=1000)
    parser.add_argument("drills", nargs="*", help=", ".join(DRILLS))
    options = parser.parse_args()
    for name in options.drills or DRILLS:
        if name not in DRILLS:
            parser.error(f"there is no drill {name}; there are {', '.join(DRILLS)}")
        print(f"{name}: {DRILLS[name].__doc__}", flush=True)
        DRILLS[name](options)
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()

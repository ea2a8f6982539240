"""What the installed package has to do under a real systemd; runs as root in packaging/test/box.

Prints each number beside what is asked for, and ends with "N passed, N failed".
"""
import argparse
import errno
import grp
import json
import mmap
import os
import pathlib
import pwd
import re
import shutil
import signal
import struct
import subprocess
import sys
import time
import traceback

import zmq

from harness import (
    black_image_score, CONFIG, configure, context, frames, gap_after, HEADER, journal, Load, MODEL,
    next_verdict, number, run, score, seconds_to_ready, short, show, socket, spread, stall, VERDICTS)

parser = argparse.ArgumentParser()
parser.add_argument("package")
parser.add_argument("--trials", type=int, default=20, help="of each kind of ending")
parser.add_argument("--saves", type=int, default=100, help="kills while a calibration is saved")
parser.add_argument("--late", type=float, default=5, help="seconds that something comes late")
parser.add_argument("--watch", type=float, default=20, help="seconds idle, and of overload, without a false kill")
parser.add_argument("only", nargs="*")
options = parser.parse_intermixed_args()

checks = []


def check(function):
    checks.append(function)
    return function


@check
def from_install_to_the_first_verdict():
    # The index of the machine's manual pages, as it is on a machine in use: dpkg has it brought up to date.
    run("runuser", "-u", "man", "--", "mandb", "-pq", ok=False)
    started = time.monotonic()
    # 1. install 2. become a member of the group 3. send an image and read the verdict
    run("apt-get", "install", "-y", options.package, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})
    installed = time.monotonic()
    run("adduser", "--quiet", "nobody", "elbod")
    answer = run("runuser", "-u", "nobody", "--", "python3", "/mnt/client.py",
                 env={**os.environ, "PYTHONPATH": "/mnt/python"}).stdout
    seconds = time.monotonic() - started
    shutil.copy(CONFIG, CONFIG.with_suffix(".shipped"))
    assert answer.split()[0] in ("anomaly/camera-1/", "normal/camera-1/"), answer
    print(f"    installed in {installed - started:.1f} s")
    number("from apt install to the first verdict, three commands", seconds, 10, "s", binds=False)


@check
def the_package_is_small():
    number("package", os.path.getsize(options.package) / 1e6, 25, "MB")
    files = run("dpkg-query", "-L", "elbod").stdout.split("\n")
    size = sum(os.lstat(path).st_size for path in files if path and os.path.isfile(path))
    number("installed", size / 1e6, 80, "MB")
    assert not run("sh", "-c", "command -v swift", ok=False).stdout
    linked = run("ldd", "/usr/bin/elbod").stdout
    assert "swift" not in linked and "not found" not in linked, linked


@check
def every_program_says_its_version_and_what_it_runs_with():
    texts = [run(program, "--version").stdout for program in ("elbod", "elbo", "elbo-replay")]
    assert len({text.split(" ", 1)[1] for text in texts}) == 1, texts
    print("    " + texts[0].replace("\n", "; "))
    assert re.search(r"commit [0-9a-f]{12}", texts[0]) and "oneDNN 2" in texts[0] and "libzmq 4" in texts[0]


@check
def the_pages_can_be_read():
    for path in run("dpkg-query", "-L", "elbod").stdout.split("\n"):
        if "/man/" in path and path.endswith(".gz"):
            done = run("man", "--warnings", "-l", path, env={**os.environ, "MANWIDTH": "80", "LC_ALL": "C.UTF-8"})
            assert not done.stderr, f"{path}: {done.stderr}"
            assert len(done.stdout) > 500, path


@check
def the_clients_of_the_page_run_as_printed():
    for command in (["python3", "/mnt/client.py"], ["/mnt/client-c"], ["/mnt/client-swift"]):
        if not os.path.exists(command[-1]):
            print(f"    skipped: {command[-1]} could not be built here")
            continue
        answer = run("runuser", "-u", "nobody", "--", *command, env={**os.environ, "PYTHONPATH": "/mnt/python"}).stdout
        assert "/camera-" in answer and '"schema":"elbod.verdict/1"' in answer, answer


@check
def the_group_may_and_others_may_not():
    account = pwd.getpwnam("elbod")
    assert grp.getgrgid(account.pw_gid).gr_name == "elbod" and account.pw_shell.endswith("nologin")
    assert show("MainPID") != "0"
    status = pathlib.Path(f"/proc/{show('MainPID')}/status").read_text()
    assert re.search(r"^CapEff:\s0+$", status, re.M) and re.search(r"^CapBnd:\s0+$", status, re.M), "capabilities"
    modes = {path.name: oct(path.stat().st_mode & 0o777) for path in pathlib.Path("/run/elbod").glob("*")}
    print(f"    /run/elbod {oct(os.stat('/run/elbod').st_mode & 0o777)}, {modes}")
    assert os.stat("/run/elbod").st_mode & 0o777 == 0o750
    assert modes["images"] == modes["verdicts"] == "0o770" and modes["control.sock"] == "0o660"
    run("runuser", "-u", "nobody", "--", "elbo", "status")
    run("runuser", "-u", "nobody", "--", "elbo", "threshold", "set", "--sigma", "3")
    run("runuser", "-u", "nobody", "--", "elbo", "threshold", "rollback")
    refused = run("runuser", "-u", "daemon", "--", "elbo", "status", ok=False)
    assert refused.returncode != 0, "a stranger could steer"
    refused = run("runuser", "-u", "daemon", "--", "ls", "/run/elbod", ok=False)
    assert "Permission denied" in refused.stderr, refused


@check
def it_is_ready_soon():
    alone, all_in_all = [], []
    for _ in range(options.trials):
        run("systemctl", "stop", "elbod")
        started = time.monotonic()
        run("systemctl", "start", "elbod")
        all_in_all.append(time.monotonic() - started)
        alone.append(seconds_to_ready())
    print(f"    systemctl start: {spread(all_in_all)} s; process alone: {spread(alone)} s")
    number("systemctl start to READY, median", sorted(all_in_all)[len(all_in_all) // 2] * 1000, 300, "ms", binds=False)
    number("process alone, median", sorted(alone)[len(alone) // 2] * 1000, 100, "ms", binds=False)


@check
def a_stop_under_load_answers_every_frame():
    seconds = []
    for _ in range(options.trials):
        since = time.time()
        with Load() as load:
            deadline = time.monotonic() + 0.5
            while time.monotonic() < deadline or load.sent < 1000:
                time.sleep(0.01)
            started = time.monotonic()
            run("systemctl", "stop", "elbod")
            seconds.append(time.monotonic() - started)
        assert (show("ExecMainStatus"), show("Result")) == ("0", "success"), show("Result")
        counts = frames(journal(since))
        assert counts["received"] == counts["scored"] + counts.get("rejected", 0) + counts.get("dropped", 0), counts
        assert counts["scored"] > 0, counts
        run("systemctl", "start", "elbod")
    print(f"    {len(seconds)} of {options.trials} stops with exit 0 and every frame accounted for: {spread(seconds)} s")
    number("SIGTERM under load, longest", max(seconds), 2, "s")


@check
def a_kill_under_load_is_over_within_a_second():
    subscriber, gaps = socket(zmq.SUB, VERDICTS), []
    restarts = int(show("NRestarts"))
    with Load(pause=0.0005):
        for _ in range(options.trials):
            time.sleep(0.3)
            gaps.append(gap_after(lambda: os.kill(int(show("MainPID")), signal.SIGKILL), subscriber))
    subscriber.close()
    assert int(show("NRestarts")) - restarts == options.trials
    print(f"    scoring again after: {spread(gaps)} s")
    number("SIGKILL under load to scoring again, p99 of the trials", max(gaps), 1, "s")


@check
def a_stalled_stage_is_restarted():
    assert show("WatchdogUSec") == "5s"
    process = show("MainPID")
    names = sorted({(task / "comm").read_text().strip() for task in pathlib.Path(f"/proc/{process}/task").iterdir()})
    print(f"    threads: {', '.join(names)}")
    stages = [name for name in names if re.match(r"(elbod-)?(receiv|scor|decid|publish|control|guard)", name)]
    assert len(stages) >= 2, names
    subscriber, gaps = socket(zmq.SUB, VERDICTS), []
    with Load(pause=0.001):
        for trial in range(max(1, options.trials // 2)):
            time.sleep(0.37 * trial % 2.5)  # at any phase of the feeding
            tracers = []
            gaps.append(gap_after(lambda: tracers.append(stall(stages[trial % len(stages)])), subscriber))
            assert os.waitpid(tracers[0], 0)[1] == 0
    subscriber.close()
    print(f"    stages {', '.join(stages)} in turn, scoring again after: {spread(gaps)} s")
    number("stalled stage to scoring again", max(gaps), 6, "s")


@check
def nobody_is_killed_without_cause():
    restarts, process = show("NRestarts"), show("MainPID")
    time.sleep(options.watch)
    with Load(), Load(), Load():
        time.sleep(options.watch)
    assert (show("NRestarts"), show("MainPID")) == (restarts, process)
    print(f"    {options.watch:g} s idle and {options.watch:g} s of overload: no false kill")


@check
def a_damaged_library_ends_the_start():
    if not os.path.exists("/mnt/damaged.so"):
        print("    skipped: no C compiler made the damaged library")
        return
    dropin = pathlib.Path("/etc/systemd/system/elbod.service.d/damaged.conf")
    dropin.parent.mkdir(exist_ok=True)
    for precision in ("fp32", "bf16", "int8"):
        since = time.time()
        dropin.write_text(f"[Service]\nEnvironment=LD_PRELOAD=/mnt/damaged.so ELBOD_PRECISION={precision}\n")
        run("systemctl", "daemon-reload")
        assert run("systemctl", "restart", "elbod", ok=False).returncode != 0
        time.sleep(0.3)
        assert (show("ExecMainStatus"), show("NRestarts"), show("ActiveState")) == ("72", "0", "failed"), precision
        text = journal(since)
        assert f"is right, in {precision}: oneDNN" in text and "Ready." not in text, text
    print("    oneDNN that computes nothing, in fp32, bf16 and int8: exit 72 before READY, no restart, and the journal says so")
    dropin.unlink()
    dropin.parent.rmdir()
    run("systemctl", "daemon-reload")
    configure()


@check
def a_wrong_configuration_ends_the_start():
    for line, says in [("queue: many", "queue: \"many\" is not allowed"), ("quwue: 2", "no key \"quwue\""),
                       ("http: 10.0.0.1:80", "http: \"10.0.0.1:80\"")]:
        since = time.time()
        configure(line, restart=False)
        place = f"/etc/elbod/elbod.yaml, line {len(CONFIG.read_text().splitlines())}"
        assert run("systemctl", "restart", "elbod", ok=False).returncode != 0
        time.sleep(0.5)
        assert (show("ExecMainStatus"), show("NRestarts"), show("ActiveState")) == ("78", "0", "failed"), line
        text = journal(since)
        assert place in text and says in text, text
    print(f"    exit 78, no restart, and in the journal: {place} and the key")
    configure()


@check
def what_comes_late_only_delays():
    gaps = {"model": [], "address": [], "producer": []}
    for _ in range(max(1, options.trials // 4)):
        later = pathlib.Path("/srv/late")
        shutil.rmtree(later, ignore_errors=True)
        configure(f"model: {later}", restart=False)
        run("systemctl", "restart", "--no-block", "elbod")
        time.sleep(options.late)
        assert show("ActiveState") == "activating"
        shutil.copytree(MODEL, later)
        started = time.monotonic()
        score()
        gaps["model"].append(time.monotonic() - started)

        configure("ingest: pull+bind:tcp://10.9.0.1:5555", "allow_plaintext: true", restart=False)
        run("ip", "link", "set", "lo", "up")
        run("ip", "address", "del", "10.9.0.1/32", "dev", "lo", ok=False)
        run("systemctl", "restart", "--no-block", "elbod")
        time.sleep(options.late)
        assert show("ActiveState") == "activating"
        run("ip", "address", "add", "10.9.0.1/32", "dev", "lo")
        started = time.monotonic()
        score(images="tcp://10.9.0.1:5555")
        gaps["address"].append(time.monotonic() - started)

        configure("ingest: sub+connect:tcp://127.0.0.1:5599")
        subscriber = socket(zmq.SUB, VERDICTS)
        time.sleep(options.late)
        camera = context.socket(zmq.PUB)
        camera.linger = 0
        camera.bind("tcp://127.0.0.1:5599")
        started = time.monotonic()
        while not next_verdict(subscriber, 0.02):
            camera.send_multipart([HEADER, bytes(784)])
            assert time.monotonic() < started + 20
        gaps["producer"].append(time.monotonic() - started)
        camera.close()
        subscriber.close()
    for what, seconds in gaps.items():
        number(f"{what} {options.late:g} s late, {len(seconds)} times, to scoring", max(seconds), 5, "s")
    configure()


@check
def a_bad_model_is_refused_while_the_old_one_serves():
    place = pathlib.Path("/srv/model")
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(MODEL, place)
    configure(f"model: {place}")
    process = show("MainPID")
    for spoil in (lambda data: data[:-100], lambda data: b"\0" * len(data), lambda data: b""):
        (place / "model.safetensors").write_bytes(spoil((MODEL / "model.safetensors").read_bytes()))
        done = run("systemctl", "reload", "elbod", ok=False)
        assert done.returncode != 0 and show("MainPID") == process and show("ActiveState") == "active"
        score()
    shutil.copy(MODEL / "model.safetensors", place)
    run("systemctl", "reload", "elbod")
    print("    three kinds of bad model: systemctl reload failed, same process, still serving; the good one was taken up")
    configure()


@check
def a_hidden_path_is_named():
    shutil.copytree(MODEL, "/tmp/model")
    since = time.time()
    configure("model: /tmp/model", "start_wait: 0", restart=False)
    run("systemctl", "restart", "--no-block", "elbod")
    deadline = time.monotonic() + 10
    while "/tmp/model lies in /tmp, which the unit hides" not in journal(since):
        assert time.monotonic() < deadline, journal(since)
        time.sleep(0.1)
    configure()


@check
def a_calibration_is_never_torn():
    state = pathlib.Path("/var/lib/elbod")
    process = show("MainPID")
    for trial in range(options.saves):
        client = socket(zmq.REQ, "ipc:///run/elbod/control.sock")
        client.send_json({"verb": "status"})
        client.recv()
        client.send_json({"verb": "threshold", "k": 2 + trial % 7 * 0.5})
        # At any moment of the save, which takes a few milliseconds.
        time.sleep(0.012 * (trial * 0.618 % 1))
        os.kill(int(process), signal.SIGKILL)
        client.close()
        deadline, killed = time.monotonic() + 20, process
        while (process := show("MainPID")) in (killed, "0") or show("ActiveState") != "active":
            assert time.monotonic() < deadline
            time.sleep(0.01)
        text = (state / "calibration.json").read_text() if (state / "calibration.json").exists() else "{}"
        json.loads(text)
        for path in state.rglob("*"):
            assert path.is_dir() or path.suffix in (".json", ".lock"), f"litter: {path}"
    assert show("ActiveState") == "active"
    order = json.loads((state / "calibrations/order.json").read_text())
    revision = json.loads((state / "calibration.json").read_text())["revision"]
    print(f"    {options.saves} kills around a save: never torn, no litter after the next start; "
          f"{revision - 1} saves had come to their end, {len(order)} entries in order.json")


@check
def a_save_that_the_disk_refuses_leaves_a_whole_calibration():
    """Fails each system call of a save in turn, as a disk that is damaged or full."""
    if not os.path.exists("/mnt/faults.so"):
        print("    skipped: no C compiler made the library that fails")
        return
    place, state = pathlib.Path("/srv/faults"), pathlib.Path("/srv/faults/state")
    for name in ("EIO", "ENOSPC"):
        shutil.rmtree(place, ignore_errors=True)
        state.mkdir(parents=True)
        (place / "plan").write_bytes(bytes(16))
        with open(place / "plan", "r+b") as file:
            plan = mmap.mmap(file.fileno(), 16)
        command = ["elbod", "--model", MODEL, "--ingest", f"pull+bind:ipc://{place}/in", "--publish",
                   f"pub+bind:ipc://{place}/out", "--control", place / "control", "--state", state]
        daemon = subprocess.Popen(command, stderr=subprocess.DEVNULL, env={
            "PATH": "/usr/bin", "LD_PRELOAD": "/mnt/faults.so", "ELBO_FAULTS": str(place / "plan")})
        client = socket(zmq.REQ, f"ipc://{place}/control")

        def ask(**request):
            client.send_json(request)
            return client.recv_json()

        def revision():
            return ask(verb="status")["result"]["calibration_revision"]

        refused = done = call = 0
        ask(verb="threshold", k=2.5)
        while True:
            call += 1
            before = revision()
            # Calls to come until the one that fails, its error, how many failed, how many there were.
            plan[:] = struct.pack("4i", call, getattr(errno, name), 0, 0)
            answer = ask(verb="threshold", k=2 + call % 7 * 0.25)
            failed = struct.unpack("4i", plan[:])[2]
            plan[:] = bytes(16)
            after = revision()
            on_disk = json.loads((state / "calibration.json").read_text())["revision"]
            assert after == answer["result"]["new"]["revision"] > before if "result" in answer else after == before, answer
            assert on_disk >= after, (name, call, on_disk, after)
            if failed == 0:
                break
            done, refused = done + ("result" in answer), refused + ("error" in answer)
        assert call > 10 and refused > 5, (name, call, refused)
        client.close()
        daemon.terminate()
        assert daemon.wait(10) == 0
        # Who starts next finds all of it whole, and tidies.
        daemon = subprocess.Popen(command, stderr=subprocess.DEVNULL, env={"PATH": "/usr/bin"})
        client = socket(zmq.REQ, f"ipc://{place}/control")
        assert revision() >= after, (revision(), after)
        deadline = time.monotonic() + 5
        while litter := [str(path) for path in state.rglob("*") if path.is_file() and path.suffix not in (".json", ".lock")]:
            assert time.monotonic() < deadline, litter
            time.sleep(0.05)
        client.close()
        daemon.terminate()
        assert daemon.wait(10) == 0
        print(f"    {name} at each of {call - 1} system calls of a save: {refused} refused with the reason, "
              f"{done} saved all the same, never torn, no litter after the next start")


@check
def an_instance_of_the_template_has_its_own_of_everything():
    text = CONFIG.with_suffix(".shipped").read_text().replace("/run/elbod/", "/run/elbod@line-2/")
    pathlib.Path("/etc/elbod/elbod@line-2.yaml").write_text(text.replace("9464", "9465"))
    run("systemctl", "enable", "--now", "elbod@line-2")
    score(images="ipc:///run/elbod@line-2/images", verdicts="ipc:///run/elbod@line-2/verdicts")
    score()
    run("elbo", "threshold", "set", "--sigma", "4", "--control", "/run/elbod@line-2/control.sock")
    assert os.path.exists("/var/lib/elbod@line-2/calibration.json")
    run("systemctl", "reload", "elbod@line-2")
    before = show("MainPID", "elbod@line-2")
    run("apt-get", "install", "--reinstall", "-y", options.package)
    assert show("MainPID", "elbod@line-2") != before and show("ActiveState", "elbod@line-2") == "active"
    run("systemctl", "disable", "--now", "elbod@line-2")


@check
def a_secret_key_comes_as_a_credential():
    os.makedirs("/etc/credstore", exist_ok=True)
    public = run("elbo", "keygen", "--out", "/etc/credstore/elbod.curve.secret").stdout
    pathlib.Path("/etc/elbod/clients.yaml").write_text("{}\n")
    configure("clients: /etc/elbod/clients.yaml", "publish: [pub+bind:ipc:///run/elbod/verdicts, pub+bind:tcp://127.0.0.1:5556]")
    status = json.loads(run("elbo", "status", "--json").stdout)
    assert status["publicKey" if "publicKey" in status else "public_key"] in public, (status, public)
    score()
    os.remove("/etc/credstore/elbod.curve.secret")
    configure()


@check
def unit_verifies_and_is_shut_in():
    for unit in ("elbod.service", "elbod@.service"):
        run("systemd-analyze", "verify", "--recursive-errors=yes", f"/lib/systemd/system/{unit}")
    exposure = run("systemd-analyze", "security", "--offline=true", "--threshold=12", "/lib/systemd/system/elbod.service").stdout
    number("exposure", float(re.search(r"level for \S+: ([\d.]+)", exposure)[1]), 1.2, "")
    dropin = pathlib.Path("/etc/systemd/system/elbod.service.d/loopback.conf")
    dropin.parent.mkdir()
    shutil.copy("/usr/share/doc/elbod/examples/elbod.service.d/loopback.conf", dropin)
    run("systemctl", "daemon-reload")
    exposure = run("systemd-analyze", "security", "elbod.service").stdout
    number("exposure, loopback only", float(re.search(r"level for \S+: ([\d.]+)", exposure)[1]), 1.0, "")
    run("systemctl", "restart", "elbod")
    score()
    shutil.rmtree(dropin.parent)
    run("systemctl", "daemon-reload")


@check
def what_an_earlier_version_left_serves_on():
    """Models, state and configuration of 0.1.0, installed by hand, and then the package."""
    old = pathlib.Path("/mnt/old")
    if not old.exists():
        print("    skipped: the commit of 0.1.0 is not to be had here")
        return
    run("apt-get", "purge", "-y", "elbod")
    shutil.copytree(old / "models", "/srv/models", dirs_exist_ok=True)
    CONFIG.parent.mkdir(exist_ok=True)
    CONFIG.write_text("model: /srv/models/mnist\ningest: pull+bind:tcp://127.0.0.1:5555\n"
                      "publish: pub+bind:tcp://127.0.0.1:5556\nhttp: 127.0.0.1:9464\n")
    # As systemd leaves it for a unit with DynamicUser=.
    private = pathlib.Path("/var/lib/private/elbod")
    private.mkdir(parents=True)
    calibration = json.loads((old / "models/mnist/calibration.json").read_text())
    (private / "calibration.json").write_text(json.dumps(calibration))
    os.symlink("private/elbod", "/var/lib/elbod")
    run("chown", "-R", "62579:62579", private)
    run("apt-get", "install", "-y", "-o", "Dpkg::Options::=--force-confold", options.package,
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})
    _, verdict = score(images="tcp://127.0.0.1:5555", verdicts="tcp://127.0.0.1:5556")
    expected, bounds = black_image_score(old / "models/mnist/model.safetensors"), calibration["scores"]["mse"]
    print(f"    {calibration['schema']}: score {verdict['score']:.6g}, bounds {verdict['threshold']['lower']:.6g} to "
          f"{verdict['threshold']['upper']:.6g}; of the old files {expected:.6g}, {bounds['lower']:.6g} to {bounds['upper']:.6g}")
    assert abs(verdict["score"] - expected) <= 1e-5 * expected
    for bound in ("lower", "upper"):
        assert abs(verdict["threshold"][bound] - bounds[bound]) <= 1e-6 * abs(bounds[bound])
    assert "model: /srv/models/mnist" in CONFIG.read_text()
    assert not os.path.islink("/var/lib/elbod") and pathlib.Path("/var/lib/elbod").owner() == "elbod"
    shutil.rmtree("/srv/models")


@check
def installing_again_keeps_state_and_configuration():
    run("apt-get", "purge", "-y", "elbod")
    run("apt-get", "install", "-y", options.package)
    shutil.copy(CONFIG, CONFIG.with_suffix(".shipped"))
    configure("queue: 77")
    run("elbo", "threshold", "set", "--sigma", "3")
    before = show("MainPID")
    run("apt-get", "install", "--reinstall", "-y", options.package)
    status = json.loads(run("elbo", "status", "--json").stdout)
    assert "queue: 77" in CONFIG.read_text() and show("MainPID") != before
    assert status["k"] == 3 and status.get("queueCapacity", status.get("queue_capacity")) == 77, status


@check
def a_signed_repository_can_be_used():
    run("apt-get", "purge", "-y", "elbod")
    shutil.copy("/mnt/repository/elbod.asc", "/etc/apt/keyrings/elbod.asc")
    pathlib.Path("/etc/apt/sources.list.d/elbod.list").write_text(
        "deb [signed-by=/etc/apt/keyrings/elbod.asc] file:/mnt/repository stable main\n")
    only = ("-o", "Dir::Etc::sourcelist=sources.list.d/elbod.list", "-o", "Dir::Etc::sourceparts=-")
    run("apt-get", "update", "--error-on=any", *only)
    run("apt-get", "install", "-y", "elbod")
    shutil.copy(CONFIG, CONFIG.with_suffix(".shipped"))
    score()
    # A package that is not the signed one is refused.
    index = next(pathlib.Path("/mnt/repository").rglob("Packages"))
    text = index.read_text()
    shutil.copytree("/mnt/repository", "/srv/spoilt")
    for path in pathlib.Path("/srv/spoilt").rglob("Packages*"):
        path.write_text(text.replace("Priority: optional", "Priority: required")) if path.suffix == "" else path.unlink()
    pathlib.Path("/etc/apt/sources.list.d/elbod.list").write_text(
        "deb [signed-by=/etc/apt/keyrings/elbod.asc] file:/srv/spoilt stable main\n")
    assert run("apt-get", "update", "--error-on=any", *only, ok=False).returncode != 0


@check
def removal_and_purge_behave():
    CONFIG.with_suffix(".shipped").unlink()
    run("elbo", "threshold", "set", "--sigma", "3")
    run("apt-get", "remove", "-y", "elbod")
    assert not os.path.exists("/usr/bin/elbod") and CONFIG.exists() and os.path.exists("/var/lib/elbod/calibration.json")
    assert run("systemctl", "is-active", "elbod", ok=False).stdout.strip() == "inactive"
    for file in ("elbod@line-2.yaml", "clients.yaml"):
        pathlib.Path(f"/etc/elbod/{file}").unlink(missing_ok=True)
    run("apt-get", "purge", "-y", "elbod")
    left = [path for path in ("/etc/elbod", "/var/lib/elbod", "/var/lib/elbod@line-2", "/run/elbod") if os.path.exists(path)]
    assert not left, left
    assert pwd.getpwnam("elbod")


passed = failed = 0
for function in checks:
    # The first installs what the others look at.
    if options.only and function is not checks[0] and not any(name in function.__name__ for name in options.only):
        continue
    print(f"{function.__name__.replace('_', ' ')}", flush=True)
    started = time.monotonic()
    try:
        function()
        passed += 1
    except Exception:
        failed += 1
        traceback.print_exc(file=sys.stdout)
        print(run("journalctl", "-u", "elbod", "-n", "15", "-o", "cat", "--no-pager", ok=False).stdout)
        if CONFIG.with_suffix(".shipped").exists():
            try:
                configure()
            except Exception as error:
                print(f"    not set right: {error}")
        elif function is checks[0]:
            break
    print(f"    ({time.monotonic() - started:.1f} s)", flush=True)
if short:
    print(f"{len(short)} numbers fall short: {', '.join(short)}")
print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed else 0)

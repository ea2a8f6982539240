"""Checks that ONNX Runtime makes of an exported inspection model what elbo makes of the model.

Usage: inspection.py ELBO
The backbone has random weights: Google's are fetched, and need not be here.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnxruntime
from safetensors.numpy import save_file

elbo = sys.argv[1]
random = np.random.default_rng(1)
folder = Path(tempfile.mkdtemp())
environment = {**os.environ, "XDG_DATA_HOME": str(folder / "data")}
# By stages: kernel, expansion, channels, number (Tan & Le, 2019).
STAGES = [(3, 1, 16, 1), (3, 6, 24, 2), (5, 6, 40, 2), (3, 6, 80, 3), (5, 6, 112, 3), (5, 6, 192, 4)]


def run(*arguments):
    done = subprocess.run([elbo, *map(str, arguments)], capture_output=True, text=True, env=environment)
    if done.returncode != 0:
        sys.exit(f"elbo {' '.join(map(str, arguments))}: {done.stderr}")
    return done.stdout


def backbone():
    """Random weights under the reference implementation's names."""
    tensors = {}

    def convolution(name, outputs, inputs, side):
        bound = np.sqrt(6 / (inputs * side * side))
        tensors[name + ".weight"] = random.uniform(-bound, bound, (outputs, inputs, side, side)).astype(np.float32)

    def norm(name, count):
        for part, low, high in (("weight", 0.5, 1.5), ("bias", -0.5, 1.5), ("running_mean", -0.1, 0.1), ("running_var", 0.5, 1.5)):
            tensors[f"{name}.{part}"] = random.uniform(low, high, count).astype(np.float32)

    convolution("_conv_stem", 32, 3, 3)
    norm("_bn0", 32)
    channels, index = 32, 0
    for kernel, expansion, outputs, count in STAGES:
        for _ in range(count):
            middle, name = channels * expansion, f"_blocks.{index}."
            if expansion > 1:
                convolution(name + "_expand_conv", middle, channels, 1)
                norm(name + "_bn0", middle)
            convolution(name + "_depthwise_conv", middle, 1, kernel)
            norm(name + "_bn1", middle)
            convolution(name + "_project_conv", outputs, middle, 1)
            norm(name + "_bn2", outputs)
            channels, index = outputs, index + 1
    return tensors


def pictures(count, channels):
    """Blots of 16 × 16 pixels."""
    blots = random.integers(0, 256, (count, 4, 6, channels), dtype=np.uint8)
    return blots.repeat(16, 1).repeat(16, 2)


save_file(backbone(), folder / "random.safetensors")
run("backbone", "import", folder / "random.safetensors")
furthest = 0
for channels in (1, 3):
    model = folder / f"of-{channels}"
    for name, count in (("train", 12), ("held", 30), ("seen", 8)):
        np.save(folder / f"{name}.npy", pictures(count, channels))
    # With deep maps, one of them amid a stage, and without.
    taps = "4,7,10,12,14" if channels == 3 else "4,7,10"
    run("train", "--inspect", "--images", folder / "train.npy", "--size", "64x96", "--epochs", 1, "--taps", taps, "--out", model)
    run("export", "--model", model, "--onnx", folder / "model.onnx")
    graph = onnxruntime.InferenceSession(folder / "model.onnx", providers=["CPUExecutionProvider"])
    maps, *worst = graph.run(["map", "worst_places", "worst_place"], {"picture": np.load(folder / "seen.npy")})
    assert maps.shape[-2:] == (8, 12), maps.shape
    assert np.array_equal(maps.max((1, 2)), worst[1].ravel())
    for score, theirs in zip(("worst_places", "worst_place"), worst, strict=True):
        run("calibrate", "--model", model, "--images", folder / "held.npy", "--score", score)
        verdicts = [json.loads(line) for line in run("score", "--model", model, folder / "seen.npy").splitlines()]
        assert {verdict["metric"] for verdict in verdicts} == {score}
        for verdict, their in zip(verdicts, theirs.ravel(), strict=True):
            furthest = max(furthest, abs(verdict["score"] / their - 1))
    if furthest > 1e-4:
        sys.exit(f"scores of ONNX Runtime and elbo are {furthest:.1e} apart")
print(f"  an inspection model, grey and in colour: elbo and ONNX Runtime at most {furthest:.1e} apart, relative")

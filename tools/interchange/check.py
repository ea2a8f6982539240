"""Checks that other tools open our models and see our scores, and that we open theirs.

Usage: check.py ELBO MODELS_DIRECTORY
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn import functional as F

elbo, models = sys.argv[1], Path(sys.argv[2])
SCORES = ["mse", "nll", "kl", "elbo"]
checks = 0


class VAE(nn.Module):
    """The public PyTorch example with other sizes; classes append a one-hot label."""

    def __init__(self, hidden, latent, classes=0, pixels=784):
        super().__init__()
        self.classes = classes
        self.fc1 = nn.Linear(pixels + classes, hidden[0])
        self.fc21 = nn.Linear(hidden[-1], latent)
        self.fc22 = nn.Linear(hidden[-1], latent)
        self.fc3 = nn.Linear(latent + classes, hidden[-1])
        self.fc4 = nn.Linear(hidden[0], pixels)
        self.encoder, self.decoder = ["fc1"], ["fc3"]
        for index in range(1, len(hidden)):
            self.encoder.append(f"fc1_{index + 1}")
            self.decoder.append(f"fc3_{index + 1}")
            self.add_module(self.encoder[-1], nn.Linear(hidden[index - 1], hidden[index]))
            self.add_module(self.decoder[-1], nn.Linear(hidden[-index], hidden[-index - 1]))

    def told(self, x, labels):
        return torch.cat([x, F.one_hot(labels, self.classes).to(x)], 1) if self.classes else x

    def forward(self, x, labels=None):
        h = self.told(x, labels)
        for name in self.encoder:
            h = F.relu(getattr(self, name)(h))
        mu, logvar = self.fc21(h), self.fc22(h)
        logits = self.decode(mu, labels)
        return torch.sigmoid(logits), logits, mu, logvar

    def decode(self, z, labels=None):
        h = self.told(z, labels)
        for name in self.decoder:
            h = F.relu(getattr(self, name)(h))
        return self.fc4(h)

    @torch.no_grad()
    def scores(self, pixels, labels=None, eta=None):
        """Reconstructions and the four scores at z = mu, in float64."""
        x = torch.from_numpy(pixels).double() / 255
        found, logits, mu, logvar = self.double()(x, labels)
        squared = ((found - x) ** 2).sum(1)
        nll = F.binary_cross_entropy_with_logits(logits, x, reduction="none").sum(1)
        kl = -0.5 * (1 + logvar - mu**2 - logvar.exp()).sum(1)
        likelihood = nll if eta is None else (
            squared / (2 * eta) + x.shape[1] / 2 * np.log(2 * np.pi * eta))
        scores = dict(mse=squared / x.shape[1], nll=nll, kl=kl, elbo=likelihood + kl)
        return found.numpy(), {name: value.numpy() for name, value in scores.items()}


def train(module, pixels, labels=None, steps=100):
    """Takes some steps of Adam, as the example does."""
    x = torch.from_numpy(pixels).float() / 255
    adam = torch.optim.Adam(module.parameters(), lr=1e-3)
    for _ in range(steps):
        _, _, mu, logvar = module(x, labels)
        logits = module.decode(mu + torch.exp(0.5 * logvar) * torch.randn_like(mu), labels)
        kl = -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp())
        loss = F.binary_cross_entropy_with_logits(logits, x, reduction="sum") + kl
        adam.zero_grad()
        (loss / len(x)).backward()
        adam.step()


def check(condition, what):
    """Counts a check; a failed one ends the program."""
    global checks
    checks += 1
    if not condition:
        sys.exit(f"failed: {what}")


def run(*arguments, fails=False):
    """What elbo prints; it must succeed, or fail with a message if that is expected."""
    result = subprocess.run([elbo, *map(str, arguments)], capture_output=True, text=True)
    check((result.returncode != 0) == fails, f"elbo {arguments}: {result.stderr}")
    return result.stderr if fails else result.stdout


def write_images(path, pixels):
    header = b"\0\0\x08\x03" + b"".join(n.to_bytes(4, "big") for n in (len(pixels), 28, 28))
    path.write_bytes(header + pixels.tobytes())


def closest(name, ours, theirs, what):
    """Checks agreement to 1e-5 relative; the worst is kept for the summary."""
    error = float(np.max(np.abs(ours - theirs) / np.maximum(np.abs(theirs), 1e-12)))
    worst[name] = max(worst.get(name, 0), error)
    check(error < 1e-5, f"{what}: {name} differs by {error:.1e} relative")


def described(directory):
    """The model directory opened with the real packages: a module, its metadata."""
    path = directory / "model.safetensors"
    with safe_open(path, "pt") as file:
        facts = file.metadata()
    module = VAE([int(n) for n in facts["elbod.hidden"].split(",")], int(facts["elbod.latent"]),
                 int(facts.get("elbod.classes", 0)))
    check(module.load_state_dict(load_file(path)) is not None, "load_state_dict, strict")
    return module, facts


def export_agrees(directory, ours):
    """PyTorch and ONNX Runtime see the scores `ours`, if any, and each other's."""
    module, facts = described(directory)
    labels = torch.arange(len(images)) % module.classes if module.classes else None
    eta = float(facts["elbod.likelihood_variance"]) if "elbod.likelihood_variance" in facts else None
    found, reference = module.scores(images, labels, eta)
    for kind in ["uint8", "float32"]:
        path = folder / f"{directory.name}-{kind}.onnx"
        run("export", "--model", directory, "--onnx", path, "--input", kind)
        model = onnx.load(path)
        onnx.checker.check_model(model, full_check=True)
        check(model.opset_import[0].version == 13, "operator set 13")
        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        feed = {"image": images if kind == "uint8" else images.astype(np.float32) / np.float32(255)}
        if module.classes:
            feed["label"] = labels.numpy()
        names = [output.name for output in session.get_outputs()]
        check(names == ["reconstruction", *SCORES], f"outputs {names}")
        got = dict(zip(names, session.run(None, feed)))
        check(np.abs(got["reconstruction"] - found).max() < 1e-5, "reconstructions")
        for name in SCORES:
            closest(f"{name}, ONNX Runtime and PyTorch", got[name], reference[name], path.name)
            if ours:
                closest(f"{name}, elbo and ONNX Runtime", ours[name], got[name], path.name)
        metadata = {entry.key: entry.value for entry in model.metadata_props}
        if (directory / "calibration.json").exists():
            calibration = json.loads((directory / "calibration.json").read_text())
            # The first schema has one k; the second a list of rules, of which the first decides.
            rule = calibration if "k" in calibration else calibration["rules"][0]
            check(metadata["elbod.threshold.score"] == rule["score"], "the deciding score in the metadata")
            if "k" not in rule:
                check(float(metadata[f"elbod.threshold.{rule['score']}.upper"]) == rule["upper"],
                      f"the upper bound of {rule['score']} in the metadata")
                continue
            for name, sample in calibration["scores"].items():
                check(float(metadata[f"elbod.threshold.{name}.upper"])
                      == sample["mu"] + rule["k"] * sample["sigma"], f"the upper bound of {name} in the metadata")
    return reference


def our_scores(directory, path):
    lines = run("score", "--model", directory, path).splitlines()
    scores = [json.loads(line)["scores"] for line in lines]
    return {name: np.array([score[name] for score in scores]) for name in SCORES}


worst = {}
torch.manual_seed(1)
random = np.random.default_rng(1)
with tempfile.TemporaryDirectory() as name:
    folder = Path(name)
    # Images that models know and images of noise, so that no data set is needed.
    run("generate", "--model", models / "mnist", "--count", 500, "--idx", folder / "drawn-images-idx3-ubyte")
    drawn = np.frombuffer((folder / "drawn-images-idx3-ubyte").read_bytes(), np.uint8, offset=16)
    images = np.concatenate([drawn.reshape(500, 784), random.integers(0, 256, (500, 784), np.uint8)])
    stream = folder / "images-idx3-ubyte"
    write_images(stream, images)

    for directory in sorted(path.parent for path in models.glob("*/model.safetensors")):
        calibrated = (directory / "calibration.json").exists()
        export_agrees(directory, our_scores(directory, stream) if calibrated else None)

    # A model with a Gaussian likelihood, whose −ELBO has another reconstruction term.
    run("train", "--images", stream, "--out", folder / "gaussian", "--likelihood", "gaussian",
        "--eta", 0.05, "--hidden", "32,16", "--latent", 4, "--epochs", 1)
    run("calibrate", "--model", folder / "gaussian", "--images", stream)
    export_agrees(folder / "gaussian", our_scores(folder / "gaussian", stream))

    # The other way: models that PyTorch made.
    for hidden, latent, classes in [([400], 20, 0), ([64, 32], 2, 0), ([48], 5, 10)]:
        module = VAE(hidden, latent, classes)
        train(module, images[:500], torch.arange(500) % classes if classes else None)
        source, out = folder / "torch.safetensors", folder / f"imported-{latent}"
        save_file(module.state_dict(), source)
        run("import", "--safetensors", source, "--out", out, "--images", stream)
        check((out / "calibration.json").exists() == (classes == 0), "calibration of imports")
        export_agrees(out, our_scores(out, stream) if classes == 0 else None)

    # And those that we must refuse, leaving nothing behind.
    good = VAE([32], 4).state_dict()
    renamed = {name.replace("fc21", "mean"): tensor for name, tensor in good.items()}
    wide = good | {"fc3.weight": torch.zeros(32, 5)}
    half = {name: tensor.half() for name, tensor in good.items()}
    extra = good | {"fc5.weight": torch.zeros(2, 2)}
    endless = good | {"fc4.bias": torch.full((784,), float("inf"))}
    for tensors, words in [
        (renamed, "fc21.weight"), (wide, "fc3.weight"), (extra, "fc5.weight"),
        (endless, "fc4.bias")]:
        save_file(tensors, folder / "bad.safetensors")
        message = run("import", "--safetensors", folder / "bad.safetensors", "--out",
                      folder / "bad", "--images", stream, fails=True)
        check(words in message and not (folder / "bad").exists(), f"refusal: {message}")
    for tensors in (half, {f"module.{name}": tensor.double() for name, tensor in good.items()}):
        save_file(tensors, folder / "other.safetensors")
        run("import", "--safetensors", folder / "other.safetensors", "--out", folder / "other",
            "--images", stream, "--force")
        check((folder / "other/model.safetensors").exists(), "other precisions and prefixes import")
    onnx_path = folder / f"mnist-uint8.onnx"
    message = run("import", "--safetensors", onnx_path, "--out", folder / "bad", fails=True)
    check(not (folder / "bad").exists(), "an ONNX file is not a safetensors file")

for name, error in sorted(worst.items()):
    print(f"  {name:34} at most {error:.1e} apart, relative")
print(f"{checks} checks of safetensors, PyTorch {torch.__version__}, onnx {onnx.__version__} and "
      f"ONNX Runtime {onnxruntime.__version__}: all passed")

#!/usr/bin/env python3
"""Reference fixtures for elbod's hand-written VAE, computed with PyTorch autograd.

An independent implementation (nn.Linear modules, autograd, torch.optim.Adam) of the VAE
of the public PyTorch example. The Swift forward pass, gradients and Adam steps are tested
against the tensors written here. Make a virtual environment outside the repository:

    python3 -m venv DIR && DIR/bin/pip install torch numpy safetensors

then, from anywhere:

    DIR/bin/python tools/reference/make_fixtures.py                      # training fixtures
    DIR/bin/python tools/reference/make_fixtures.py --golden MODEL_DIR   # golden scores

Everything is computed in float64, from parameters and inputs first rounded to float32 so
that both sides start from identical values. Random numbers come from numpy's RandomState,
whose streams are frozen: a fixed seed gives the same inputs on every numpy version.
"""

import argparse
import hashlib
import json
import math
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F

ROOT = Path(__file__).resolve().parents[2]
TRAINING = ROOT / "Tests/VAETrainingTests/Fixtures"
GOLDEN = ROOT / "Tests/VAETests/Fixtures/golden.safetensors"
STEPS, BATCH = 10, 8
# Seeds chosen for few dead ReLU units and no pre-activation within 3e-4 of zero in any step.
CASES = [
    dict(name="bernoulli", seed=1, input=20, hidden=[16], latent=4, likelihood="bernoulli", eta=1.0, beta=1.0),
    dict(name="gaussian", seed=44, input=20, hidden=[16], latent=4, likelihood="gaussian", eta=0.1, beta=0.5),
    dict(name="conditional", seed=26, input=20, hidden=[16, 12], latent=3, likelihood="bernoulli", eta=1.0, beta=1.0, classes=5),
    dict(name="denoising", seed=8, input=20, hidden=[16], latent=4, likelihood="bernoulli", eta=1.0, beta=1.0, noise=0.3),
    dict(name="deep", seed=17, input=20, hidden=[16, 12], latent=3, likelihood="bernoulli", eta=1.0, beta=1.0),
]


class VAE(nn.Module):
    """fc1, fc1_2, ... -> fc21 (mu), fc22 (logvar) -> fc3, fc3_2, ... -> fc4 (logits).

    With classes, a one-hot label c is appended to the image and to the latent code.
    """

    def __init__(self, input, hidden, latent, classes=0):
        super().__init__()
        self.encoder = self._chain("fc1", [input + classes] + hidden)
        self.fc21 = nn.Linear(hidden[-1], latent)
        self.fc22 = nn.Linear(hidden[-1], latent)
        self.decoder = self._chain("fc3", [latent + classes] + hidden[::-1])
        self.fc4 = nn.Linear(hidden[0], input)
        self.double()

    def _chain(self, stem, sizes):
        names = [stem if i == 0 else f"{stem}_{i + 1}" for i in range(len(sizes) - 1)]
        for name, fan_in, fan_out in zip(names, sizes, sizes[1:]):
            self.add_module(name, nn.Linear(fan_in, fan_out))
        return names

    def encode(self, x, c=None):
        x = x if c is None else torch.cat([x, c], 1)
        for name in self.encoder:
            x = F.relu(getattr(self, name)(x))
        return self.fc21(x), self.fc22(x)

    def decode(self, z, c=None):
        z = z if c is None else torch.cat([z, c], 1)
        for name in self.decoder:
            z = F.relu(getattr(self, name)(z))
        return self.fc4(z)

    def forward(self, x, eps, c=None):
        mu, logvar = self.encode(x, c)
        return mu, logvar, self.decode(mu + torch.exp(0.5 * logvar) * eps, c)


def kl_rows(mu, logvar):
    return -0.5 * (1 + logvar - mu**2 - logvar.exp()).sum(1)


def bce_rows(logits, x):
    return F.binary_cross_entropy_with_logits(logits, x, reduction="none").sum(1)


def loss_terms(case, x, mu, logvar, logits):
    """(loss, reconstruction, kl): summed over pixels or latents, averaged over the batch."""
    if case["likelihood"] == "bernoulli":
        rows = bce_rows(logits, x)
    else:
        eta = case["eta"]
        rows = ((x - logits.sigmoid()) ** 2 / (2 * eta) + 0.5 * math.log(2 * math.pi * eta)).sum(1)
    reconstruction, kl = rows.mean(), kl_rows(mu, logvar).mean()
    return reconstruction + case["beta"] * kl, reconstruction, kl


def rounded(array):
    """A float64 tensor whose values are exact in float32."""
    return torch.from_numpy(np.asarray(array, dtype=np.float32)).double()


def training_fixture(case):
    rng = np.random.RandomState(case["seed"])
    model = VAE(case["input"], case["hidden"], case["latent"], case.get("classes", 0))
    with torch.no_grad():  # wider than nn.Linear's default, so that no gradient is tiny
        for parameter in model.parameters():
            scale = 0.2 if parameter.dim() == 1 else math.sqrt(2 / parameter.shape[1])
            parameter.copy_(rounded(rng.standard_normal(parameter.shape) * scale))
    # About a seventh of the pixels are exactly 0 and as many exactly 1.
    x = rounded(np.clip(rng.random_sample((BATCH, case["input"])) * 1.4 - 0.2, 0, 1))
    eps = rounded(rng.standard_normal((STEPS, BATCH, case["latent"])))

    tensors = {"x": x, "eps": eps}
    seen, c = x, None
    if case.get("noise"):
        seen = rounded(np.clip(x.numpy() + case["noise"] * rng.standard_normal(x.shape), 0, 1))
        tensors["seen"] = seen
    if case.get("classes"):
        labels = np.arange(BATCH) * 3 % case["classes"]  # every class, one of them once
        c = F.one_hot(torch.from_numpy(labels), case["classes"]).double()
        tensors["classes"] = c
    tensors |= {f"param.{n}": p.detach().clone() for n, p in model.named_parameters()}
    adam = torch.optim.Adam(model.parameters(), lr=1e-3, betas=(0.9, 0.999), eps=1e-8)
    losses = []
    for t in range(STEPS):
        mu, logvar, logits = model(seen, eps[t], c)
        terms = loss_terms(case, x, mu, logvar, logits)
        adam.zero_grad()
        terms[0].backward()
        losses.append(terms[0].detach())
        if t == 0:
            tensors |= dict(mu=mu, logvar=logvar, logits=logits, reconstruction=logits.sigmoid())
            tensors["loss_terms"] = torch.stack(terms)
            tensors |= {f"grad.{n}": p.grad.clone() for n, p in model.named_parameters()}
        adam.step()
    tensors["losses"] = torch.stack(losses)
    tensors |= {f"final.{n}": p for n, p in model.named_parameters()}

    metadata = {k: str(case[k]) for k in ("likelihood", "eta", "beta", "latent", "input")}
    if case.get("classes"):
        metadata["classes"] = str(case["classes"])
    metadata |= {"hidden": ",".join(map(str, case["hidden"])), "torch": torch.__version__}
    write(TRAINING / f"{case['name']}.safetensors", {k: v.detach().float() for k, v in tensors.items()}, metadata)
    print("  losses", " ".join(f"{v.item():.6f}" for v in losses))


def golden_images():
    """32 uint8 28x28 images drawn by formulas, in a fixed order, by name."""
    y, x = np.mgrid[0:28, 0:28].astype(np.float64)
    radius = np.hypot(x - 13.5, y - 13.5)
    rng = np.random.RandomState(4)

    def arc(cx, cy, rx, ry, start, stop):  # degrees, clockwise from the right
        a = np.radians(np.linspace(start, stop, 25))
        return list(zip(cx + rx * np.cos(a), cy + ry * np.sin(a)))

    def strokes(*lines):  # polylines with a soft 3-pixel pen
        distance = np.full((28, 28), np.inf)
        for line in lines:
            for (ax, ay), (bx, by) in zip(line, line[1:]):
                dx, dy = bx - ax, by - ay
                t = np.clip(((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy), 0, 1)
                distance = np.minimum(distance, np.hypot(x - ax - t * dx, y - ay - t * dy))
        return np.clip(2 - distance, 0, 1)

    digits = [
        strokes(arc(14, 14, 6, 9, 0, 360)),
        strokes([(11, 8), (15, 5), (15, 23)]),
        strokes(arc(14, 10, 5, 5, 190, 380) + [(9, 22), (20, 22)]),
        strokes(arc(13, 9.5, 5, 4.5, 200, 450), arc(13, 18.5, 6, 4.5, 270, 520)),
        strokes([(17, 23), (17, 5), (8, 17), (21, 17)]),
        strokes([(20, 5), (10, 5), (9, 13)] + arc(13, 17, 6, 5.5, 240, 510)),
        strokes([(17, 5), (9, 15)] + arc(14, 18, 5.5, 5, 200, 560)),
        strokes([(8, 6), (20, 6), (12, 23)]),
        strokes(arc(14, 9.5, 4.5, 4.5, 0, 360), arc(14, 18.5, 5.5, 4.5, 0, 360)),
        strokes(arc(14, 10, 5, 5, 0, 360), [(19, 10), (16, 23)]),
    ]
    images = {
        "blank": 0 * x, "white": 0 * x + 1, "grey": 0 * x + 0.5,
        "gradient-x": x / 27, "gradient-y": y / 27, "gradient-xy": (x + y) / 54,
        "gradient-radial": np.clip(1 - radius / 19, 0, 1),
        "stripes-x": x // 2 % 2, "stripes-y": y // 2 % 2, "stripes-xy": (x + y) // 4 % 2,
        "checkerboard": (x + y) % 2, "pixel": (x == 14) & (y == 14),
        "disc-small": radius < 5, "disc-large": radius < 10, "ring": abs(radius - 9) < 1.5,
        "square": (abs(x - 13.5) < 7) & (abs(y - 13.5) < 7),
        "cross": (abs(x - 13.5) < 2) | (abs(y - 13.5) < 2),
    }
    images |= {f"digit-{i}": image for i, image in enumerate(digits)}
    for density in (0.05, 0.2, 0.5):
        images[f"noise-{density}"] = rng.random_sample((28, 28)) < density
    images["noise-uniform"] = rng.random_sample((28, 28))
    images["digit-3-noisy"] = np.maximum(digits[3], rng.random_sample((28, 28)) < 0.1)
    assert len(images) == 32
    return list(images), np.stack([np.round(i * 255.0).astype(np.uint8) for i in images.values()])


def golden(model_dir, output):
    path = model_dir / "model.safetensors"
    with safe_open(path, "pt") as file:
        state = {key: file.get_tensor(key).double() for key in file.keys()}
    model = VAE(784, [256], 200)
    model.load_state_dict(state)  # strict: exactly the ten tensors, with these shapes
    names, images = golden_images()
    x = torch.from_numpy(images).double().flatten(1) / 255
    with torch.no_grad():
        mu, logvar = model.encode(x)
        logits = model.decode(mu)
        xhat = logits.sigmoid()
        nll, kl = bce_rows(logits, x), kl_rows(mu, logvar)
        scores = dict(mse=((x - xhat) ** 2).mean(1), nll=nll, kl=kl, elbo=nll + kl)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    metadata = {"model_sha256": digest, "names": ",".join(names), "torch": torch.__version__}
    write(output, {"images": torch.from_numpy(images), "reconstruction": xhat.float(), **scores}, metadata)


def write(path, tensors, metadata):
    for name, tensor in tensors.items():
        assert not tensor.is_floating_point() or tensor.isfinite().all(), name
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, path, metadata)
    # safetensors writes metadata in hash order: sort it, so that equal fixtures are equal files.
    data = path.read_bytes()
    end = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:end])
    header["__metadata__"] = dict(sorted(metadata.items()))
    text = json.dumps(header, separators=(",", ":")).encode().ljust(end - 8)
    assert len(text) == end - 8
    path.write_bytes(data[:8] + text + data[end:])
    print(f"{path}: {len(tensors)} tensors, {path.stat().st_size} bytes")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Write elbod's reference fixtures.")
    parser.add_argument("--golden", type=Path, metavar="MODEL_DIR", help="write golden scores for this model instead")
    parser.add_argument("--output", type=Path, default=GOLDEN, help="where --golden writes (default: %(default)s)")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if arguments.golden:
        golden(arguments.golden, arguments.output)
    else:
        for case in CASES:
            training_fixture(case)

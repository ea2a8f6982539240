#!/usr/bin/env python3
"""Trains the default model of `elbo train` in PyTorch, as somebody would write it there.

The peer to compare with: same sizes, likelihood, optimiser, batches and epochs, PyTorch's own
initial weights, shuffling and noise. Prints its loss, and its mean squared error on the test images,
clean and under noise (sigma, then clipped to [0, 1]; against the clean image; z = mu), which is what
`elbo noise` measures. The model is saved with the public example's names, for `elbo import`.

    DIR/bin/python tools/reference/train_peer.py --data DATA --out peer.safetensors [--seed 1]

DIR is the virtual environment of make_fixtures.py; DATA holds mnist/ as tools/fetch-data leaves it.
"""

import argparse
import gzip
import time
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F


class VAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(784, 256)
        self.fc21 = nn.Linear(256, 200)
        self.fc22 = nn.Linear(256, 200)
        self.fc3 = nn.Linear(200, 256)
        self.fc4 = nn.Linear(256, 784)

    def encode(self, x):
        h = F.relu(self.fc1(x))
        return self.fc21(h), self.fc22(h)

    def decode(self, z):
        return self.fc4(F.relu(self.fc3(z)))

    def forward(self, x):
        mu, logvar = self.encode(x)
        return mu, logvar, self.decode(mu + torch.exp(0.5 * logvar) * torch.randn_like(mu))


def images(folder, split):
    path = folder / "mnist" / f"{split}-images-idx3-ubyte"
    data = path.read_bytes() if path.exists() else gzip.decompress(Path(f"{path}.gz").read_bytes())
    return torch.from_numpy(np.frombuffer(data, np.uint8, offset=16).reshape(-1, 784).astype(np.float32) / 255)


def loss_of(model, x):
    mu, logvar, logits = model(x)
    kl = -0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp())
    return (F.binary_cross_entropy_with_logits(logits, x, reduction="sum") + kl) / len(x)


def noise_table(model, x):
    print("  sigma  mse")
    for sigma in (0, 0.1, 0.2, 0.3):
        torch.manual_seed(1)
        noisy = (x + sigma * torch.randn_like(x)).clamp(0, 1)
        with torch.no_grad():
            found = model.decode(model.encode(noisy)[0]).sigmoid()
        print(f"  {sigma:4.2f}  {F.mse_loss(found, x).item():.5f}")


def main():
    parser = argparse.ArgumentParser(description="Train elbod's default model in PyTorch.")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=50)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    train, test = images(arguments.data, "train"), images(arguments.data, "t10k")
    model = VAE()
    adam = torch.optim.Adam(model.parameters(), lr=1e-3)
    start = time.monotonic()
    for epoch in range(arguments.epochs):
        total = 0.0
        for batch in torch.randperm(len(train)).split(128):
            adam.zero_grad()
            loss = loss_of(model, train[batch])
            loss.backward()
            adam.step()
            total += loss.item() * len(batch)
        print(f"epoch {epoch + 1}/{arguments.epochs}  loss {total / len(train):.2f}  "
              f"{time.monotonic() - start:.0f} s", flush=True)
    model.eval()
    with torch.no_grad():
        torch.manual_seed(1)
        print(f"test: -ELBO {loss_of(model, test).item():.2f}")
    noise_table(model, test)
    save_file({name: tensor.contiguous() for name, tensor in model.state_dict().items()}, arguments.out)


if __name__ == "__main__":
    main()

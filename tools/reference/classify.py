#!/usr/bin/env python3
"""Asks an independent classifier whether generated digits are the digits asked for.

Trains a small convolutional network on MNIST's training images (it must recognise 98 % of the test
images, or nothing is reported), or takes the one kept in --weights, and shows it an IDX file with
its file of labels, as `elbo generate --idx` writes them:

    elbo generate --model models/mnist-conditional --count 1000 --idx generated-images-idx3-ubyte
    DIR/bin/python tools/reference/classify.py --data DATA generated-images-idx3-ubyte

DIR is the virtual environment of make_fixtures.py; DATA holds mnist/ as tools/fetch-data leaves it.
"""

import argparse
import gzip
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F


def idx(path, offset):
    data = path.read_bytes() if path.exists() else gzip.decompress(Path(f"{path}.gz").read_bytes())
    return np.frombuffer(data, np.uint8, offset=offset)


def load(stem):
    """Images (n, 1, 28, 28) in [0, 1] and labels of stem-images-idx3-ubyte and its labels."""
    images = idx(Path(f"{stem}images-idx3-ubyte"), 16).reshape(-1, 1, 28, 28)
    labels = idx(Path(f"{stem}labels-idx1-ubyte"), 8)
    return torch.from_numpy(images / np.float32(255)), torch.from_numpy(labels.astype(np.int64))


def network():
    return nn.Sequential(
        nn.Conv2d(1, 16, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(32 * 49, 128), nn.ReLU(), nn.Linear(128, 10))


def predictions(model, images):
    with torch.no_grad():
        return torch.cat([model(part).argmax(1) for part in images.split(500)])


def train(folder):
    torch.manual_seed(1)
    images, labels = load(f"{folder}/mnist/train-")
    model = network()
    adam = torch.optim.Adam(model.parameters(), lr=1e-3)
    for _ in range(3):
        for batch in torch.randperm(len(images)).split(100):
            adam.zero_grad()
            F.cross_entropy(model(images[batch]), labels[batch]).backward()
            adam.step()
    return model


def main():
    parser = argparse.ArgumentParser(description="Recognise generated digits.")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--weights", type=Path, help="where the trained classifier is kept")
    parser.add_argument("images", nargs="+", help="IDX files whose names end in images-idx3-ubyte")
    arguments = parser.parse_args()
    torch.set_num_threads(2)
    if arguments.weights and arguments.weights.exists():
        model = network()
        model.load_state_dict(torch.load(arguments.weights, weights_only=True))
    else:
        model = train(arguments.data)
        if arguments.weights:
            torch.save(model.state_dict(), arguments.weights)
    images, labels = load(f"{arguments.data}/mnist/t10k-")
    accuracy = (predictions(model, images) == labels).float().mean().item()
    print(f"the classifier recognises {100 * accuracy:.2f} % of MNIST's test images")
    if accuracy < 0.98:
        raise SystemExit("that is less than 98 %: it cannot judge")
    for path in arguments.images:
        images, labels = load(path.removesuffix("images-idx3-ubyte"))
        hits = predictions(model, images) == labels
        by_class = [f"{100 * hits[labels == c].float().mean():.0f}" for c in labels.unique()]
        print(f"{path}: {100 * hits.float().mean():.1f} % of {len(images)} are the class asked for "
              f"(by class: {' '.join(by_class)})")


if __name__ == "__main__":
    main()

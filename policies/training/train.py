"""Clones the behaviour in a dataset into a small network and exports it to ONNX.

Called by train.sh; the dataset is written by packages/bench/src/pick/generate.ts:
  DATASET.json  {"observations": [{"name", "width"}], "actions": [{"name", "limit"}], "chunk_length", "output",
                 "rows", "metadata": {key: text}}
  DATASET.f32   little-endian float32, rows of [observations..., chunk * actions]

The exported graph takes the raw observations by name and returns actions in SI units: normalisation is inside.
"""

import argparse
import json
import pathlib
import time

import numpy as np
import torch
from torch import nn

from onnx_file import export


class ClonedPolicy(nn.Module):
    """Normalise, three hidden layers, scale to the action limits."""

    def __init__(self, mean, deviation, limits, chunk_length, hidden):
        super().__init__()
        self.register_buffer("mean", mean)
        self.register_buffer("deviation", deviation)
        self.register_buffer("limits", limits)
        self.chunk_length = chunk_length
        self.body = nn.Sequential(
            nn.Linear(len(mean), hidden), nn.ELU(),
            nn.Linear(hidden, hidden), nn.ELU(),
            nn.Linear(hidden, hidden), nn.ELU(),
            nn.Linear(hidden, chunk_length * len(limits)),
        )

    def scaled(self, observation):
        """Actions as a share of their limits, [batch, chunk, actions]."""
        normal = ((observation - self.mean) / self.deviation).clamp(-5.0, 5.0)
        return torch.tanh(self.body(normal)).reshape(-1, self.chunk_length, len(self.limits))

    def forward(self, *observations):
        return self.scaled(torch.cat(observations, dim=1)) * self.limits


def load(path):
    header = json.loads(path.with_suffix(".json").read_text())
    width = sum(o["width"] for o in header["observations"])
    count = header["chunk_length"] * len(header["actions"])
    rows = np.fromfile(path.with_suffix(".f32"), dtype="<f4").reshape(-1, width + count)
    if len(rows) != header["rows"]:
        raise SystemExit(f"{path}: {len(rows)} rows in the .f32 file, {header['rows']} in the .json file; generate it again")
    return header, torch.from_numpy(rows[:, :width].copy()), torch.from_numpy(rows[:, width:].copy())


def train(header, x, y, arguments):
    torch.manual_seed(arguments.seed)
    torch.set_num_threads(arguments.threads)
    torch.use_deterministic_algorithms(True)
    limits = torch.tensor([a["limit"] for a in header["actions"]])
    model = ClonedPolicy(x.mean(0), x.std(0).clamp_min(0.01), limits, header["chunk_length"], arguments.hidden)
    target = y.reshape(len(y), header["chunk_length"], len(limits)) / limits
    generator = torch.Generator().manual_seed(arguments.seed)
    held_out = torch.rand(len(x), generator=generator) < 0.05
    x_train, y_train = x[~held_out], target[~held_out]
    optimiser = torch.optim.AdamW(model.parameters(), lr=arguments.rate, weight_decay=1e-4)
    steps_an_epoch = (len(x_train) + arguments.batch - 1) // arguments.batch
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, arguments.rate, total_steps=arguments.epochs * steps_an_epoch)
    # Actions late in a chunk are rarely carried out; the horizon recedes.
    weight = torch.linspace(1.0, 0.3, header["chunk_length"]).reshape(1, -1, 1)
    for epoch in range(arguments.epochs):
        order = torch.randperm(len(x_train), generator=generator)
        total = 0.0
        for start in range(0, len(order), arguments.batch):
            rows = order[start:start + arguments.batch]
            loss = (nn.functional.smooth_l1_loss(model.scaled(x_train[rows]), y_train[rows], beta=0.1, reduction="none") * weight).mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            total += loss.item() * len(rows)
        if epoch % 10 == 9 or epoch == arguments.epochs - 1:
            with torch.no_grad():
                check = (model.scaled(x[held_out]) - target[held_out]).abs().mean().item() if held_out.any() else float("nan")
            print(f"epoch {epoch + 1:3d}  loss {total / len(x_train):.5f}  held-out error {check:.4f} of the limits", flush=True)
    return model


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dataset", type=pathlib.Path, nargs="+", help="path of one or more datasets, without suffix")
    parser.add_argument("--output", type=pathlib.Path, required=True)
    parser.add_argument("--seed", type=int, default=1000)
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--batch", type=int, default=512)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--hidden", type=int, default=192)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    parts = [load(path) for path in arguments.dataset]
    header = parts[-1][0]
    x = torch.cat([part[1] for part in parts])
    y = torch.cat([part[2] for part in parts])
    print(f"{len(x)} rows from {len(parts)} dataset(s)", flush=True)
    started = time.monotonic()
    model = train(header, x, y, arguments)
    names = [o["name"] for o in header["observations"]]
    example = tuple(torch.zeros(1, o["width"]) for o in header["observations"])
    export(model, example, names, header["output"], header["metadata"], arguments.output)
    print(f"wrote {arguments.output}, {arguments.output.stat().st_size / 1024:.0f} KiB, in {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()

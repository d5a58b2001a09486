"""Fits the horizon of ready sub-goals to logged executions and exports the network to ONNX.

Called by train-horizon.sh; the dataset is written by packages/bench/src/planning/generate-choices.ts:
  DATASET.json  {"features": [name], "rows", "metadata": {key: text}}
  DATASET.f32   little-endian float32, rows of [state, least way that was left in m, features...]

Rows of one state are the sub-goals that one could choose from there. The loss is the error of each horizon, and the way
that a choice by softmax over the negative horizon would go too far. The exported graph takes raw features: normalisation
is inside.
"""

import argparse
import json
import pathlib

import numpy as np
import torch
from torch import nn

from onnx_file import export

# Horizons this near to each other are about equally good while training, m.
TEMPERATURE_M = 0.15


class Horizon(nn.Module):
    """Normalise; a linear part and two hidden layers."""

    def __init__(self, mean, deviation, hidden):
        super().__init__()
        self.register_buffer("mean", mean)
        self.register_buffer("deviation", deviation)
        self.linear = nn.Linear(len(mean), 1)
        self.body = nn.Sequential(
            nn.Linear(len(mean), hidden), nn.SiLU(),
            nn.Linear(hidden, hidden), nn.SiLU(),
            nn.Linear(hidden, 1),
        )

    def forward(self, features):
        normal = ((features - self.mean) / self.deviation).clamp(-5.0, 5.0)
        return self.linear(normal) + self.body(normal)


def load(path):
    header = json.loads(path.with_suffix(".json").read_text())
    rows = np.fromfile(path.with_suffix(".f32"), dtype="<f4").reshape(-1, 2 + len(header["features"]))
    if len(rows) != header["rows"]:
        raise SystemExit(f"{path}: {len(rows)} rows in the .f32 file, {header['rows']} in the .json file; generate it again")
    return header, rows


def grouped(rows):
    """Pads the options of every state to the same number. Returns features, ways, and which options exist."""
    _, state, count = np.unique(rows[:, 0], return_inverse=True, return_counts=True)
    place = np.zeros(len(rows), dtype=int)
    seen = np.zeros(len(count), dtype=int)
    for row, group in enumerate(state):
        place[row] = seen[group]
        seen[group] += 1
    features = np.zeros((len(count), count.max(), rows.shape[1] - 2), dtype=np.float32)
    ways = np.zeros((len(count), count.max()), dtype=np.float32)
    exists = np.zeros((len(count), count.max()), dtype=bool)
    features[state, place] = rows[:, 2:]
    ways[state, place] = rows[:, 1]
    exists[state, place] = True
    return torch.from_numpy(features), torch.from_numpy(ways), torch.from_numpy(exists)


def regret(ways, exists):
    """How much longer than the best each option is, m."""
    best = torch.where(exists, ways, torch.inf).min(1, keepdim=True).values
    return torch.where(exists, ways - best, 0.0)


def loss_of(model, features, ways, exists):
    horizon = model(features).squeeze(-1)
    share = torch.softmax(torch.where(exists, -horizon / TEMPERATURE_M, -torch.inf), 1)
    too_far = (share * regret(ways, exists)).sum(1).mean()
    error = nn.functional.smooth_l1_loss(horizon[exists], ways[exists], beta=0.2)
    return error + 2.0 * too_far


def judge(model, features, ways, exists):
    """Way too far of taking the least horizon, over the states with a choice, m."""
    with torch.no_grad():
        horizon = torch.where(exists, model(features).squeeze(-1), torch.inf)
        chosen = regret(ways, exists).gather(1, horizon.argmin(1, keepdim=True))
        return chosen[exists.sum(1) > 1].mean().item()


def train(header, rows, arguments):
    torch.manual_seed(arguments.seed)
    torch.set_num_threads(arguments.threads)
    torch.use_deterministic_algorithms(True)
    raw = torch.from_numpy(rows[:, 2:].copy())
    model = Horizon(raw.mean(0), raw.std(0).clamp_min(0.01), arguments.hidden)
    features, ways, exists = grouped(rows)
    # Whole tasks are held out: states are numbered in the order of the tasks.
    held_out = torch.arange(len(ways)) >= len(ways) * (1 - arguments.held_out)
    data = [part[~held_out] for part in (features, ways, exists)]
    check = [part[held_out] for part in (features, ways, exists)]
    steps = (len(data[0]) + arguments.batch - 1) // arguments.batch
    optimiser = torch.optim.AdamW(model.parameters(), lr=arguments.rate, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, arguments.rate, total_steps=arguments.epochs * steps)
    for epoch in range(arguments.epochs):
        total = 0.0
        for chosen in torch.randperm(len(data[0])).split(arguments.batch):
            loss = loss_of(model, *(part[chosen] for part in data))
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            total += loss.item() * len(chosen)
        if epoch % 20 == 19 or epoch == arguments.epochs - 1:
            beside = f", held out {judge(model, *check):.3f} m" if held_out.any() else ""
            print(f"epoch {epoch + 1:3d}  loss {total / len(data[0]):.4f}  too far {judge(model, *data):.3f} m{beside}", flush=True)
    return model


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dataset", type=pathlib.Path, help="path of the dataset, without suffix")
    parser.add_argument("--output", type=pathlib.Path, required=True)
    parser.add_argument("--seed", type=int, default=1000)
    parser.add_argument("--epochs", type=int, default=80)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--hidden", type=int, default=96)
    parser.add_argument("--held-out", type=float, default=0.1, help="share of the states that is not trained on")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    header, rows = load(arguments.dataset)
    print(f"{len(rows)} rows", flush=True)
    model = train(header, rows, arguments)
    example = (torch.zeros(1, len(header["features"])),)
    export(model, example, ["features"], "horizon", header["metadata"], arguments.output)
    print(f"wrote {arguments.output}, {arguments.output.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main()

"""Trains the networks of the gesture decoders `cnn` and `temporal` on a cohort of virtual people and exports them to ONNX.

Called by train-gestures.sh; the data sets are written by packages/bench/src/emg/generate-windows.ts:
  DATASET.json  {"features": [name], "channels", "gestures": [name], "settledS", "rows"}
  DATASET.f32   little-endian float32, rows of [seed, session, gesture, repetition, seconds since the prompt, features...]

A network turns windows into vectors; a person's own repetitions say where each gesture lies among them. So training does
what a calibration does: some repetitions of a person give the mean of each gesture (Snell et al. 2017, Prototypical Networks),
and windows of others, also of the session in which the sleeve sits otherwise, must lie nearest to their own. In the end
vectors are scaled so that windows of one gesture differ equally in all directions. The exported graphs take raw features.
"""

import argparse
import json
import pathlib

import numpy as np
import torch
from torch import nn

from onnx_file import export

RINGS, COLUMNS = 4, 16
# Windows that the temporal network looks back at; historyLength of packages/emg/src/signal/feature-history.ts.
HISTORY = 8
LENGTH = 64
PEOPLE_A_STEP = 4
# A gesture is asked for from so long after its prompt: reaction and half a transition.
ASKED_S = 0.4
WITHHELD_PEOPLE = 5


class Maps(nn.Module):
    """Logarithms of features as maps of the sleeve, [batch, feature, ring, column], each of mean 0 and deviation 1."""

    def __init__(self, mean, deviation):
        super().__init__()
        self.register_buffer("mean", mean.reshape(-1, 1, 1))
        self.register_buffer("deviation", deviation.reshape(-1, 1, 1))

    def forward(self, features):
        maps = torch.log1p(features).reshape(-1, len(self.mean), RINGS, COLUMNS)
        return (maps - self.mean) / self.deviation


class Cnn(nn.Module):
    """Two convolutions that close around the forearm, and a linear part. [batch, features] to [batch, LENGTH]"""

    def __init__(self, maps, count, channels=24):
        super().__init__()
        self.maps = maps
        self.first = nn.Conv2d(count, channels, 3, padding=(1, 0))
        self.second = nn.Conv2d(channels, channels, 3, padding=(1, 0))
        self.linear = nn.Linear(count * RINGS * COLUMNS, LENGTH)
        self.last = nn.Linear(channels * RINGS * COLUMNS, LENGTH)
        self.scale = nn.Linear(LENGTH, LENGTH, bias=False)
        nn.init.eye_(self.scale.weight)

    def forward(self, features):
        maps = self.maps(features)
        hidden = nn.functional.silu(self.first(around(maps)))
        hidden = nn.functional.silu(self.second(around(hidden)))
        return self.scale(self.linear(maps.flatten(1)) + self.last(hidden.flatten(1)))


class Temporal(nn.Module):
    """Causal convolutions over windows, each seeing twice as far back as the last. [batch, HISTORY, features] to [batch, LENGTH]

    Only the newest output is wanted, so dilations of 1, 2 and 4 become steps of two windows.
    """

    def __init__(self, maps, count, channels=96):
        super().__init__()
        self.maps = maps
        self.each = nn.Linear(count * RINGS * COLUMNS, channels)
        self.over = nn.ModuleList(nn.Conv1d(channels, channels, 2, stride=2) for _ in range(3))
        self.linear = nn.Linear(count * RINGS * COLUMNS, LENGTH)
        self.last = nn.Linear(channels, LENGTH)
        self.scale = nn.Linear(LENGTH, LENGTH, bias=False)
        nn.init.eye_(self.scale.weight)

    def forward(self, history):
        maps = self.maps(history.flatten(0, 1)).flatten(1)
        hidden = nn.functional.silu(self.each(maps)).unflatten(0, (-1, HISTORY)).transpose(1, 2)
        for step in self.over:
            hidden = hidden[:, :, 1::2] + nn.functional.silu(step(hidden))
        newest = maps.unflatten(0, (-1, HISTORY))[:, -1]
        return self.scale(self.linear(newest) + self.last(hidden.squeeze(2)))


def around(maps):
    return torch.cat([maps[..., -1:], maps, maps[..., :1]], dim=3)


class Windows:
    """All rows, and where those of one person, session, gesture and repetition are."""

    def __init__(self, paths):
        parts = []
        for path in paths:
            self.header = json.loads(pathlib.Path(f"{path}.json").read_text())
            width = 5 + len(self.header["features"]) * self.header["channels"]
            rows = np.fromfile(f"{path}.f32", dtype="<f4").reshape(-1, width)
            if len(rows) != self.header["rows"]:
                raise SystemExit(f"{path}: {len(rows)} rows in the .f32 file, {self.header['rows']} in the .json file; generate it again")
            parts.append(rows)
        rows = np.concatenate(parts)
        self.features = torch.from_numpy(rows[:, 5:].copy())
        self.person, self.session, self.label, self.repetition = rows[:, :4].astype(int).T
        self.since = rows[:, 4]
        self.people = np.unique(self.person)
        # The first windows of a recording stand for those that were not, as in FeatureHistory.
        new = np.r_[True, (self.person[1:] != self.person[:-1]) | (self.session[1:] != self.session[:-1])]
        start = np.maximum.accumulate(np.where(new, np.arange(len(rows)), 0))
        back = np.arange(len(rows))[:, None] - np.arange(HISTORY - 1, -1, -1)[None]
        self.history = np.maximum(back, start[:, None])
        self.settled = (self.repetition >= 0) & (self.since > self.header["settledS"] - 1e-6)
        self.asked = (self.repetition >= 0) & (self.since > ASKED_S - 1e-6)
        self.places = {}
        for kind in ("settled", "asked"):
            for row in np.flatnonzero(getattr(self, kind)):
                key = (kind, self.person[row], self.session[row], self.label[row], self.repetition[row])
                self.places.setdefault(key, []).append(row)

    def repetitions(self, person, session):
        mine = (self.person == person) & (self.session == session) & (self.repetition >= 0)
        return np.unique(self.repetition[mine])

    def draw(self, rng, kind, person, session, repetitions, each):
        """Draws `each` windows of every gesture and repetition. Returns rows, labels in front."""
        rows = [
            rng.choice(self.places[kind, person, session, label, repetition], each)
            for label in range(len(self.header["gestures"]))
            for repetition in repetitions
        ]
        return np.stack(rows).reshape(len(self.header["gestures"]), -1)

    def inputs(self, rows, is_temporal):
        return self.features[self.history[rows] if is_temporal else rows]


def episode(windows, model, rng, person, is_temporal, turn):
    """Loss and accuracy of one pretended calibration of a person."""
    session = int(rng.integers(2))
    mine = rng.permutation(windows.repetitions(person, session))
    kept = max(2, len(mine) - 2)
    other = rng.permutation(windows.repetitions(person, 1 - session))[:2]
    support = windows.draw(rng, "settled", person, session, mine[:kept], 2)
    kind = "asked" if is_temporal else "settled"
    same = windows.draw(rng, kind, person, session, mine[kept:], 2)
    moved = windows.draw(rng, kind, person, 1 - session, other, 2)
    rows = np.concatenate([support, same, moved], axis=1)
    features = windows.inputs(rows.reshape(-1), is_temporal)
    if turn:
        shape = features.shape
        features = features.reshape(-1, COLUMNS).roll(int(rng.integers(COLUMNS)), dims=1).reshape(shape)
    vectors = model(features).reshape(*rows.shape, LENGTH)
    centres = vectors[:, : support.shape[1]].mean(1)
    asked = vectors[:, support.shape[1] :].reshape(-1, LENGTH)
    labels = torch.arange(len(rows)).repeat_interleave(rows.shape[1] - support.shape[1])
    logits = -0.5 * torch.cdist(asked, centres).square()
    is_same = torch.arange(rows.shape[1] - support.shape[1]).repeat(len(rows)) < same.shape[1]
    losses = nn.functional.cross_entropy(logits, labels, reduction="none")
    right = (logits.argmax(1) == labels).float()
    return losses[is_same].mean() + 0.5 * losses[~is_same].mean(), right[is_same].mean(), right[~is_same].mean()


def even_out(windows, model, is_temporal):
    """Sets the last layer so that settled windows of one gesture have unit covariance, on average over people and sessions."""
    total = torch.zeros(LENGTH, LENGTH)
    count = 0
    with torch.no_grad():
        for person in windows.people:
            for session in (0, 1):
                mine = np.flatnonzero(windows.settled & (windows.person == person) & (windows.session == session))
                vectors = model(windows.inputs(mine, is_temporal))
                for label in range(len(windows.header["gestures"])):
                    of_label = vectors[windows.label[mine] == label]
                    centred = of_label - of_label.mean(0)
                    total += centred.T @ centred
                    count += len(centred)
        values, directions = torch.linalg.eigh(total / count)
        values = values.clamp(min=1e-3 * values.max())
        model.scale.weight.copy_(torch.diag(values.rsqrt()) @ directions.T @ model.scale.weight)


def train(windows, is_temporal, steps, seed):
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    count = len(windows.header["features"])
    maps = torch.log1p(windows.features).reshape(-1, count, RINGS * COLUMNS)
    normal = Maps(maps.mean((0, 2)), maps.std((0, 2)))
    del maps
    model = Temporal(normal, count) if is_temporal else Cnn(normal, count)
    optimiser = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 3e-3, total_steps=steps)
    withheld, known = windows.people[-WITHHELD_PEOPLE:], windows.people[:-WITHHELD_PEOPLE]
    for step in range(steps):
        people = rng.choice(known, PEOPLE_A_STEP, replace=False)
        loss = sum(episode(windows, model, rng, person, is_temporal, True)[0] for person in people) / PEOPLE_A_STEP
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        if step % 25 == 24:
            with torch.no_grad():
                tried = [episode(windows, model, rng, person, is_temporal, False) for person in withheld for _ in range(4)]
            shares = [100 * float(torch.stack([one[i] for one in tried]).mean()) for i in (1, 2)]
            print(f"step {step + 1}  loss {float(loss.detach()):.3f}  people withheld: same session {shares[0]:.1f} %, other {shares[1]:.1f} %", flush=True)
    even_out(windows, model, is_temporal)
    return model


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("data", nargs="+", help="data sets, without .f32")
    parser.add_argument("--network", choices=["cnn", "temporal"], required=True)
    parser.add_argument("--output", type=pathlib.Path, required=True)
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1000)
    args = parser.parse_args()
    torch.set_num_threads(1)
    windows = Windows(args.data)
    is_temporal = args.network == "temporal"
    model = train(windows, is_temporal, args.steps, args.seed)
    row = np.array([0])
    metadata = {"efferent.features": ",".join(windows.header["features"]), "efferent.trained_on": f"{len(windows.people)} virtual people"}
    name = "history" if is_temporal else "features"
    export(model, (windows.inputs(row, is_temporal),), [name], "embedding", metadata, args.output)
    print(f"{args.output}: {args.output.stat().st_size} bytes")


if __name__ == "__main__":
    main()

"""Writes windows and LibEMG's features of them for packages/emg/src/signal/window-feature-set.test.ts.

  python3 packages/bench/python/libemg_features.py > packages/emg/src/signal/libemg-features.json
"""

import json
import sys
import warnings

import numpy as np

warnings.filterwarnings("ignore")
# LibEMG prints while it is imported.
answers, sys.stdout = sys.stdout, sys.stderr
import libemg  # noqa: E402
from libemg.feature_extractor import FeatureExtractor  # noqa: E402

GROUPS = ["HTD", "LS4", "TDPSD", "TDAR"]

rng = np.random.default_rng(1)
# Coloured noise at the amplitudes of surface EMG, µV; rounded, so that the file holds exactly what was computed on.
noise = rng.normal(0, 40, (6, 1, 120))
windows = np.round(noise + np.roll(noise, 1, 2) * np.linspace(-0.9, 0.9, 6)[:, None, None], 2)
windows[5, 0, 40:60] = 0
values = {}
for group in GROUPS:
    features = FeatureExtractor().extract_feature_group(group, windows)
    values[group] = np.hstack([features[name].reshape(len(windows), -1) for name in features]).tolist()
document = {
    "comment": "made by packages/bench/python/libemg_features.py",
    "libemg": getattr(libemg, "__version__", "2.0.3"),
    "windows": windows[:, 0].tolist(),
    "groups": values,
}
print(json.dumps(document), file=answers)

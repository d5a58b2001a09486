"""LibEMG beside us: HTD features and LDA on windows that efferent cut.

Reads one JSON job a line from standard input and answers one JSON line each:
  job    {"file", "channels", "window", "ends": [sample], "labels": [class],
          "evaluations": [{"name", "train": [window], "test": [window]}]}
  answer {"evaluations": [{"name", "predictions": [class], "confidences": [probability]}]}
`file` holds float32 samples, [sample, channel], row-major; a window is the `window` samples before its end.
"""

import json
import sys
import warnings

import numpy as np

warnings.filterwarnings("ignore")
# LibEMG prints while it is imported; only answers may go to standard output.
answers, sys.stdout = sys.stdout, sys.stderr
import libemg  # noqa: E402
from libemg.emg_predictor import EMGClassifier  # noqa: E402
from libemg.feature_extractor import FeatureExtractor  # noqa: E402

BATCH = 512


def features(job):
    samples = np.memmap(job["file"], dtype="<f4", mode="r").reshape(-1, job["channels"])
    parts = []
    for first in range(0, len(job["ends"]), BATCH):
        ends = job["ends"][first : first + BATCH]
        windows = np.stack([samples[end - job["window"] : end].T for end in ends]).astype(np.float64)
        parts.append(FeatureExtractor().extract_feature_group("HTD", windows))
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def evaluate(extracted, labels, evaluation):
    train, test = np.array(evaluation["train"]), np.array(evaluation["test"])
    # LibEMG answers with the position of a class among those that it was fitted to, not with its label.
    classes, positions = np.unique(labels[train], return_inverse=True)
    classifier = EMGClassifier("LDA")
    classifier.fit(
        {
            "training_features": {name: values[train] for name, values in extracted.items()},
            "training_labels": positions,
        }
    )
    predictions, confidences = classifier.run({name: values[test] for name, values in extracted.items()})
    return {
        "name": evaluation["name"],
        "predictions": [int(classes[int(value)]) for value in predictions],
        "confidences": [float(value) for value in np.asarray(confidences).ravel()],
    }


def main():
    print(json.dumps({"libemg": getattr(libemg, "__version__", "unknown")}), file=answers, flush=True)
    for line in sys.stdin:
        job = json.loads(line)
        labels = np.array(job["labels"])
        extracted = features(job)
        results = [evaluate(extracted, labels, each) for each in job["evaluations"]]
        print(json.dumps({"evaluations": results}), file=answers, flush=True)


if __name__ == "__main__":
    main()

#!/usr/bin/env bash
# Regenerates what the gesture decoders know of people who wear the sleeve. About eight minutes on one core.
#
#   policies/training/train-gestures.sh [--people N] [--python PYTHON]
#
# Needs the workspace installed, and a Python with policies/training/requirements.txt. Training and tuning use people >= 1000 only; figures are made with
# `npx efferent bench emg --suite accuracy`.
set -euo pipefail
cd "$(dirname "$0")/../.."
people=40
python=python3
while [ $# -gt 0 ]; do
  case "$1" in
    --people) people="$2"; shift 2 ;;
    --python) python="$2"; shift 2 ;;
    *) echo "train-gestures.sh: unknown argument $1; usage: train-gestures.sh [--people N] [--python PYTHON]" >&2; exit 2 ;;
  esac
done
data=policies/training/data
mkdir -p "$data" packages/emg/models
node_modules/.bin/node packages/bench/src/emg/generate-windows.ts --output "$data/windows" --first-seed 1000 --people "$people"
node_modules/.bin/node packages/bench/src/emg/fit-cohort.ts --data "$data/windows" --output packages/emg/models/sleeve-cohort.f32
for network in cnn temporal; do
  "$python" policies/training/train_gestures.py "$data/windows" --network "$network" --output "packages/emg/models/sleeve-$network.onnx"
done

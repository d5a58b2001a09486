#!/usr/bin/env bash
# Regenerates the data and the weights of the selector `learned`. About four minutes on two cores.
#
#   policies/training/train-horizon.sh [--episodes N] [--python PYTHON]
#
# Needs what train.sh needs. Training and tuning use seeds >= 1000 only; figures are made with
# `npx efferent bench planning --suite selector`.
set -euo pipefail
cd "$(dirname "$0")/../.."
episodes=330
python=python3
while [ $# -gt 0 ]; do
  case "$1" in
    --episodes) episodes="$2"; shift 2 ;;
    --python) python="$2"; shift 2 ;;
    *) echo "train-horizon.sh: unknown argument $1; usage: train-horizon.sh [--episodes N] [--python PYTHON]" >&2; exit 2 ;;
  esac
done
data=policies/training/data
mkdir -p "$data"
node_modules/.bin/node packages/bench/src/planning/generate-choices.ts --output "$data/choices" --first-seed 5000 --episodes "$episodes"
"$python" policies/training/train_horizon.py "$data/choices" --output packages/agent/models/horizon.onnx --seed 1000

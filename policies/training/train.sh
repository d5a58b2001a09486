#!/usr/bin/env bash
# Regenerates the data, the weights and the model card's table of stretch-pick. About half an hour on two cores.
#
#   policies/training/train.sh [--episodes N] [--python PYTHON]
#
# Needs: the workspace installed (npm start or npm test did that), and Python >= 3.11 with
#   python3 -m pip install -r policies/training/requirements.txt
# Training and tuning use seeds >= 1000 only; figures are made with `npx efferent policy eval stretch-pick`.
set -euo pipefail
cd "$(dirname "$0")/../.."
episodes=170
python=python3
while [ $# -gt 0 ]; do
  case "$1" in
    --episodes) episodes="$2"; shift 2 ;;
    --python) python="$2"; shift 2 ;;
    *) echo "train.sh: unknown argument $1; usage: train.sh [--episodes N] [--python PYTHON]" >&2; exit 2 ;;
  esac
done
export PATH="$PWD/node_modules/.bin:$PATH"
data=policies/training/data
policy=policies/stretch-pick
commit=$(git rev-parse --short=12 HEAD)
mkdir -p "$data"
generate() { node packages/bench/src/pick/generate.ts --commit "$commit" "$@"; }
train() { "$python" policies/training/train.py "$@" --seed 1000; }

# 1. The expert acts, with disturbances.
generate --output "$data/expert-a" --first-seed 2000 --episodes "$episodes" &
generate --output "$data/expert-b" --first-seed 3000 --episodes "$episodes"
wait $!
train "$data/expert-a" "$data/expert-b" --output "$data/round-0.onnx"

# 2. One DAgger round: the student acts, the expert labels.
generate --output "$data/dagger-a" --first-seed 4000 --episodes "$((episodes / 2))" --student "$data/round-0.onnx" &
generate --output "$data/dagger-b" --first-seed 4500 --episodes "$((episodes / 2))" --student "$data/round-0.onnx"
wait $!
train "$data"/expert-a "$data"/expert-b "$data"/dagger-a "$data"/dagger-b --output "$policy/policy.onnx"

sed -i "s/^training_commit: .*/training_commit: $commit/" "$policy/policy.yaml"

# 3. Figures on seeds that nothing above has used, into the model card.
node packages/cli/bin/efferent.mjs policy eval stretch-pick --episodes 200 --json | tail -n 1 > "$data/report.json"
node packages/bench/src/pick/write-card.ts "$data/report.json" "$policy/README.md"

#!/usr/bin/env bash
# Makes the model inside olympus-edge from the base model and the text beside this script, from one seed: first a
# teacher, which learns from labels, then its student in half bytes, which is what ships. Into the folder given (default:
# models/olympus-minilm-v1). Cut off, it goes on from the last finished pass.
set -euo pipefail
out=${1:+$(realpath -m "$1")}
cd "$(dirname "$0")/../.."
out=${out:-models/olympus-minilm-v1}
# Candle's threads would spin for each other, and glibc would give every large tensor back to the kernel.
export CANDLE_NUM_THREADS=1 RAYON_NUM_THREADS=1 MALLOC_ARENA_MAX=1 \
  MALLOC_MMAP_THRESHOLD_=4294967296 MALLOC_TRIM_THRESHOLD_=8589934592 MALLOC_TOP_PAD_=268435456
[ -e target/base/model.safetensors ] || models/training/fetch_base.sh
train=(cargo run --quiet --release -p olympus-training -- --calibrate-on eval/data/intent_validation.jsonl)
"${train[@]}" --no-folds
"${train[@]}" --student-of target/teacher/olympus-minilm-v1 --out "$out" --epochs 1 --texts 50000 \
  --halves attention.self,attention.output,intermediate,output

